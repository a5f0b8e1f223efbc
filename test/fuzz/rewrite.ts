/**
 * Owns: writing JSON in another way that means the same: white space, order of keys, escapes, forms
 * of numbers, members that nobody knows. Pure: every choice comes from `choose`.
 */
import { readTrees, type Tree } from './json-tree.ts';

/** The next number in [0, 1). */
export type Choose = () => number;

export function pick<T>(choose: Choose, from: readonly T[]): T {
  return from[Math.floor(choose() * from.length)] as T;
}

/** Without line breaks: what is one line stays one. */
const SPACES = ['', '', '', ' ', '\t', '  '] as const;

function shuffled<T>(choose: Choose, items: readonly T[]): readonly T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(choose() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

function escaped(unit: string, choose: Choose): string {
  const hex = unit.charCodeAt(0).toString(16).padStart(4, '0');
  return `\\u${choose() < 0.5 ? hex : hex.toUpperCase()}`;
}

/** Some of the plain characters of a text as \uXXXX. */
function rewriteText(text: string, choose: Choose): string {
  if (choose() < 0.7) return text;
  return text.replace(/\\u[0-9a-fA-F]{4}|\\.|[A-Za-z0-9/ .:-]/gs, (found) => {
    const isPlain = found === '\\/' || found.length === 1;
    return isPlain && choose() < 0.2 ? escaped(found.at(-1) ?? '', choose) : found;
  });
}

/** Whole numbers that a double holds, in another form. */
function rewriteNumber(text: string, choose: Choose): string {
  if (!/^-?[1-9]\d{0,14}$/.test(text)) return text;
  const [, digits = text, zeros = ''] = /^(-?\d+?)(0*)$/.exec(text) ?? [];
  return pick(choose, [text, text, `${text}.0`, `${text}e0`, `${digits}E+${zeros.length}`]);
}

function rewriteBare(text: string, choose: Choose): string {
  if (text.startsWith('"')) return rewriteText(text, choose);
  return /\d/.test(text) ? rewriteNumber(text, choose) : text;
}

const EXTRA = ['"x-unknown":{"a":[1,null]}', '"x-unknown":"y"', '"xUnknown2":[{"kind":"Event"}]'];

/** An object in which a new member changes nothing: a record as a whole, no map of names. */
function isRecord(keys: readonly string[]): boolean {
  return ['auditID', 'requestReceivedTimestamp', 'cmdLine', 'output_fields'].some((key) =>
    keys.includes(key),
  );
}

function write(tree: Tree, choose: Choose): string {
  const gap = (): string => pick(choose, SPACES);
  const joined = (parts: readonly string[]): string => parts.join(`${gap()},${gap()}`);
  if (tree.kind === 'bare') return rewriteBare(tree.text, choose);
  if (tree.kind === 'array') {
    return `[${gap()}${joined(tree.items.map((item) => write(item, choose)))}${gap()}]`;
  }
  // Two spellings of one name are one name, of which the last counts.
  const keys = tree.members.map(([key]) => JSON.parse(key) as string);
  const order = new Set(keys).size === keys.length ? shuffled(choose, tree.members) : tree.members;
  const members = order.map(
    ([key, value]) => `${rewriteText(key, choose)}${gap()}:${gap()}${write(value, choose)}`,
  );
  const extra = isRecord(keys) && choose() < 0.3 ? [pick(choose, EXTRA)] : [];
  return `{${gap()}${joined([...members, ...extra])}${gap()}}`;
}

/** The same records written otherwise; undefined where the text is no row of JSON values. */
export function rewrite(text: string, choose: Choose): string | undefined {
  const trees = readTrees(text);
  if (trees === undefined || trees.length === 0) return undefined;
  return `${trees.map((tree) => write(tree, choose)).join('\n')}\n`;
}
