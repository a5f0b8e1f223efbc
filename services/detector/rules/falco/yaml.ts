/**
 * Owns: reading the members of one YAML map of a rule file, each with its place, and texts in whose
 * conditions a place can be told.
 */
import { isScalar, isSeq } from 'yaml';
import type { Position } from '../position.ts';
import { type Entry, type Node, scalarOf, type Source } from '../source.ts';
import type { Piece } from './text.ts';

/** Why an item of a file can't be used, and where; caught by whoever reads the items. */
export class ItemError extends Error {
  readonly at: Position;
  readonly remedy: string;
  constructor(message: string, at: Position, remedy = 'Mend or remove this item.') {
    super(message);
    this.name = 'ItemError';
    this.at = at;
    this.remedy = remedy;
  }
}

export interface Item {
  readonly source: Source;
  readonly at: Position;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** Undefined with a problem where the node is no map. */
export function itemOf(source: Source, node: Node, what: string): Item | undefined {
  const entries = source.entries(node, what);
  if (entries === undefined) return undefined;
  return { source, at: source.at(node), entries: new Map(entries.map((one) => [one.key, one])) };
}

/** Whether the key is there, be it without a value. */
export function has(item: Item, key: string): boolean {
  return item.entries.has(key);
}

export function placeOfKey(item: Item, key: string): Position {
  return item.entries.get(key)?.keyAt ?? item.at;
}

/** As it is written, whatever YAML takes it for; undefined for maps, lists and nothing. */
export function textOfNode(node: Node): string | undefined {
  if (!isScalar(node)) return undefined;
  const value = scalarOf(node);
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? undefined : (node.source ?? String(value));
}

/** @throws ItemError */
export function textAt(item: Item, key: string): string {
  const entry = item.entries.get(key);
  if (entry === undefined) {
    throw new ItemError(`Item has no mapping for key '${key}'`, item.at, `Add "${key}:".`);
  }
  const { keyAt, value } = entry;
  if (value === null || (isScalar(value) && value.value === null)) {
    throw new ItemError(`Mapping for key '${key}' is empty`, keyAt, 'Give it a value.');
  }
  const text = textOfNode(value);
  if (text === undefined) throw new ItemError('Value is not a scalar value', keyAt);
  if (text === '') throw new ItemError('Value must be non-empty', keyAt, 'Give it a value.');
  return text;
}

/** Undefined where the key is not there. */
export function optionalTextAt(item: Item, key: string): string | undefined {
  return has(item, key) ? textAt(item, key) : undefined;
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, y: true, on: true },
  ...{ false: false, no: false, n: false, off: false },
};

export function booleanAt(item: Item, key: string): boolean | undefined {
  const text = optionalTextAt(item, key)?.toLowerCase();
  if (text === undefined) return undefined;
  const value = Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : undefined;
  if (value !== undefined) return value;
  throw new ItemError(
    "Can't decode YAML scalar value",
    placeOfKey(item, key),
    'Use true or false.',
  );
}

export function textsAt(item: Item, key: string): readonly string[] {
  const entry = item.entries.get(key);
  if (entry === undefined) {
    throw new ItemError(`Item has no mapping for key '${key}'`, item.at, `Add "${key}:".`);
  }
  if (!isSeq(entry.value)) throw new ItemError('Value is not a sequence', entry.keyAt);
  return entry.value.items.map((node) => {
    const text = textOfNode(node);
    if (text !== undefined) return text;
    throw new ItemError('sequence value is not scalar', item.source.at(node));
  });
}

/** A condition, of which each character has a place. */
export function pieceOf(item: Item, key: string): Piece {
  const text = textAt(item, key);
  const node = item.entries.get(key)?.value;
  const { source } = item;
  if (node === undefined || node === null) return { text, placeOf: () => item.at };
  let offsets: readonly number[] | undefined;
  return {
    text,
    placeOf(offset) {
      offsets ??= offsetsOf(text, source.file.text, node.range[0]);
      return source.place(offsets[offset] ?? node.range[0]);
    },
  };
}

/**
 * Where each character of a scalar stands in the file. YAML folds blanks and line ends only, so the
 * others are there in their order, after what opens the scalar; escapes in quotes shift them a little.
 */
function offsetsOf(text: string, file: string, start: number): readonly number[] {
  const header = /^(?:[|>][^\n]*\n|["'])/.exec(file.slice(start, start + 200))?.[0] ?? '';
  let at = start + header.length;
  const offsets: number[] = [];
  for (const character of text) {
    if (!isBlank(character)) while (at < file.length && isBlank(file.charAt(at))) at++;
    for (let i = 0; i < character.length; i++) offsets.push(at + i);
    at += isBlank(character) ? 0 : character.length;
  }
  return offsets;
}

function isBlank(character: string): boolean {
  return /\s/.test(character);
}
