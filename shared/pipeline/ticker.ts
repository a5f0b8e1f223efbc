/**
 * Owns: appending ticks to the partitions that a worker has, so that quiet ones are told the time.
 * Does not own: what a tick is (tick.ts).
 *
 * Several workers, of other groups too, may have one partition and each want ticks in it; all read
 * those of all. So a partition in which a tick has just been read gets none, and ticks do not pile
 * up in one that is behind either.
 */
import type { Lane, Log, LogRecord } from '../ports/log.ts';
import type { Clock, Logger } from '../ports/telemetry.ts';
import { readTick, tickRecord } from './tick.ts';

export interface TickerParts {
  readonly name: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: no ticks. */
  readonly tickIntervalMs?: number;
}

export interface Ticker {
  /** To be told of every batch. */
  read(lane: Lane, records: readonly LogRecord[]): void;
  start(): void;
  stop(): void;
}

/** Ticks for `lanes`, as they are whenever it is time. */
export function createTicker(parts: TickerParts, lanes: ReadonlySet<Lane>): Ticker {
  const { clock, log, logger, name, tickIntervalMs } = parts;
  if (tickIntervalMs === undefined) {
    return { read: () => {}, start: () => {}, stop: () => {} };
  }
  // By our own clock: another's may be wrong.
  const readAt = new WeakMap<Lane, number>();
  let isWriting = false;
  const isDue = (lane: Lane, now: number): boolean => {
    const passedMs = now - (readAt.get(lane) ?? Number.NEGATIVE_INFINITY);
    // A clock that was turned back makes it negative.
    return passedMs < 0 || passedMs >= tickIntervalMs / 2;
  };
  const tick = async (): Promise<void> => {
    const now = clock.now();
    const ticks = [...lanes]
      .filter((lane) => isDue(lane, now))
      .map((lane) => tickRecord(lane.topic, lane.partition, now));
    if (ticks.length > 0) await log.append(ticks);
  };
  let timer: NodeJS.Timeout | undefined;
  const onTimer = (): void => {
    // While the log is slow, the ticks that wait would only come late, and all at once.
    if (isWriting) return;
    isWriting = true;
    tick()
      .catch((error: unknown) => {
        // A tick that is lost is made up for by the next: no retry.
        const fields = { stage: name, error: String(error) };
        logger.warn(fields, 'Tick not written, the next one follows');
      })
      .finally(() => {
        isWriting = false;
      });
  };
  return {
    read(lane, records) {
      if (records.some(({ headers }) => readTick(headers) !== undefined)) {
        readAt.set(lane, clock.now());
      }
    },
    start() {
      timer = setInterval(onTimer, tickIntervalMs);
    },
    stop: () => clearInterval(timer),
  };
}
