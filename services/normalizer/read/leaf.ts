/**
 * Owns: what reading a body gives: its records, each still in the format of whoever wrote it, and
 * what was around them. Types only.
 * Does not own: what a record means (services/normalizer/map), how it is found (read-body.ts).
 */
import type { DropReason } from '../../../shared/pipeline/outcome.ts';
import type { JsonObject } from '../../../shared/domain/json.ts';
import type { RecordFormat } from '../../../shared/domain/record-format.ts';
import type { Fault } from '../../../shared/errors/fault.ts';

export type { JsonObject };
export type Format = RecordFormat;

/** What a record was wrapped in, as its sender gave it; claims, no proof. */
export interface Envelope {
  /** Outermost first, in small letters: `fluent-bit`, `cri`, `cloudwatch`, `firehose`, `pubsub` … */
  readonly via: readonly string[];
  readonly cluster?: string;
  readonly node?: string;
  /** What else is worth keeping, mapped by name: stream, log group, resource id, tag, file … */
  readonly fields: Readonly<Record<string, string>>;
}

export interface Leaf {
  readonly kind: 'leaf';
  readonly format: Format;
  /** Numbers that a double can't hold exactly are texts of their digits. */
  readonly value: JsonObject;
  readonly envelope: Envelope;
  /**
   * Its text ended early, and what could be read of it is in `value`: a field that is not there may
   * have been there. The last field read may itself have been cut, and is left out then.
   */
  readonly isCut: boolean;
  /** The record's own bytes as they came, innermost text: for dead letters. */
  bytes(): Buffer;
}

/** Known, and no evidence: a health probe, klog text, another component's log stream. */
export interface Noise {
  readonly kind: 'noise';
  readonly reason: DropReason;
}

export interface Bad {
  readonly kind: 'bad';
  readonly fault: Fault;
  bytes(): Buffer;
}

export type Read = Leaf | Noise | Bad;

/** Everything in a body, in its order; or the body as a whole can't be read. */
export type Body =
  | { readonly ok: true; readonly items: readonly Read[] }
  | { readonly ok: false; readonly fault: Fault };
