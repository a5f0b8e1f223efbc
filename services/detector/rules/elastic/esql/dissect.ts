/**
 * Owns: DISSECT: patterns with `%{column}` between plain texts, and the columns they take out of texts.
 */
import { invalid, unsupported } from '../fault.ts';
import type { Extractor } from './node.ts';
import { type Known, manyOf } from './value.ts';

interface Key {
  /** Empty: the value is skipped. */
  readonly name: string;
  readonly isAppended: boolean;
  /** Where an appended value stands among the others. */
  readonly order: number;
  /** Repetitions of the delimiter behind it belong to it. */
  readonly isPadded: boolean;
  /** The plain text behind it. */
  readonly delimiter: string;
}

interface DissectColumns {
  readonly extractor: Extractor;
  readonly columns: readonly string[];
}

const KEY = /%\{([^}]*)\}([^%]*(?:%(?!\{)[^%]*)*)/g;
const MODIFIED = /^(\+|\?|\*|&)?(.*?)(?:\/(\d{1,6}))?(->)?$/s;

/** @throws QueryFault */
export function readDissect(pattern: string, separator: string, offset: number): DissectColumns {
  const start = pattern.indexOf('%{');
  if (start === -1) {
    throw invalid(offset, 'the pattern of DISSECT names no column', 'Write %{column}.');
  }
  const lead = pattern.slice(0, start);
  const keys = [...pattern.slice(start).matchAll(KEY)].map(([, key = '', delimiter = '']) =>
    readKey(key, delimiter, offset),
  );
  const columns = [...new Set(keys.map(({ name }) => name).filter((name) => name !== ''))];
  const extractor: Extractor = {
    key: `dissect ${JSON.stringify([pattern, separator])}`,
    extract(texts) {
      const rows = texts.flatMap((text) => dissect(text, lead, keys, separator) ?? []);
      return new Map(columns.map((name) => [name, column(rows, name)]));
    },
  };
  return { extractor, columns };
}

function column(rows: readonly ReadonlyMap<string, string>[], name: string): Known {
  return manyOf(rows.map((row) => row.get(name) ?? ''));
}

function readKey(key: string, delimiter: string, offset: number): Key {
  const [, modifier = '', name = '', order = '0', padding] = MODIFIED.exec(key) ?? [];
  if (modifier === '*' || modifier === '&') {
    const reason = 'ES|QL has no reference keys in DISSECT';
    throw unsupported(offset, reason, 'Name the columns.');
  }
  return {
    name: modifier === '?' ? '' : name,
    isAppended: modifier === '+',
    order: Number(order),
    isPadded: padding !== undefined,
    delimiter,
  };
}

/** Undefined where the text does not fit the pattern. */
function dissect(
  text: string,
  lead: string,
  keys: readonly Key[],
  separator: string,
): ReadonlyMap<string, string> | undefined {
  if (!text.startsWith(lead)) return undefined;
  const parts: (readonly [Key, string])[] = [];
  let at = lead.length;
  for (const key of keys) {
    const { delimiter } = key;
    const end = delimiter === '' ? text.length : text.indexOf(delimiter, at);
    if (end === -1) return undefined;
    parts.push([key, text.slice(at, end)]);
    at = end + delimiter.length;
    while (key.isPadded && delimiter !== '' && text.startsWith(delimiter, at))
      at += delimiter.length;
  }
  return joined(parts, separator);
}

function joined(
  parts: readonly (readonly [Key, string])[],
  separator: string,
): ReadonlyMap<string, string> {
  const appended = parts.filter(([{ isAppended }]) => isAppended);
  const names = new Set(appended.map(([{ name }]) => name));
  const row = new Map<string, string>();
  const sorted = parts.toSorted(([a], [b]) => a.order - b.order);
  for (const [{ name }, value] of sorted) {
    if (name === '') continue;
    const before = names.has(name) ? row.get(name) : undefined;
    row.set(name, before === undefined ? value : `${before}${separator}${value}`);
  }
  return row;
}
