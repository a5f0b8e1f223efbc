/**
 * Owns: Falco's lists: what is in one, and putting it where a condition names it (libs has no lists;
 * falco, rule_loader_compiler.cpp). Names are replaced in the text, between blanks, commas,
 * parentheses and `=`; in quotes they are left alone.
 */
import { closingQuote } from './cursor.ts';
import { type Piece, type Pieces, pieceAt } from './text.ts';

export interface List {
  readonly name: string;
  readonly items: readonly string[];
}

/** Lists with the lists in them put in. */
export interface Lists {
  /** Items as they are written in a condition; undefined where there is no such list. */
  itemsOf(name: string): readonly string[] | undefined;
  /** Names that are no single word. */
  readonly odd: readonly string[];
}

/** More items than this in one list, with all that is in it, are left out. */
const MAX_ITEMS = 200_000;
const MAX_NESTING = 100;

export function resolveLists(lists: ReadonlyMap<string, List>): Lists {
  const resolved = new Map<string, readonly string[]>();
  const open = new Set<string>();
  function itemsOf(name: string): readonly string[] | undefined {
    const list = lists.get(name);
    if (list === undefined || open.has(name) || open.size >= MAX_NESTING) return undefined;
    const known = resolved.get(name) ?? collect(list);
    resolved.set(name, known);
    return known;
  }
  function collect(list: List): readonly string[] {
    open.add(list.name);
    const items: string[] = [];
    for (const item of list.items) {
      const inner = itemsOf(item) ?? [quoted(item)];
      if (items.length + inner.length > MAX_ITEMS) break;
      for (const each of inner) items.push(each);
    }
    open.delete(list.name);
    return items;
  }
  const odd = [...lists.keys()].filter((name) => /[\s(),=]/.test(name));
  return { itemsOf, odd };
}

/** As Falco does it: an item with a blank gets quotes, unless it begins with one. */
export function quoted(item: string): string {
  return item.includes(' ') && !/^["']/.test(item) ? `"${item}"` : item;
}

/** @param onUse is told of each list that is put in */
export function expandLists(pieces: Pieces, lists: Lists, onUse: (name: string) => void): Pieces {
  const withOdd = lists.odd.reduce(
    (expanded, name) => expanded.flatMap((piece) => expandOdd(piece, name, lists, onUse)),
    pieces,
  );
  return withOdd.flatMap((piece) => expandPiece(piece, lists, onUse));
}

interface Word {
  readonly name: string;
  readonly index: number;
}

/** Words between what separates them, but for those in quotes and right beside quotes. */
function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  const endless = new Set<string>();
  const word = /[^\s(),="']+/y;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"' || character === "'") {
      const end = endless.has(character) ? -1 : closingQuote(text, at);
      if (end === -1) endless.add(character);
      else at = end;
      continue;
    }
    word.lastIndex = at;
    const name = word.exec(text)?.[0];
    if (name === undefined) continue;
    if (isWhole(text, at, name.length)) words.push({ name, index: at });
    at += name.length - 1;
  }
  return words;
}

function expandPiece(piece: Piece, lists: Lists, onUse: (name: string) => void): Pieces {
  const { text } = piece;
  const made: Piece[] = [];
  let from = 0;
  for (const { index, name } of wordsOf(text)) {
    const items = lists.itemsOf(name);
    if (items === undefined || index < from) continue;
    onUse(name);
    const [start, end] = bounds(text, index, index + name.length, items.length === 0);
    if (start > from) made.push(part(piece, from, start));
    made.push(pieceAt(` ${items.join(', ')} `, piece.placeOf(index)));
    from = Math.max(end, from);
  }
  if (from === 0) return [piece];
  return [...made, part(piece, from, text.length)];
}

/** A quote right beside a word makes it another one. */
function isWhole(text: string, start: number, length: number): boolean {
  return !/["']/.test(text.charAt(start - 1)) && !/["']/.test(text.charAt(start + length));
}

/** An empty list takes a comma beside it with it. */
function bounds(text: string, start: number, end: number, isEmpty: boolean): [number, number] {
  if (!isEmpty) return [start, end];
  const before = text.slice(0, start).trimEnd().length;
  if (text.charAt(before - 1) === ',') return [before - 1, end];
  const after = text.length - text.slice(end).trimStart().length;
  return text.charAt(after) === ',' ? [start, after + 1] : [start, end];
}

function part(piece: Piece, from: number, to: number): Piece {
  return {
    text: piece.text.slice(from, to),
    placeOf: (offset) => piece.placeOf(from + offset),
  };
}

/** A name with blanks or the like in it, which Falco warns of and takes. */
function expandOdd(
  piece: Piece,
  name: string,
  lists: Lists,
  onUse: (name: string) => void,
): Pieces {
  const at = piece.text.indexOf(name);
  if (at === -1 || name === '') return [piece];
  onUse(name);
  return [
    part(piece, 0, at),
    pieceAt(` ${(lists.itemsOf(name) ?? []).join(', ')} `, piece.placeOf(at)),
    part(piece, at + name.length, piece.text.length),
  ];
}
