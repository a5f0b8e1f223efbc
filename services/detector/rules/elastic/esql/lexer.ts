/**
 * Owns: the text of an ES|QL query to tokens: comments, texts, numbers, names, signs.
 * Does not own: what they mean (parse.ts).
 *
 * One pass, each character once; what is no token becomes a token of its own, for the parser to name.
 */

type TokenKind =
  | 'name'
  | 'quoted'
  | 'text'
  | 'integer'
  | 'decimal'
  | 'parameter'
  | 'sign'
  | 'index';

export interface Token {
  readonly kind: TokenKind | 'end' | 'bad';
  /** A text's value, a name without its backquotes; else as written. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const SIGNS = [
  ...['::', '==', '=~', '!=', '<=', '>=', '|', ',', '(', ')', '[', ']', '{', '}'],
  ...['.', '=', '<', '>', '+', '-', '*', '/', '%', ':', ';'],
];
const SPACE = /\s/;
const NAME_START = /[A-Za-z_@]/;
const NAME = /[A-Za-z_@][A-Za-z0-9_]*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /\?{1,2}[A-Za-z0-9_]*/y;
/** Index names: anything but what ends one. */
const INDEX = /[^=`|,()[\]\s"]+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  t: '\t',
  n: '\n',
  r: '\r',
  '"': '"',
  '\\': '\\',
};

/** The last token is always `end`. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = skipSpace(source, 0);
  while (at < source.length) {
    const token = isIndexNext(tokens) ? indexAt(source, at) : tokenAt(source, at);
    tokens.push(token);
    at = skipSpace(source, token.end);
  }
  tokens.push({ kind: 'end', value: '', start: source.length, end: source.length });
  return tokens;
}

/** Behind FROM or TS as a command, and the commas of its list. */
function isIndexNext(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  const before = tokens.at(-2);
  if (last?.kind === 'name' && /^(?:from|ts)$/i.test(last.value)) {
    return before === undefined || before.value === ';';
  }
  return last?.value === ',' && before?.kind === 'index';
}

function indexAt(source: string, start: number): Token {
  if (source[start] === '"') return { ...tokenAt(source, start), kind: 'index' };
  const value = matchAt(INDEX, source, start);
  return value === undefined ? tokenAt(source, start) : token('index', value, start);
}

function tokenAt(source: string, start: number): Token {
  const char = source.charAt(start);
  if (char === '"') return textAt(source, start);
  if (char === '`') return quotedAt(source, start);
  const number = matchAt(NUMBER, source, start);
  if (number !== undefined)
    return token(/^\d+$/.test(number) ? 'integer' : 'decimal', number, start);
  if (NAME_START.test(char)) return token('name', matchAt(NAME, source, start) ?? char, start);
  const parameter = matchAt(PARAMETER, source, start);
  if (parameter !== undefined) return token('parameter', parameter, start);
  const sign = SIGNS.find((text) => source.startsWith(text, start));
  return sign === undefined ? token('bad', char, start) : token('sign', sign, start);
}

function token(
  kind: Token['kind'],
  value: string,
  start: number,
  end = start + value.length,
): Token {
  return { kind, value, start, end };
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function textAt(source: string, start: number): Token {
  if (source.startsWith('"""', start)) return rawTextAt(source, start);
  let value = '';
  for (let at = start + 1; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === '"') return token('text', value, start, at + 1);
    if (char === '\n' || char === '\r') break;
    if (char === '\\') {
      const escaped = ESCAPES[source.charAt(at + 1)];
      if (escaped === undefined) break;
      value += escaped;
      at++;
    } else value += char;
  }
  return token('bad', '"', start);
}

/** Backslashes are plain; up to two more quotation marks at the end belong to the text. */
function rawTextAt(source: string, start: number): Token {
  const close = source.indexOf('"""', start + 3);
  const line = source.slice(start, close === -1 ? source.length : close);
  if (close === -1 || /[\r\n]/.test(line)) return token('bad', '"""', start);
  let end = close + 3;
  while (end < close + 5 && source[end] === '"') end++;
  return token('text', source.slice(start + 3, end - 3), start, end);
}

/** A backquote in the name is written twice. */
function quotedAt(source: string, start: number): Token {
  let at = source.indexOf('`', start + 1);
  while (at !== -1 && source[at + 1] === '`') at = source.indexOf('`', at + 2);
  if (at === -1 || at === start + 1) return token('bad', '`', start);
  return token('quoted', source.slice(start + 1, at).replaceAll('``', '`'), start, at + 1);
}

/** Spaces and comments; `/*` nests. An open comment reaches to the end. */
function skipSpace(source: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < source.length && SPACE.test(source.charAt(at))) at++;
    if (source.startsWith('//', at)) at = endOfLine(source, at);
    else if (source.startsWith('/*', at)) at = endOfComment(source, at);
    else return at;
  }
}

function endOfLine(source: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== '\n' && source[at] !== '\r') at++;
  return at;
}

function endOfComment(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    if (source.startsWith('/*', at)) depth++;
    else if (source.startsWith('*/', at)) depth--;
    else continue;
    at++;
    if (depth === 0) return at + 1;
  }
  return source.length;
}
