/**
 * Owns: running a stage against a log: decode, decide, one atomic commit, retry of sick neighbours,
 * dead letters, ticks, graceful stop. The only place of the pipeline that waits.
 * Does not own: transactions and fencing (the Log adapter), what a stage decides.
 */
import { type Fault, LaneLostError, type TransientError } from '../errors/fault.ts';
import type { Consumer, Lane, Log, LogRecord } from '../ports/log.ts';
import type { Clock, Health, Logger, StageTelemetry } from '../ports/telemetry.ts';
import { count, type Input, reportRejected } from './account.ts';
import { commitOf, type Sinks } from './commit.ts';
import type { Attempt, Decide } from './decide.ts';
import { ABOUT_NOTHING, type About, type DeadLetterSink } from './letter.ts';
import type { Outcome } from './outcome.ts';
import { type RetryPolicy, retrying } from './retry.ts';
import type { Envelope, Tick } from './stage.ts';
import { readTick } from './tick.ts';
import { createTicker } from './ticker.ts';
import { watchLag } from './watch.ts';

export interface WorkerLimits {
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly retry: RetryPolicy;
  /** How long a stop waits for the batch in hand before it is left to the next owner. */
  readonly shutdownGraceMs: number;
}

export interface WorkerParts<In, Out, Route extends string = never> {
  readonly name: string;
  readonly log: Log;
  readonly group: string;
  readonly topic: string;
  readonly changelogTopic?: string;
  /** Absent: no ticks. */
  readonly tickIntervalMs?: number;
  decode(
    value: Buffer,
  ): { readonly ok: true; readonly value: In } | { readonly ok: false; readonly fault: Fault };
  /** Where a value comes from, for dead letters and counts; absent: nobody knows. */
  about?(value: In): About;
  readonly decide: Decide<In, Out, Route>;
  readonly sinks: Sinks<Out, Route>;
  readonly dead: DeadLetterSink;
  readonly telemetry: StageTelemetry;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health: Health;
  readonly limits: WorkerLimits;
}

export interface RunningWorker {
  /** Takes nothing new, finishes the batch in hand (within the grace), leaves the group. */
  stop(): Promise<void>;
  /** Rejects with what ended the worker, if it was not `stop`. */
  readonly done: Promise<void>;
}

const EMPTY = Buffer.alloc(0);

/** A record as the stage sees it, or why it can't. */
interface Read<In> extends Input {
  readonly envelope: Envelope<In | Tick> | Fault;
}

function readRecord<In, Out, Route extends string>(
  parts: WorkerParts<In, Out, Route>,
  record: LogRecord,
): Read<In> {
  const { topic, partition, offset, timestampMs } = record;
  const origin = { topic, partition, offset, timestampMs };
  const tick = readTick(record.headers);
  if (tick !== undefined) {
    return { record, about: ABOUT_NOTHING, envelope: { value: tick, origin } };
  }
  const decoded = parts.decode(record.value ?? EMPTY);
  if (!decoded.ok) return { record, about: ABOUT_NOTHING, envelope: decoded.fault };
  const { value } = decoded;
  return { record, about: parts.about?.(value) ?? ABOUT_NOTHING, envelope: { value, origin } };
}

/** The attempt to decide on what decodes; what does not is rejected in its place. */
function attemptOn<In, Out, Route extends string>(
  parts: WorkerParts<In, Out, Route>,
  lane: Lane,
  batch: readonly Read<In>[],
): Attempt<Out, Route> {
  const read = batch.map(({ envelope }) => envelope);
  const good = read.filter((r): r is Envelope<In | Tick> => 'origin' in r);
  const attempt = parts.decide(lane, good);
  return async () => {
    const decision = await attempt();
    if (decision.outcomes.length !== good.length) {
      throw new Error(`Stage ${parts.name} decided ${decision.outcomes.length} of ${good.length}`);
    }
    let next = 0;
    const outcomes = read.map(
      (r): Outcome<Out, Route> =>
        'origin' in r
          ? (decision.outcomes[next++] as Outcome<Out, Route>)
          : { kind: 'reject', fault: r },
    );
    return { outcomes, writes: decision.writes };
  };
}

