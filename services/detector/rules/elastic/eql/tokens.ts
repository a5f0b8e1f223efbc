/**
 * Owns: an EQL query as tokens: names, texts, numbers, signs; comments are left out.
 */
import { invalid } from '../fault.ts';

export interface Token {
  /** `quoted`: a name in backticks. */
  readonly kind: 'name' | 'quoted' | 'text' | 'number' | 'sign' | 'end';
  /** What it stands for: without quotes, escapes undone. */
  readonly text: string;
  /** Character of the query at which it begins, from 0. */
  readonly offset: number;
  readonly end: number;
}

const BLANK = /(?:\s+|\/\/[^\n]*)+/y;
const NAME = /[A-Za-z_@][A-Za-z0-9_]*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const QUOTED = /`((?:[^`]|``)*)`/y;
const RAW = '"""';
const SIGN = /==|!=|<=|>=|!\[|[:<>=+\-*/%(),.[\]|?~]/y;
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', '"': '"', "'": "'", '\\': '\\' },
};

/** The last token is of kind `end`. Throws a fault where the query has what no token begins with. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = skipBlank(source, 0);
  while (at < source.length) {
    const token = tokenAt(source, at);
    tokens.push(token);
    at = skipBlank(source, token.end);
  }
  const end = source.trimEnd().length;
  tokens.push({ kind: 'end', text: '', offset: end, end });
  return tokens;
}

/** Comments in `/*` may hold others. */
function skipBlank(source: string, from: number): number {
  let at = from;
  for (;;) {
    const blank = matchAt(BLANK, source, at)?.[0];
    if (blank !== undefined) at += blank.length;
    else if (source.startsWith('/*', at)) at = endOfComment(source, at);
    else return at;
  }
}

function endOfComment(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    const two = source.slice(at, at + 2);
    if (two === '/*') depth += 1;
    else if (two === '*/') depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return at + 1;
  }
  throw invalid(from, 'a comment is never closed', 'Close it with "*/".');
}

function tokenAt(source: string, offset: number): Token {
  const char = source.charAt(offset);
  if (char === '"') return textAt(source, offset);
  const quoted = matchAt(QUOTED, source, offset);
  if (quoted !== undefined) {
    const name = (quoted[1] ?? '').replaceAll('``', '`');
    return { kind: 'quoted', text: name, offset, end: offset + quoted[0].length };
  }
  for (const [kind, pattern] of PLAIN) {
    const text = matchAt(pattern, source, offset)?.[0];
    if (text !== undefined) return { kind, text, offset, end: offset + text.length };
  }
  if (char === "'") {
    const remedy = 'Write it in double quotes.';
    throw invalid(offset, 'a text is in single quotes, which EQL has no more', remedy);
  }
  const reason = `the query has ${JSON.stringify(char)}, which means nothing in EQL`;
  throw invalid(offset, reason, 'Take it out; names with other signs go in backticks.');
}

const PLAIN = [
  ['name', NAME],
  ['number', NUMBER],
  ['sign', SIGN],
] as const;

function textAt(source: string, offset: number): Token {
  if (source.startsWith(RAW, offset)) return rawAt(source, offset);
  let text = '';
  for (let at = offset + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '"') return { kind: 'text', text, offset, end: at + 1 };
    if (char === '\n' || char === '\r') break;
    if (char === '\\') {
      const { length, text: escaped } = escapeAt(source, at);
      text += escaped;
      at += length - 1;
    } else text += char;
  }
  throw invalid(offset, 'a text is never closed', 'Close it with a quote, on the same line.');
}

/** Up to the last three of the quotes that end it, so that a text may end with quotes itself. */
function rawAt(source: string, offset: number): Token {
  const start = offset + RAW.length;
  let close = source.indexOf(RAW, start);
  if (close < 0) throw invalid(offset, 'a text is never closed', 'Close it with three quotes.');
  while (source.charAt(close + RAW.length) === '"') close += 1;
  const text = source.slice(start, close);
  return { kind: 'text', text, offset, end: close + RAW.length };
}

const CODE = /\\u\{([0-9a-fA-F]{2,8})\}/y;

function escapeAt(source: string, at: number): { text: string; length: number } {
  const plain = ESCAPES[source.charAt(at + 1)];
  if (plain !== undefined) return { text: plain, length: 2 };
  const code = matchAt(CODE, source, at);
  const point = Number.parseInt(code?.[1] ?? '', 16);
  if (code !== undefined && point <= 0x10ffff) {
    return { text: String.fromCodePoint(point), length: code[0].length };
  }
  const remedy = 'Write two backslashes for one, or the text in three quotes.';
  throw invalid(at, `"${source.slice(at, at + 2)}" is no escape`, remedy);
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}
