/**
 * Owns: following audit.inventory as a whole, in every normalizer, into a table in memory.
 * Does not own: what a record says (learned/record.ts), what the table keeps (learned/table.ts).
 */
import { topicName } from '../../../../schemas/topics.ts';
import { retrying } from '../../../../shared/pipeline/retry.ts';
import { joinWorkers, type RunningWorker } from '../../../../shared/pipeline/runner.ts';
import type { Log, LogRecord } from '../../../../shared/ports/log.ts';
import type { Context } from '../../../../shared/runtime/context.ts';
import { codecOf } from '../../../../shared/runtime/stage-worker.ts';
import { readTimeline } from '../learned/record.ts';
import { createTable, type Inventory, MAX_OBSERVATIONS, type Table } from '../learned/table.ts';
import { watchClusters } from './watch-clusters.ts';

export interface RunningInventory extends RunningWorker {
  readonly table: Inventory;
}

const PART = 'normalizer/inventory';
/** Events that come before all is read are told with what is known by then, rather than not at all. */
const LONGEST_WAIT_MS = 60_000;

/** Takes records into the table; those of another release, which may be after a way back, are not. */
function taking(table: Table): (record: LogRecord) => void {
  const codec = codecOf('audit.inventory');
  return ({ timestampMs, value }) => {
    const decoded = value === null ? undefined : codec.decode(value);
    if (decoded?.ok !== true) return;
    const timeline = readTimeline(decoded.value);
    if (timeline !== undefined) table.apply(decoded.value.key, timeline, timestampMs);
  };
}

/** Follows until the signal aborts; a log that is away is waited for. */
async function follow(
  { clock, config, logger }: Context,
  read: (signal: AbortSignal) => AsyncIterable<LogRecord>,
  take: (record: LogRecord) => void,
  signal: AbortSignal,
): Promise<void> {
  const { retryInitialMs, retryMaxMs } = config.pipeline;
  const parts = {
    policy: { initialMs: retryInitialMs, maxMs: retryMaxMs },
    clock,
    signal,
    onRetry: (error: Error, attempt: number, waitMs: number) =>
      logger('normalizer').warn(
        { attempt, waitMs, error: error.message },
        'Inventory not read, trying again',
      ),
  };
  try {
    // From the beginning each time: what is read twice changes nothing.
    await retrying(parts, async () => {
      for await (const record of read(signal)) take(record);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/**
 * Resolves when the table has all that was there, or after a minute. Undefined: it is not wanted.
 * Throws FatalError `missing_topic`.
 */
export async function startInventory(
  context: Context,
  log: Log,
): Promise<RunningInventory | undefined> {
  const { clock, config, health } = context;
  const { learn, learnMaxEntries } = config.normalizer.enrichment;
  if (!learn) return undefined;
  const table = createTable({ maxEntries: learnMaxEntries, maxObservations: MAX_OBSERVATIONS });
  const topic = topicName(config.kafka.topicPrefix, 'audit.inventory');
  const stopping = new AbortController();
  const { signal } = stopping;
  health.set(PART, 'reading the inventory');
  const waiting = new AbortController();
  const onCaughtUp = () => {
    health.degrade(PART, undefined);
    waiting.abort();
  };
  const read = () => log.read({ topic, from: 'beginning', untilEnd: false, signal, onCaughtUp });
  const done = follow(context, read, taking(table), signal);
  done.catch(() => waiting.abort()); // Whoever owns the worker awaits `done`.
  await Promise.race([clock.sleep(LONGEST_WAIT_MS, waiting.signal), done]);
  if (!waiting.signal.aborted) health.degrade(PART, 'the inventory is still being read');
  health.set(PART, undefined);
  const following: RunningWorker = {
    done,
    async stop() {
      stopping.abort();
      await done.catch(() => undefined);
    },
  };
  const watching = watchClusters(context, log, table);
  return { table, ...joinWorkers(watching === undefined ? [following] : [following, watching]) };
}
