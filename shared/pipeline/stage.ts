/**
 * Owns: what a stage is. Stages are pure: no clock (time is the event's, or a tick record), no
 * randomness, no I/O; the same input gives the same outcomes, byte for byte.
 */
import type { StateWrite } from '../ports/log.ts';
import type { Outcome } from './outcome.ts';

/** Where a record was read; part of every dead letter. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since the epoch, set by the producer; equal on every replay. */
  readonly timestampMs: number;
}

export interface Envelope<In> {
  readonly value: In;
  readonly origin: Origin;
}

export interface Stage<In, Out, Route extends string = never> {
  /** Metric label and the name in dead letters. */
  readonly name: string;
  /** Total and index-aligned: one outcome for each envelope, whatever it holds. */
  apply(batch: readonly Envelope<In>[]): readonly Outcome<Out, Route>[];
}

/** A point in time that the runner put into the input, so that a replay sees the same. */
export interface Tick {
  readonly kind: 'tick';
  readonly timeMs: number;
}

export type StateSnapshot = ReadonlyMap<string, Buffer>;

export interface StatefulStage<In, Out, Route extends string = never> {
  readonly name: string;
  /** Keys that `step` will look at for this batch; everything else is absent in its snapshot. */
  keys(batch: readonly Envelope<In | Tick>[]): readonly string[];
  step(
    state: StateSnapshot,
    batch: readonly Envelope<In | Tick>[],
  ): { readonly outcomes: readonly Outcome<Out, Route>[]; readonly writes: readonly StateWrite[] };
}

export function isTick(value: unknown): value is Tick {
  return typeof value === 'object' && value !== null && (value as Tick).kind === 'tick';
}
