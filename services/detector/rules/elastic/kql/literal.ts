/** Owns: one name or value of KQL: quotes, escapes, wildcards. */
import { literal as exactly, type Pattern } from '../../pattern.ts';
import type { Literal } from './ast.ts';

const SPECIAL = new Set('\\():<>"*{}');
const KEYWORD = /(?:[ \t\r\n\u00a0]+(?:or|and)|not)[ \t\r\n\u00a0]+/iy;
const SPACES = new Set(' \t\r\n\u00a0');
const WHITESPACE: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };
const CODE = /u([0-9a-f]{4})/iy;
const ESCAPED_KEYWORD = /or|and|not/iy;

interface Read {
  readonly literal: Literal;
  readonly end: number;
}

/** Undefined where none begins. */
export function readLiteral(source: string, offset: number): Read | undefined {
  return source.charAt(offset) === '"' ? readQuoted(source, offset) : readPlain(source, offset);
}

/** A backslash before anything else than what it escapes is a backslash. */
function readQuoted(source: string, offset: number): Read | undefined {
  let text = '';
  for (let at = offset + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '"') {
      return { literal: { pattern: exactly(text), isQuoted: true, offset }, end: at + 1 };
    }
    const escaped =
      char === '\\' ? (commonEscape(source, at + 1) ?? quote(source, at + 1)) : undefined;
    text += escaped?.text ?? char;
    at += escaped?.length ?? 0;
  }
  return undefined;
}

interface Escape {
  readonly text: string;
  /** Characters of the query, without the backslash. */
  readonly length: number;
}

function commonEscape(source: string, at: number): Escape | undefined {
  const white = WHITESPACE[source.charAt(at)];
  if (white !== undefined) return { text: white, length: 1 };
  CODE.lastIndex = at;
  const [, digits] = CODE.exec(source) ?? [];
  if (digits === undefined) return undefined;
  return { text: String.fromCharCode(Number.parseInt(digits, 16)), length: 5 };
}

function quote(source: string, at: number): Escape | undefined {
  const char = source.charAt(at);
  return char === '"' || char === '\\' ? { text: char, length: 1 } : undefined;
}

function special(source: string, at: number): Escape | undefined {
  const char = source.charAt(at);
  if (SPECIAL.has(char)) return { text: char, length: 1 };
  ESCAPED_KEYWORD.lastIndex = at;
  const [text] = ESCAPED_KEYWORD.exec(source) ?? [];
  return text === undefined ? undefined : { text, length: text.length };
}

/** Up to a special character or a keyword; white space around it is not part of it. */
function readPlain(source: string, offset: number): Read | undefined {
  const texts = [''];
  let at = offset;
  for (; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '*') {
      texts.push('');
      continue;
    }
    const escaped =
      char === '\\' ? (commonEscape(source, at + 1) ?? special(source, at + 1)) : undefined;
    if (escaped === undefined && (SPECIAL.has(char) || isKeyword(source, offset, at))) break;
    texts.push(`${texts.pop() ?? ''}${escaped?.text ?? char}`);
    at += escaped?.length ?? 0;
  }
  if (at === offset) return undefined;
  return { literal: { pattern: patternOf(texts), isQuoted: false, offset }, end: at };
}

/** Within a run of spaces the answer is that of its first: asked again, a long run would cost its square. */
function isKeyword(source: string, offset: number, at: number): boolean {
  if (at > offset && SPACES.has(source.charAt(at)) && SPACES.has(source.charAt(at - 1)))
    return false;
  KEYWORD.lastIndex = at;
  return KEYWORD.test(source);
}

/** @param texts what stands between the stars */
function patternOf(texts: readonly string[]): Pattern {
  const last = texts.length - 1;
  return texts.flatMap((text, i): Pattern => {
    const start = i === 0 ? text.trimStart() : text;
    const trimmed = i === last ? start.trimEnd() : start;
    return i === 0 ? exactly(trimmed) : [{ kind: 'any' }, ...exactly(trimmed)];
  });
}
