/**
 * Owns: a worker on a real embedded log in a temporary folder, for the runner's tests: records are
 * texts, everything that it reports is kept.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadLetter } from '../../schemas/generated/avro.ts';
import { createCodec } from '../../shared/adapters/avro/codec.ts';
import { openEmbeddedLog } from '../../shared/adapters/embedded-log/open.ts';
import type { Fault } from '../../shared/errors/fault.ts';
import type { Decide } from '../../shared/pipeline/decide.ts';
import { createHealth } from '../../shared/pipeline/health.ts';
import { type RunningWorker, startWorker, type WorkerParts } from '../../shared/pipeline/runner.ts';
import type { Headers, Log, LogRecord, OutRecord } from '../../shared/ports/log.ts';
import type { Health, Logger, StageTelemetry } from '../../shared/ports/telemetry.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { within } from '../contract/log/harness.ts';

export const TOPIC = {
  in: 'in',
  out: 'out',
  aside: 'aside',
  dead: 'dead',
  state: 'state',
} as const;
/** What the rig's decoder refuses: texts that begin so. */
export const UNDECODABLE = 'undecodable';
/** Of a letter as a record: the topics take 1 MiB. */
export const MAX_LETTER_BYTES = (1 << 20) - 32 * 1024;
const WAIT_MS = 10_000;

/** Sums by name (`dropped tick`), as the metrics would be; and the same by source (`audit emitted`). */
export interface Counts {
  readonly totals: Readonly<Record<string, number>>;
  readonly bySource: Readonly<Record<string, number>>;
  /** What was told of each partition, in order: lag, and the time of what is in hand. */
  readonly lags: readonly (readonly [partition: number, records: number | undefined])[];
  readonly inHand: readonly (number | undefined)[];
  readonly telemetry: StageTelemetry;
}

export function createCounts(): Counts {
  const totals: Record<string, number> = {};
  const bySource: Record<string, number> = {};
  const lags: [number, number | undefined][] = [];
  const inHand: (number | undefined)[] = [];
  const add = (name: string, count: number, source = 'none'): void => {
    totals[name] = (totals[name] ?? 0) + count;
    bySource[`${source} ${name}`] = (bySource[`${source} ${name}`] ?? 0) + count;
  };
  const telemetry: StageTelemetry = {
    received: (count, source) => add('received', count, source),
    emitted: (count, source) => add('emitted', count, source),
    dropped: (reason, count, source) => add(`dropped ${reason}`, count, source),
    diverted: (route, count, source) => add(`diverted ${route}`, count, source),
    rejected: (code, count, source) => add(`rejected ${code}`, count, source),
    filtered: (filter, count) => add(`filtered ${filter}`, count),
    sent: (count) => add('sent', count),
    retried: (code) => add(`retried ${code}`, 1),
    batch: (records) => add('records', records),
    inHand: (_partition, timestampMs) => void inHand.push(timestampMs),
    lag: (partition, records) => void lags.push([partition, records]),
  };
  return { totals, bySource, lags, inHand, telemetry };
}