/** Joins the group and works until `stop`. Resolves once the group is joined. */
export async function startWorker<In, Out, Route extends string = never>(
  parts: WorkerParts<In, Out, Route>,
): Promise<RunningWorker> {
  const { clock, health, limits, log, logger, name, telemetry } = parts;
  const giveUp = new AbortController();
  const lanes = new Set<Lane>();
  // One signal per lane, not per batch: Node 20 keeps what it knows of each until its sources go.
  const signals = new WeakMap<Lane, AbortSignal>();
  const signalOf = (lane: Lane): AbortSignal => {
    const signal = signals.get(lane) ?? AbortSignal.any([lane.signal, giveUp.signal]);
    signals.set(lane, signal);
    return signal;
  };

  /** A partition has its own part in the health: a well one says nothing about a sick one. */
  const partOf = (lane: Lane): string => `${name}/${lane.partition}`;

  const persist = <T>(lane: Lane, action: () => Promise<T>): Promise<T> =>
    retrying(
      {
        policy: limits.retry,
        clock,
        signal: signalOf(lane),
        onRetry(error: TransientError, attempt, waitMs) {
          telemetry.retried(error.code);
          health.set(partOf(lane), `${error.code}: ${error.message}`);
          const fields = { stage: name, code: error.code, attempt, waitMs, error: error.message };
          logger.warn(fields, 'Neighbour unavailable, trying again');
        },
      },
      action,
    );

  const ticker = createTicker(parts, lanes);
  const process = async (lane: Lane, records: readonly LogRecord[]): Promise<void> => {
    const started = clock.now();
    ticker.read(lane, records);
    const batch = records.map((record) => readRecord(parts, record));
    const decided = async () => {
      const decision = await persist(lane, attemptOn(parts, lane, batch));
      const change = commitOf(batch, decision, parts.sinks, parts.dead);
      await persist(lane, () => lane.commit(change));
      return decision;
    };
    telemetry.inHand(lane.partition, records[0]?.timestampMs);
    const decision = await decided().finally(() => {
      // Also when the partition is lost: its trouble is the next owner's then.
      health.set(partOf(lane), undefined);
      telemetry.inHand(lane.partition, undefined);
    });
    count(telemetry, batch, decision.outcomes);
    reportRejected(parts, batch, decision.outcomes);
    telemetry.batch(records.length, (clock.now() - started) / 1000);
  };

  health.set(name, 'joining the group');
  const { group, topic, changelogTopic } = parts;
  const consumer = await log.consume(
    {
      group,
      topic,
      ...(changelogTopic === undefined ? {} : { changelogTopic }),
      maxBatchRecords: limits.maxBatchRecords,
      maxBatchBytes: limits.maxBatchBytes,
    },
    {
      async assigned(lane) {
        lanes.add(lane);
        lane.signal.addEventListener('abort', () => {
          lanes.delete(lane);
          telemetry.lag(lane.partition, undefined);
        });
        health.set(name, undefined);
      },
      process,
    },
  );
  health.set(name, undefined);
  ticker.start();
  const stopWatch = watchLag(parts, lanes);
  return running(consumer, giveUp, limits.shutdownGraceMs, () => {
    ticker.stop();
    stopWatch();
  });
}

function running(
  consumer: Consumer,
  giveUp: AbortController,
  graceMs: number,
  stopTimers: () => void,
): RunningWorker {
  const done = consumer.done.finally(stopTimers).catch((error: unknown) => {
    // What `stop` gave up is the next owner's, and no error.
    if (!(giveUp.signal.aborted && error instanceof LaneLostError)) throw error;
  });
  done.catch(() => {}); // The owner awaits `done`; without this a late await is an unhandled rejection.
  return {
    done,
    async stop() {
      const timer = setTimeout(() => giveUp.abort(new LaneLostError('Stopping')), graceMs);
      try {
        await consumer.stop();
      } finally {
        clearTimeout(timer);
        stopTimers();
      }
    },
  };
}

/** Several workers as one: it is done when one of them fails or all have stopped. */
export function joinWorkers(workers: readonly RunningWorker[]): RunningWorker {
  const done = Promise.all(workers.map((worker) => worker.done)).then(() => {});
  done.catch(() => {}); // As above: the owner awaits it, perhaps later.
  return {
    done,
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}
