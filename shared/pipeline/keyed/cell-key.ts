/**
 * Owns: any texts as keys: of cells, and of the names in them. Total, injective, ASCII only.
 * Does not own: the keys of a lane's state that are made of them (layout.ts).
 *
 * Letters, digits and `_ . ~ -` stand for themselves, any other UTF-16 code unit is `%` and four hex
 * digits, so that lone surrogates, which UTF-8 can't hold, stay apart. ASCII has one order, by code
 * units and by bytes.
 */
import { contentId } from '../../domain/ids.ts';
import type { CellKey } from './model.ts';

/** Longer ones are hashed: a key is read and written whole, in every batch. */
const MAX_CHARS = 200;
const PLAIN = /^[\w.~-]*$/;
const OTHER = /[^\w.~-]/g;

function escaped(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(OTHER, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Of parts that are too long together. `#` is in no escaped text. */
function hashed(parts: readonly string[]): string {
  return `#${contentId(parts)}`;
}

function keyOf(parts: readonly string[]): string {
  let key = '';
  for (const part of parts) {
    if (part.length > MAX_CHARS) return hashed(parts);
    // Behind each part: `()`, `('')` and `('', '')` are three keys.
    key += `${escaped(part)}:`;
  }
  return key.length > MAX_CHARS ? hashed(parts) : key;
}

/** Two lists of texts have one key only where they are equal. */
export function cellKey(...parts: string[]): CellKey {
  return keyOf(parts) as CellKey;
}

/** Cells of the engine itself: `*` begins no key that cellKey makes. */
export function ownCellKey(...parts: string[]): CellKey {
  return `*${keyOf(parts)}` as CellKey;
}

export function isOwnCell(key: CellKey): boolean {
  return key.startsWith('*');
}

/** A part's or a timer's name in a key. */
export function nameKey(name: string): string {
  if (name.length > MAX_CHARS) return hashed([name]);
  const key = escaped(name);
  return key.length > MAX_CHARS ? hashed([name]) : key;
}
