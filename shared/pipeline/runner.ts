/**
 * Owns: running a stage against a log: decode, decide, one atomic commit, retry of sick neighbours,
 * dead letters, ticks, graceful stop. The only place of the pipeline that waits.
 * Does not own: transactions and fencing (the Log adapter), what a stage decides.
 */
import { type Fault, LaneLostError, type TransientError } from '../errors/fault.ts';
import type { Consumer, Lane, Log, LogRecord } from '../ports/log.ts';
import type { Clock, Health, Logger, StageTelemetry } from '../ports/telemetry.ts';
import { commitOf, type DeadLetterSink, type Sinks } from './commit.ts';
import type { Attempt, Decide } from './decide.ts';
import { type Ending, endings, extraOf, type Outcome } from './outcome.ts';
import { type RetryPolicy, retrying } from './retry.ts';
import type { Envelope, Tick } from './stage.ts';
import { readTick, tickRecord } from './tick.ts';

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

function envelopeOf<In, Out, Route extends string>(
  parts: WorkerParts<In, Out, Route>,
  record: LogRecord,
): Envelope<In | Tick> | Fault {
  const { topic, partition, offset, timestampMs } = record;
  const origin = { topic, partition, offset, timestampMs };
  const tick = readTick(record.headers);
  if (tick !== undefined) return { value: tick, origin };
  const decoded = parts.decode(record.value ?? EMPTY);
  return decoded.ok ? { value: decoded.value, origin } : decoded.fault;
}

/** The attempt to decide on what decodes; what does not is rejected in its place. */
function attemptOn<In, Out, Route extends string>(
  parts: WorkerParts<In, Out, Route>,
  lane: Lane,
  records: readonly LogRecord[],
): Attempt<Out, Route> {
  const read = records.map((record) => envelopeOf(parts, record));
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

function count<Out, Route extends string>(
  telemetry: StageTelemetry,
  outcomes: readonly Outcome<Out, Route>[],
): void {
  const endingCounts = new Map<string, number>();
  let received = 0;
  let sent = 0;
  for (const outcome of outcomes) {
    sent += extraOf(outcome).length;
    for (const ending of endings(outcome)) {
      received++;
      if ('items' in ending) sent += ending.items.length;
      const label = labelOf(ending);
      endingCounts.set(label, (endingCounts.get(label) ?? 0) + 1);
    }
  }
  telemetry.received(received);
  telemetry.sent(sent);
  for (const [label, n] of endingCounts) {
    const [kind, detail = ''] = label.split(' ');
    if (kind === 'emit') telemetry.emitted(n);
    else if (kind === 'drop') telemetry.dropped(detail, n);
    else if (kind === 'divert') telemetry.diverted(detail, n);
    else telemetry.rejected(detail, n);
  }
}

/** Kind and label value of an ending; neither holds a space. */
function labelOf<Out, Route extends string>(ending: Ending<Out, Route>): string {
  switch (ending.kind) {
    case 'emit':
      return 'emit';
    case 'drop':
      return `drop ${ending.reason}`;
    case 'divert':
      return `divert ${ending.route}`;
    case 'reject':
      return `reject ${ending.fault.code}`;
  }
}

function reportRejected<Out, Route extends string>(
  parts: WorkerParts<never, Out, Route> | WorkerParts<unknown, Out, Route>,
  records: readonly LogRecord[],
  outcomes: readonly Outcome<Out, Route>[],
): void {
  outcomes.forEach((outcome, i) => {
    for (const ending of endings(outcome)) {
      if (ending.kind !== 'reject') continue;
      const { topic, partition, offset } = records[i] as LogRecord;
      const { code, message } = ending.fault;
      const fields = {
        stage: parts.name,
        code,
        reason: message,
        topic,
        partition,
        offset: String(offset),
      };
      parts.logger.warn(fields, 'Record rejected to the dead letter topic');
    }
  });
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

  const process = async (lane: Lane, records: readonly LogRecord[]): Promise<void> => {
    const started = clock.now();
    const decided = async () => {
      const decision = await persist(lane, attemptOn(parts, lane, records));
      const change = commitOf(records, decision, parts.sinks, parts.dead);
      await persist(lane, () => lane.commit(change));
      return decision;
    };
    // Also when the partition is lost: its trouble is the next owner's then.
    const decision = await decided().finally(() => health.set(partOf(lane), undefined));
    count(telemetry, decision.outcomes);
    reportRejected(parts as WorkerParts<unknown, Out, Route>, records, decision.outcomes);
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
        lane.signal.addEventListener('abort', () => lanes.delete(lane));
        health.set(name, undefined);
      },
      process,
    },
  );
  health.set(name, undefined);
  const stopTicks = startTicks(parts, lanes);
  return running(consumer, giveUp, limits.shutdownGraceMs, stopTicks);
}

function startTicks<In, Out, Route extends string>(
  parts: WorkerParts<In, Out, Route>,
  lanes: ReadonlySet<Lane>,
): () => void {
  const { clock, log, logger, name, tickIntervalMs } = parts;
  if (tickIntervalMs === undefined) return () => {};
  const timer = setInterval(() => {
    const now = clock.now();
    const ticks = [...lanes].map((lane) => tickRecord(lane.topic, lane.partition, now));
    if (ticks.length === 0) return;
    // A tick that is lost is made up for by the next: no retry.
    log.append(ticks).catch((error: unknown) => {
      logger.warn({ stage: name, error: String(error) }, 'Tick not written, the next one follows');
    });
  }, tickIntervalMs);
  return () => clearInterval(timer);
}

function running(
  consumer: Consumer,
  giveUp: AbortController,
  graceMs: number,
  stopTicks: () => void,
): RunningWorker {
  const done = consumer.done.finally(stopTicks).catch((error: unknown) => {
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
        stopTicks();
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
