/**
 * Owns: what an adapter of the port `Log` brings to be held against the contract, and the few
 * tools that the contract's tests share.
 * Does not own: the tests (suite.ts lists them).
 */
import type { FailpointName } from '../../../shared/ports/telemetry.ts';
import type {
  Consumer,
  ConsumerOptions,
  Lane,
  LaneHandler,
  Log,
  LogRecord,
  OutRecord,
  TopicSpec,
} from '../../../shared/ports/log.ts';

export interface OpenOptions {
  /** May throw: the commit at hand must then fail and leave nothing visible. */
  readonly failpoint?: (name: FailpointName) => void;
}

export interface LogHarness {
  readonly supports: {
    /** `changelogTopic` holds one record per state change (tombstones for deletes). */
    readonly changelogMirror: boolean;
    /** `open({ failpoint })` is honoured. */
    readonly failpoints: boolean;
    /** `append` refuses what is larger than the topic's maxMessageBytes with `item_too_large`. */
    readonly refusesLargeRecords: boolean;
  };
  /** Longest wait for something that must happen, a rebalance with a stuck member included. */
  readonly waitMs: number;
  /** Runs of the property test; each has about ten steps. */
  readonly propertyRuns: number;
  /** Before all tests: bring the log up. */
  start(): Promise<void>;
  /** A client of its own where the adapter can have several; all clients share all data. */
  open(options?: OpenOptions): Promise<Log>;
  /** Creates a topic under a name that no other test has. */
  uniqueTopic(partitions: number, overrides?: Partial<TopicSpec>): Promise<string>;
  /** After all tests; closes clients that are still open. */
  close(): Promise<void>;
}

let names = 0;

/** A group name that no other test has. */
export function uniqueGroup(): string {
  names += 1;
  return `group-${process.pid}-${Date.now()}-${names}`;
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Rejects when `promise` takes longer than `waitMs`; `what` names it in the failure. */
export async function within<T>(waitMs: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${waitMs} ms for ${what}`)), waitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The error that ends a consumer. Rejects when it does not end, or ends well. */
export async function failureOf(waitMs: number, consumer: Consumer): Promise<unknown> {
  const ended = consumer.done.then(
    () => ({ error: undefined }),
    (error: unknown) => ({ error }),
  );
  const { error } = await within(waitMs, 'the consumer to fail', ended);
  if (error === undefined) throw new Error('the consumer ended without an error');
  return error;
}

/**
 * Probes until `accept` holds. Needed because a commit is durable before its records can be read
 * in Kafka (the markers are written after the answer).
 */
export async function eventually<T>(
  waitMs: number,
  probe: () => Promise<T>,
  accept: (value: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const value = await probe();
    if (accept(value)) return value;
    if (Date.now() > deadline) {
      throw new Error(`not reached in ${waitMs} ms; last: ${show(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? `${item}n` : item,
  );
}

/** All committed records of a topic, to its present end. */
export async function collect(log: Log, topic: string): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  const signal = new AbortController().signal;
  for await (const record of log.read({ topic, from: 'beginning', untilEnd: true, signal })) {
    records.push(record);
  }
  return records;
}

/** Values as text, in the order read. */
export async function texts(log: Log, topic: string): Promise<readonly string[]> {
  return (await collect(log, topic)).map(textOf);
}

export function textOf(record: { readonly value: Buffer | null }): string {
  return record.value === null ? '(null)' : record.value.toString('utf8');
}

/** Values as text per partition, in order. */
export async function textsByPartition(
  log: Log,
  topic: string,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, string[]>();
  for (const record of await collect(log, topic)) {
    const list = found.get(record.partition) ?? [];
    list.push(textOf(record));
    found.set(record.partition, list);
  }
  return found;
}

export function out(topic: string, text: string, rest: Partial<OutRecord> = {}): OutRecord {
  return { topic, key: null, value: Buffer.from(text), timestampMs: 1_700_000_000_000, ...rest };
}

/** `count` records `prefix0`, `prefix1`, … for one partition. */
export function numbered(topic: string, partition: number, prefix: string, count: number) {
  return Array.from({ length: count }, (_, i) => out(topic, `${prefix}${i}`, { partition }));
}

/** The first offset after `records`. */
export function after(records: readonly LogRecord[]): bigint {
  const last = records.at(-1);
  if (last === undefined) throw new Error('a batch is never empty');
  return last.offset + 1n;
}

/** Commits each record's copy to the same partition of `topic`. */
export function copyTo(topic: string): LaneHandler {
  return {
    async process(lane, records) {
      await lane.commit({
        outputs: records.map((r) => copyOf(topic, r)),
        writes: [],
        nextOffset: after(records),
      });
    },
  };
}

export function copyOf(topic: string, record: LogRecord): OutRecord {
  const { key, value, headers, timestampMs, partition } = record;
  return { topic, key, value, headers, timestampMs, partition };
}

/** Commits the batch with nothing else. */
export async function skip(lane: Lane, records: readonly LogRecord[]): Promise<void> {
  await lane.commit({ outputs: [], writes: [], nextOffset: after(records) });
}

export function options(group: string, topic: string, rest: Partial<ConsumerOptions> = {}) {
  return { group, topic, maxBatchRecords: 100, maxBatchBytes: 1024 * 1024, ...rest };
}

/** Keeps every rejection observed, so that the runner reports the test that awaits it. */
export async function join(
  log: Log,
  consumer: ConsumerOptions,
  handler: LaneHandler,
): Promise<Consumer> {
  const joined = await log.consume(consumer, handler);
  joined.done.catch(() => undefined);
  return joined;
}
