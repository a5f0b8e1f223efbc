/**
 * Owns: bodies on their way in: bounded in size, in time, and in what all of them hold together.
 * Does not own: the answer (answers.ts), limits of headers and connections (shared/adapters/http).
 */
import type { Readable } from 'node:stream';
import { type Budget, createBudget, type Hold } from '../../budget.ts';
import { type BodyPool, createBodyPool } from '../body-pool.ts';

export interface ArrivalLimits {
  readonly maxBodyBytes: number;
  readonly maxInFlightBytes: number;
  /** In each window, a body must grow by this or be whole; and be whole within `maxMs`. */
  readonly windowMs: number;
  readonly minWindowBytes: number;
  readonly maxMs: number;
  /** Where room is short, a body that has been on its way for longer makes place for others. */
  readonly patienceMs: number;
}

export type Arrival =
  | { readonly kind: 'whole'; readonly body: Buffer }
  | { readonly kind: 'too_large'; readonly bytes: number }
  | { readonly kind: 'no_room' }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'too_slow' }
  /** The sender hung up. */
  | { readonly kind: 'gone' };

export interface Arrivals {
  readonly budget: Budget;
  /** Reads to the end, or until something is wrong; then nothing is held, the rest left unread. */
  read(stream: Readable, hold: Hold): Promise<Arrival>;
  /** For a whole body that nobody holds any more, the log included: its buffer is used again. */
  giveBack(body: Buffer): void;
  /** Ends all that are still on their way: nothing was promised to them. */
  stop(): void;
}

/** One body on its way. */
interface Reading {
  readonly startedAtMs: number;
  windowStartMs: number;
  windowBytes: number;
  heldBytes: number;
  end(arrival: Arrival): void;
}

interface ReadingParts {
  readonly maxBodyBytes: number;
  readonly nowMs: number;
  readonly pool: BodyPool;
}

const SWEEP_MS = 1_000;

/** Reads one body into `reading`, which others can end, too. */
function begin(
  stream: Readable,
  hold: Hold,
  { maxBodyBytes, nowMs, pool }: ReadingParts,
  ended: (arrival: Arrival) => void,
): Reading {
  const parts: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  const onData = (part: Buffer): void => {
    bytes += part.length;
    reading.windowBytes += part.length;
    if (bytes > maxBodyBytes) reading.end({ kind: 'too_large', bytes });
    else if (!hold.grow(part.length)) reading.end({ kind: 'no_room' });
    // To make room, it may have been this one that was ended.
    else if (isOver) hold.grow(-part.length);
    else {
      reading.heldBytes += part.length;
      parts.push(part);
    }
  };
  const onEnd = (): void => {
    const [first] = parts;
    const body = parts.length === 1 && first !== undefined ? first : pool.join(parts, bytes);
    reading.end({ kind: 'whole', body });
  };
  const onGone = (): void => reading.end({ kind: 'gone' });
  const reading: Reading = {
    ...{ startedAtMs: nowMs, windowStartMs: nowMs, windowBytes: 0, heldBytes: 0 },
    end(arrival) {
      if (isOver) return;
      isOver = true;
      stream.off('data', onData).off('end', onEnd).off('close', onGone);
      parts.length = 0;
      if (arrival.kind !== 'whole') hold.grow(-reading.heldBytes);
      ended(arrival);
    },
  };
  stream.on('data', onData).on('end', onEnd).on('close', onGone);
  // An error is followed by `close`; without a listener it would end the process.
  stream.on('error', onGone);
  return reading;
}

export function createArrivals(limits: ArrivalLimits, now: () => number): Arrivals {
  const { maxBodyBytes } = limits;
  const pool = createBodyPool();
  /** The oldest first. */
  const readings = new Set<Reading>();
  let isStopping = false;

  const judge = (reading: Reading, nowMs: number): void => {
    const isWindowOver = nowMs - reading.windowStartMs >= limits.windowMs;
    const isSlow = isWindowOver && reading.windowBytes < limits.minWindowBytes;
    if (isSlow || nowMs - reading.startedAtMs >= limits.maxMs) reading.end({ kind: 'too_slow' });
    else if (isWindowOver) {
      reading.windowStartMs = nowMs;
      reading.windowBytes = 0;
    }
  };
  const sweep = (): void => {
    for (const reading of readings) judge(reading, now());
  };
  const makeRoom = (): boolean => {
    for (const reading of readings) {
      if (now() - reading.startedAtMs < limits.patienceMs) return false;
      if (reading.heldBytes === 0) continue;
      reading.end({ kind: 'no_room' });
      return true;
    }
    return false;
  };
  const timer = setInterval(sweep, Math.min(SWEEP_MS, limits.windowMs)).unref();

  return {
    budget: createBudget(limits.maxInFlightBytes, makeRoom),
    async read(stream, hold) {
      if (isStopping) return { kind: 'stopping' };
      if (stream.destroyed) return { kind: 'gone' };
      return new Promise<Arrival>((resolve) => {
        const reading = begin(stream, hold, { maxBodyBytes, pool, nowMs: now() }, (arrival) => {
          readings.delete(reading);
          resolve(arrival);
        });
        readings.add(reading);
      });
    },
    giveBack: (body) => pool.giveBack(body),
    stop() {
      isStopping = true;
      clearInterval(timer);
      for (const reading of readings) reading.end({ kind: 'stopping' });
    },
  };
}
