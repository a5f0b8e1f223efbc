/**
 * Owns: taking secret values out of a record before anything of it is told on (docs/redaction.md).
 * Does not own: ids, which are hashes of the record as it came (services/normalizer/map).
 */
import type { JsonObject } from '../json.ts';
import type { RecordFormat } from '../record-format.ts';
import { withoutEchoes } from './echoes.ts';
import { createMark } from './marks.ts';
import { holderOf, identityOf, isHarmlessRecord } from './records.ts';
import { createTrace, MAX_FIELDS, type RedactionKind } from './trace.ts';
import { walkRecord } from './walk.ts';

/** What was taken out of a record: how often, of which kinds, and where. */
export interface Redaction {
  readonly count: number;
  /** Sorted, each once. */
  readonly kinds: readonly RedactionKind[];
  /** Dotted paths in the record, list positions left out; sorted, the first of them only. */
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

export function createRedact({ key }: RedactOptions): Redact {
  const mark = createMark(key);
  return (value, format, isCut) => {
    if (isHarmlessRecord(value, format)) return { value, redaction: undefined };
    const trace = createTrace(mark, holderOf(value, format, isCut));
    const walked = walkRecord(value, trace);
    if (trace.count === 0) return { value, redaction: undefined };
    const { record, replace } = withoutEchoes(walked, trace, () => identityOf(value, format));
    const fields = [...new Set([...trace.fields].map((field) => replace(field)))];
    const redaction = {
      count: trace.count,
      kinds: [...trace.kinds].sort(),
      fields: fields.sort().slice(0, MAX_FIELDS),
    };
    return { value: record, redaction };
  };
}