export interface LogLine {
  readonly level: keyof Logger;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export function createLines(): { readonly lines: LogLine[]; readonly logger: Logger } {
  const lines: LogLine[] = [];
  const at = (level: keyof Logger) => (fields: LogLine['fields'], message: string) => {
    lines.push({ level, fields, message });
  };
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { lines, logger };
}

export interface Rig {
  readonly counts: Counts;
  readonly health: Health;
  readonly lines: readonly LogLine[];
  /** Appends texts to the input, all to partition 0 unless said otherwise. */
  append(texts: readonly (string | null)[], rest?: Partial<OutRecord>): Promise<void>;
  start(decide: Decide<string, string, 'aside'>, rest?: Overrides): Promise<RunningWorker>;
  /** Resolves when all of the input is committed. */
  settled(): Promise<void>;
  committed(): Promise<bigint>;
  records(topic: string): Promise<readonly LogRecord[]>;
  texts(topic: string): Promise<readonly string[]>;
  letters(): Promise<readonly DeadLetter[]>;
  /** Stops what runs, closes the log and opens it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

type Overrides = Partial<Omit<WorkerParts<string, string, 'aside'>, 'limits'>> & {
  readonly limits?: Partial<WorkerParts<string, string, 'aside'>['limits']>;
};

const LIMITS = {
  maxBatchRecords: 100,
  maxBatchBytes: 1024 * 1024,
  retry: { initialMs: 1, maxMs: 5 },
  shutdownGraceMs: 5_000,
};

function decode(
  value: Buffer,
): { readonly ok: true; readonly value: string } | { readonly ok: false; readonly fault: Fault } {
  const text = value.toString('utf8');
  if (!text.startsWith(UNDECODABLE)) return { ok: true, value: text };
  return { ok: false, fault: { code: 'corrupt_record', message: 'No text' } };
}

async function collect(log: Log, topic: string): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  const { signal } = new AbortController();
  const all = log.read({ topic, from: 'beginning', untilEnd: true, signal });
  for await (const record of all) records.push(record);
  return records;
}

async function open(directory: string, partitions: number): Promise<Log> {
  const log = await openEmbeddedLog({ directory });
  const settings = {
    cleanup: 'delete',
    retentionMs: 86_400_000,
    maxMessageBytes: 1 << 20,
  } as const;
  await log.ensureTopics(Object.values(TOPIC).map((name) => ({ name, partitions, ...settings })));
  return log;
}

export async function openRig(partitions = 1): Promise<Rig> {
  const directory = await mkdtemp(join(tmpdir(), 'podwitness-rig-'));
  let log = await open(directory, partitions);
  const letters = createCodec('DeadLetter');
  const counts = createCounts();
  const { lines, logger } = createLines();
  const health = createHealth();
  const workers: RunningWorker[] = [];
  const closeAll = async (): Promise<void> => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await log.close();
  };
  const sink = (topic: string) => (text: string) => ({
    topic,
    key: text,
    value: Buffer.from(text),
  });
  const rig: Rig = {
    counts,
    health,
    lines,
    append: (texts, rest = {}) =>
      log.append(
        texts.map((text) => ({
          ...{ topic: TOPIC.in, key: null, partition: 0, timestampMs: 1_000 },
          value: text === null ? null : Buffer.from(text),
          ...rest,
        })),
      ),
    async start(decide, { limits, ...rest } = {}) {
      const worker = await startWorker<string, string, 'aside'>({
        name: 'stage',
        log,
        group: 'group',
        topic: TOPIC.in,
        decode,
        decide,
        sinks: { out: sink(TOPIC.out), aside: sink(TOPIC.aside) },
        dead: {
          stage: 'stage',
          topic: TOPIC.dead,
          maxBytes: MAX_LETTER_BYTES,
          encode: (letter) => letters.encode(letter),
        },
        telemetry: counts.telemetry,
        logger,
        clock: systemClock,
        health,
        limits: { ...LIMITS, ...limits },
        ...rest,
      });
      workers.push(worker);
      return worker;
    },
    async settled() {
      const isSettled = async (): Promise<boolean> =>
        (await log.positions('group', TOPIC.in)).every((p) => p.committed === p.end);
      await within(WAIT_MS, 'the input to be processed', until(isSettled));
    },
    committed: async () => (await log.positions('group', TOPIC.in))[0]?.committed ?? -1n,
    records: (topic) => collect(log, topic),
    texts: async (topic) => (await collect(log, topic)).map((r) => String(r.value)),
    letters: async () =>
      (await collect(log, TOPIC.dead)).map((record) => {
        const decoded = letters.decode(record.value ?? Buffer.alloc(0));
        if (!decoded.ok) throw new Error(decoded.fault.message);
        return decoded.value;
      }),
    async restart() {
      await closeAll();
      log = await open(directory, partitions);
    },
    async close() {
      await closeAll();
      await rm(directory, { recursive: true });
    },
  };
  return rig;
}

/** Asks again and again; the caller bounds it. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

export const TRACE: Headers = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
};
