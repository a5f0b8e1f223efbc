/**
 * Owns: what was taken out of one record so far: how often, of which kinds, where, and the values,
 * for the search of other copies (echoes.ts).
 */
import { isMark, type Mark } from './marks.ts';

/**
 * `secret`: a value of a Secret. `token`: a token, by its field or its shape. `env`: a variable of a
 * container. `argument`: part of a command. `credential`: what a name says to be one. `key`: a private
 * key. `url`: password or parameter of an address. `echo`: another copy of one of these. `depth`: what
 * nests too deep to be looked at.
 */
export type RedactionKind =
  | 'secret'
  | 'token'
  | 'env'
  | 'argument'
  | 'credential'
  | 'key'
  | 'url'
  | 'echo'
  | 'depth';

/** What an object is in whose `data` we look, where it does not say so itself. */
export type Holder = 'secret' | 'config' | 'other' | 'unknown';

export interface Trace {
  readonly mark: Mark;
  /** Keys from the record's root to where the walk is; list positions are left out. */
  readonly path: string[];
  readonly kinds: Set<RedactionKind>;
  readonly fields: Set<string>;
  /** Taken values as text, with their marks. */
  readonly values: Map<string, string>;
  /** Of this record's values; the same variable stands in every item of a list. */
  readonly marks: Map<string, string>;
  count: number;
  holder: Holder;
  /** Of containers, embedded texts included. */
  depth: number;
}

export const MAX_FIELDS = 32;
const MAX_FIELD_CHARS = 256;
/** Shorter ones stand in too many places by chance. */
export const MIN_ECHO_CHARS = 6;
const MAX_VALUES = 4096;

export function createTrace(mark: Mark, holder: Holder): Trace {
  return {
    ...{ mark, holder, count: 0, depth: 0, path: [] },
    ...{ kinds: new Set(), fields: new Set(), values: new Map(), marks: new Map() },
  };
}

/** Counts one place; more fields than are told need not be kept. */
export function note(trace: Trace, kind: RedactionKind): void {
  trace.count++;
  trace.kinds.add(kind);
  if (trace.fields.size < 8 * MAX_FIELDS) {
    trace.fields.add(trace.path.join('.').slice(0, MAX_FIELD_CHARS));
  }
}

/** The value is looked for in the rest of the record. */
export function remember(trace: Trace, value: string, mark: string): void {
  if (value.length < MIN_ECHO_CHARS || trace.values.size >= MAX_VALUES) return;
  trace.values.set(value, mark);
}

function markOf({ mark, marks }: Trace, value: string): string {
  const made = marks.get(value) ?? mark(value);
  marks.set(value, made);
  return made;
}

/** Mark for a value that is taken out here. `bytes`: what it stands for, where it is encoded. */
export function take(trace: Trace, kind: RedactionKind, value: string, bytes?: Buffer): string {
  note(trace, kind);
  if (isMark(value)) return value;
  const mark = bytes === undefined ? markOf(trace, value) : trace.mark(bytes);
  // Variables are names of hosts and namespaces as often as secrets.
  if (kind !== 'env') remember(trace, bytes === undefined ? value : bytes.toString('utf8'), mark);
  return mark;
}
