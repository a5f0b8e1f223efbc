/**
 * Owns: how a record can end. Every record ends in exactly one of emit, drop, divert, reject;
 * a record that holds several (a batch) is split into parts that each end so, once.
 */
import type { Fault } from '../errors/fault.ts';

/**
 * Closed list: a metric label. `no_match`: no rule; `repeat`: seen before; `superseded`: a newer
 * revision came with it; `tick`: only a clock; `noise`: text that is known to be no evidence; `probe`: a sender's test of the connection;
 * `filtered` and `sampled`: the configuration does not want it.
 */
export type DropReason =
  | 'no_match'
  | 'repeat'
  | 'superseded'
  | 'empty'
  | 'tick'
  | 'noise'
  | 'probe'
  | 'filtered'
  | 'sampled';

export type Ending<Out, Route extends string = never> =
  | { readonly kind: 'emit'; readonly items: readonly Out[] }
  | {
      readonly kind: 'drop';
      readonly reason: DropReason;
      /** Name of the configuration's filter that did not want it. */
      readonly filter?: string;
    }
  | { readonly kind: 'divert'; readonly route: Route; readonly items: readonly Out[] }
  | { readonly kind: 'reject'; readonly fault: Fault; readonly part?: RejectedPart };

/** Which part of a record was bad, where the record holds several. */
export interface RejectedPart {
  readonly index: number;
  readonly bytes: Buffer;
}

export type Outcome<Out, Route extends string = never> =
  | Ending<Out, Route>
  | {
      readonly kind: 'split';
      readonly parts: readonly Ending<Out, Route>[];
      /** Records about the whole, besides what its parts give; they are no ending of anything. */
      readonly extra?: readonly Out[];
    };

/** The one or more endings of an outcome. */
export function endings<Out, Route extends string>(
  outcome: Outcome<Out, Route>,
): readonly Ending<Out, Route>[] {
  return outcome.kind === 'split' ? outcome.parts : [outcome];
}

/** What an outcome gives besides its endings. */
export function extraOf<Out, Route extends string>(outcome: Outcome<Out, Route>): readonly Out[] {
  return outcome.kind === 'split' ? (outcome.extra ?? []) : [];
}
