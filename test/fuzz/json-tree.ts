/**
 * Owns: JSON text as a tree that keeps how every key, text and number was written, so that it can be
 * written again in another way that means the same.
 * Does not own: which way (rewrite.ts).
 */
export type Tree =
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, value: Tree])[] }
  | { readonly kind: 'array'; readonly items: readonly Tree[] }
  /** Text (with its quotes), number, true, false or null, as written. */
  | { readonly kind: 'bare'; readonly text: string };

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;
const BARE = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y;

/** Thrown inside, caught in readTrees: the text is no row of JSON values. */
class NoJson extends Error {}

interface Cursor {
  readonly text: string;
  at: number;
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const [found] = pattern.exec(cursor.text) ?? [];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

function expectChar(cursor: Cursor, char: string): void {
  take(cursor, SPACE);
  if (cursor.text[cursor.at] !== char) throw new NoJson();
  cursor.at++;
}

function isNext(cursor: Cursor, char: string): boolean {
  take(cursor, SPACE);
  return cursor.text[cursor.at] === char;
}

function readList<T>(cursor: Cursor, close: string, one: () => T): readonly T[] {
  const items: T[] = [];
  cursor.at++;
  while (!isNext(cursor, close)) {
    if (items.length > 0) expectChar(cursor, ',');
    take(cursor, SPACE);
    items.push(one());
  }
  cursor.at++;
  return items;
}

function readTree(cursor: Cursor): Tree {
  if (isNext(cursor, '{')) {
    const members = readList(cursor, '}', () => {
      const key = take(cursor, STRING);
      if (key === undefined) throw new NoJson();
      expectChar(cursor, ':');
      return [key, readTree(cursor)] as const;
    });
    return { kind: 'object', members };
  }
  if (isNext(cursor, '[')) {
    return { kind: 'array', items: readList(cursor, ']', () => readTree(cursor)) };
  }
  const text = take(cursor, STRING) ?? take(cursor, BARE);
  if (text === undefined) throw new NoJson();
  return { kind: 'bare', text };
}

/** The JSON values that a text is a row of; undefined where it is anything else. */
export function readTrees(text: string): readonly Tree[] | undefined {
  const cursor = { text, at: 0 };
  const trees: Tree[] = [];
  try {
    take(cursor, SPACE);
    while (cursor.at < text.length) {
      trees.push(readTree(cursor));
      take(cursor, SPACE);
    }
    return trees;
  } catch (error) {
    if (error instanceof NoJson) return undefined;
    throw error;
  }
}
