/**
 * Owns: telling how far behind a worker is, for the partitions that it has: after hours without
 * Elasticsearch, how much there is to catch up with, and that it gets less.
 */
import { TransientError } from '../errors/fault.ts';
import type { Lane, Log } from '../ports/log.ts';
import type { Logger, StageTelemetry } from '../ports/telemetry.ts';

/** One question to the log for each stage: a connection and four requests on Kafka. */
const LAG_INTERVAL_MS = 15_000;

export interface WatchParts {
  readonly name: string;
  readonly log: Log;
  readonly group: string;
  readonly topic: string;
  readonly telemetry: StageTelemetry;
  readonly logger: Logger;
}

async function tellLag(parts: WatchParts, lanes: ReadonlySet<Lane>): Promise<void> {
  if (lanes.size === 0) return;
  const positions = await parts.log.positions(parts.group, parts.topic);
  // Asked for after the answer: a partition that was lost meanwhile is the next owner's to tell of.
  const owned = new Set([...lanes].map((lane) => lane.partition));
  for (const { committed, end, partition } of positions) {
    const lag = end > committed ? Number(end - committed) : 0;
    if (owned.has(partition)) parts.telemetry.lag(partition, lag);
  }
}

/** Tells the lag every now and then; returns what ends it. */
export function watchLag(parts: WatchParts, lanes: ReadonlySet<Lane>): () => void {
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    try {
      await tellLag(parts, lanes);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      const fields = { stage: parts.name, code: error.code, error: error.message };
      parts.logger.debug(fields, 'Lag not known, asked again later');
    } finally {
      isAsking = false;
    }
  };
  const timer = setInterval(() => {
    ask().catch((error: unknown) => {
      parts.logger.warn({ stage: parts.name, error: String(error) }, 'Lag not known');
    });
  }, LAG_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
