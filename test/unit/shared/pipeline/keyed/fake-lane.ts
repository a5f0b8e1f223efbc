/**
 * Owns: a lane in memory whose state changes only by commits and whose reads may fail, and running a
 * keyed stage on it through crashes.
 */
import { TransientError } from '../../../../../shared/errors/fault.ts';
import { createKeyed } from '../../../../../shared/pipeline/keyed/keyed.ts';
import type { KeyedOptions, KeyedStage } from '../../../../../shared/pipeline/keyed/model.ts';
import { endings, extraOf, type Outcome } from '../../../../../shared/pipeline/outcome.ts';
import type { Envelope, Tick } from '../../../../../shared/pipeline/stage.ts';
import type { Lane, StateWrite } from '../../../../../shared/ports/log.ts';

export type State = Map<string, string>;

export interface FakeLane extends Lane {
  /** Keys that were asked for, and prefixes with `*`. */
  readonly reads: string[];
  lose(): void;
}

/** @param fails whether the next read fails */
export function fakeLane(state: State, fails: () => boolean = () => false): FakeLane {
  const lost = new AbortController();
  const reads: string[] = [];
  const check = (...what: readonly string[]): void => {
    lost.signal.throwIfAborted();
    reads.push(...what);
    if (fails()) throw new TransientError('sick', { code: 'log_unavailable' });
  };
  return {
    topic: 'in',
    partition: 0,
    signal: lost.signal,
    reads,
    lose: () => lost.abort(),
    state: {
      async getMany(keys) {
        check(...keys);
        return keys.map((key) => {
          const text = state.get(key);
          return text === undefined ? undefined : Buffer.from(text);
        });
      },
      async *scan(prefix) {
        // Keys are ASCII, so this is the order of bytes.
        for (const key of [...state.keys()].sort()) {
          if (!key.startsWith(prefix)) continue;
          yield [key, Buffer.from(state.get(key) ?? '')] as const;
        }
        check(`${prefix}*`);
      },
    },
    commit: () => Promise.reject(new Error('The test commits')),
  };
}

export function applyWrites(state: State, writes: readonly StateWrite[]): void {
  for (const write of writes) {
    if (write.kind === 'put') state.set(write.key, write.value.toString());
    else state.delete(write.key);
  }
}

/** Calls an attempt until it no longer fails in passing. */
export async function persist<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
  }
}

export interface Course {
  /** Sizes of batches, again from the start when they are used up. */
  readonly sizes: readonly number[];
  /**
   * After which batches what they decided is lost: `crash` with all memory, `lose` with the lane's,
   * `again` with nothing but the batch. Likewise again from the start.
   */
  readonly ends: readonly ('commit' | 'crash' | 'lose' | 'again')[];
  /** Which reads fail; those that come later do not. */
  readonly failures: readonly boolean[];
}

export const STRAIGHT: Course = { sizes: [1_000_000], ends: ['commit'], failures: [false] };

export interface Played<Out> {
  readonly outcomes: readonly Outcome<Out>[];
  /** What was given besides the records' outcomes, in order. */
  readonly extra: readonly Out[];
  readonly state: State;
  readonly writes: readonly StateWrite[];
}

function cycle<T>(items: readonly T[], fallback: T): () => T {
  let next = 0;
  return () => items[next++ % items.length] ?? fallback;
}

/** Runs a stage over all records, whatever happens on the way. */
export async function play<In, Out>(
  stage: KeyedStage<In, Out>,
  options: KeyedOptions,
  records: readonly Envelope<In | Tick>[],
  course: Course = STRAIGHT,
): Promise<Played<Out>> {
  const state: State = new Map();
  let reads = 0;
  const fails = (): boolean => course.failures[reads++] ?? false;
  const size = cycle(course.sizes, 1);
  const end = cycle(course.ends, 'commit');
  const played = { outcomes: [] as Outcome<Out>[], extra: [] as Out[], writes: [] as StateWrite[] };
  let decide = createKeyed(stage, options);
  let lane = fakeLane(state, fails);
  let losses = 0;
  for (let at = 0; at < records.length; ) {
    const batch = records.slice(at, at + size());
    const { outcomes, writes } = await persist(decide(lane, batch));
    // Losing every batch would never end.
    const ending = losses++ > 2 * records.length ? 'commit' : end();
    if (ending === 'crash') decide = createKeyed(stage, options);
    if (ending === 'crash' || ending === 'lose') {
      lane.lose();
      lane = fakeLane(state, fails);
    }
    if (ending !== 'commit') continue;
    applyWrites(state, writes);
    played.writes.push(...writes);
    played.outcomes.push(...outcomes.map(withoutExtra));
    played.extra.push(...outcomes.flatMap((outcome) => [...extraOf(outcome)]));
    at += batch.length;
  }
  return { ...played, state };
}

/** As the stage gave it, without what the end of a batch added. */
function withoutExtra<Out>(outcome: Outcome<Out>): Outcome<Out> {
  if (outcome.kind !== 'split' || outcome.parts.length !== 1) return outcome;
  return endings(outcome)[0] ?? outcome;
}
