/**
 * Owns: values that stand behind a name which says that they are secret: `password=x`, `token: x`,
 * `"apiKey": "x"`, `<password>x</password>`, in texts and in lines of YAML, properties and headers.
 * Does not own: which names do (names.ts). Linear: a name is read back from its sign for at most
 * MAX_NAME characters, and what was found is stepped over.
 */
import { isNoValue, isSecretName, isTokenName, schemeLength } from './names.ts';
import type { Span } from './spans.ts';

const MAX_NAME = 64;
const NAME = /[\w.$/-]/;
const QUOTES = /["'`\\]/;
const SIGN = /[=:>]/g;
/** What may stand between a line's begin and a name. */
const INDENT = /[\s"'\\{,-]/;

interface Name {
  readonly text: string;
  readonly start: number;
}

function back(text: string, from: number, limit: number, pattern: RegExp): number {
  let at = from;
  const least = Math.max(0, from - limit);
  while (at > least && pattern.test(text[at - 1] ?? '')) at--;
  return at;
}

/** The name whose value begins behind the sign at `sign`. */
function nameBefore(text: string, sign: number): Name | undefined {
  const bare = back(text, sign, 2, / /);
  const end = back(text, bare, 6, QUOTES);
  const start = back(text, end, MAX_NAME, NAME);
  return start === end ? undefined : { text: text.slice(start, end), start };
}

function isLineStart(text: string, start: number): boolean {
  const indent = back(text, start, 256, INDENT);
  const from = text.lastIndexOf('\n', start - 1);
  if (indent === 0 || (from >= 0 && indent <= from + 1)) return true;
  return text.slice(indent - 7, indent + 1) === 'export ';
}

/** Behind blanks, and behind a second sign (`:=`, `=>`). */
function valueStart(text: string, sign: number): number {
  let at = sign + 1;
  while (/[=:>~]/.test(text[at] ?? '') && at < sign + 3) at++;
  while ((text[at] === ' ' || text[at] === '\t') && at < sign + 64) at++;
  return at;
}

const OPENING = /(\\*)(["'`])/y;

/** The end of a quoted value without its quotes; texts in texts have theirs behind backslashes. */
function quoted(text: string, from: number): { start: number; end: number } | undefined {
  OPENING.lastIndex = from;
  const found = OPENING.exec(text);
  if (found === null) return undefined;
  const [opening, slashes = ''] = found;
  const start = from + opening.length;
  let end = text.indexOf(opening, start);
  while (slashes === '' && end > start && text[end - 1] === '\\' && text[end - 2] !== '\\') {
    end = text.indexOf(opening, end + 1);
  }
  return { start, end: end < 0 ? text.length : end };
}

const NEXT_NAME = /[&;,]\s{0,8}["']?[A-Za-z_][\w.-]{0,63}["']?\s{0,8}[=:]/y;
const RUN_END = /[\s"&;,]|\\"/g;

/** To the next blank or quote; a comma ends it only where another name follows. */
function runEnd(text: string, from: number): number {
  RUN_END.lastIndex = from;
  for (let found = RUN_END.exec(text); found !== null; found = RUN_END.exec(text)) {
    const at = found.index;
    NEXT_NAME.lastIndex = at;
    if (!/[&;,]/.test(found[0]) || NEXT_NAME.test(text)) return at;
  }
  return text.length;
}

/** Signs of the text around the value. */
function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start + 1 && /[\s'`,;)\]}]/.test(text[at - 1] ?? '')) at--;
  return at;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** YAML's `|` and `>`: all lines that are indented deeper than the name's. */
function blockEnd(text: string, name: Name, from: number): number {
  const begin = text.lastIndexOf('\n', name.start - 1) + 1;
  const indent = name.start - begin;
  let end = lineEnd(text, from);
  while (end < text.length) {
    const next = lineEnd(text, end + 1);
    const line = text.slice(end + 1, next);
    if (line.trim() !== '' && line.length - line.trimStart().length <= indent) break;
    end = next;
  }
  return end;
}

/** The value is a structure, in which there are names of their own. */
const STRUCTURE = /[{[](?=[\s"'\\{[}\]]|$)/y;
const BLOCK = /[|>][+-]?\d?[ \t]*(?:#[^\n]*)?\r?\n/y;
const ECHOED = /(?:Invalid|Unsupported|Duplicate) value: /y;

function at(pattern: RegExp, text: string, from: number): boolean {
  pattern.lastIndex = from;
  return pattern.test(text);
}

function lengthOfBlanks(text: string, from: number): number {
  let end = from;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return end - from;
}

interface Value {
  readonly start: number;
  readonly end: number;
}

function bareValue(text: string, name: Name, sign: number, from: number): Value {
  const start = from + schemeLength(text.slice(from, from + 64));
  const isSpaced = text[sign] === ':' || text.includes('\n');
  const isLine = isSpaced && isLineStart(text, name.start);
  const end = isLine ? lineEnd(text, start) : runEnd(text, start);
  return { start, end: trimmedEnd(text, start, end) };
}

function valueBehind(text: string, name: Name, sign: number): Value | undefined {
  if (text[sign] === '>') {
    if (text[name.start - 1] !== '<') return undefined;
    const close = text.indexOf('<', sign);
    return { start: sign + 1, end: close < 0 ? text.length : close };
  }
  const first = valueStart(text, sign);
  const start = at(ECHOED, text, first) ? ECHOED.lastIndex : first;
  if (text.startsWith('//', sign + 1) || at(STRUCTURE, text, start)) return undefined;
  if (at(BLOCK, text, start)) {
    const indent = lengthOfBlanks(text, BLOCK.lastIndex);
    return { start: BLOCK.lastIndex + indent, end: blockEnd(text, name, start) };
  }
  return quoted(text, start) ?? bareValue(text, name, sign, start);
}

/** `failed to get secret: payments/db` tells a name. */
function isProse(text: string, name: Name, sign: number): boolean {
  if (text[sign] !== ':' || text[sign + 1] !== ' ') return false;
  return /^(?:secrets?|credentials?)$/i.test(name.text) && !isLineStart(text, name.start);
}

/** `env[0].value`, `data[password]`, as the API server names fields whose values it refuses. */
const FIELD = /(?:env\[\d+\]\.value|(?:stringData|data)\[[^\]]*\])$/;

function findEchoed(text: string, spans: Span[]): void {
  const mark = 'value: "';
  for (let found = text.indexOf(mark); found >= 0; found = text.indexOf(mark, found + 1)) {
    const head = text.slice(Math.max(0, found - 256), found).replace(/: [A-Z][a-z]+ $/, '');
    const open = found + mark.length - 1;
    const value = FIELD.test(head) ? quoted(text, open) : undefined;
    if (value !== undefined) spans.push({ ...value, kind: 'credential' });
  }
}

const SQL = /(?<!\w)(?:identified\s+(?:with\s+\S{1,64}\s+)?by|password)\s+(?=["'])/gi;

/** `IDENTIFIED BY 'x'`, `PASSWORD 'x'`. */
function findSql(text: string, spans: Span[]): void {
  SQL.lastIndex = 0;
  while (SQL.exec(text) !== null) {
    const value = quoted(text, SQL.lastIndex);
    if (value !== undefined) spans.push({ ...value, kind: 'credential' });
  }
}

/** YAML's pairs, as containers have their variables. */
const PAIR =
  /(?<![\w-])(?:name|key):[ \t]*["']?([\w.-]{1,128})["']?[ \t]*\r?\n[ \t]*value:[ \t]*/gi;

function findPairs(text: string, spans: Span[]): void {
  if (!text.includes('\n')) return;
  PAIR.lastIndex = 0;
  for (let found = PAIR.exec(text); found !== null; found = PAIR.exec(text)) {
    const start = PAIR.lastIndex;
    if (!isSecretName(found[1] ?? '')) continue;
    const end = trimmedEnd(text, start, lineEnd(text, start));
    spans.push({ ...(quoted(text, start) ?? { start, end }), kind: 'credential' });
  }
}

/** With its last bracket, which is the text's otherwise. */
function isPlaceholder(text: string, { end, start }: Value): boolean {
  return isNoValue(text.slice(start, end)) || isNoValue(text.slice(start, end + 1));
}

export function findAssignments(text: string, spans: Span[]): void {
  SIGN.lastIndex = 0;
  for (let found = SIGN.exec(text); found !== null; found = SIGN.exec(text)) {
    const sign = found.index;
    const name = nameBefore(text, sign);
    if (name === undefined || !isSecretName(name.text) || isProse(text, name, sign)) continue;
    const value = valueBehind(text, name, sign);
    if (value === undefined || value.end <= value.start) continue;
    SIGN.lastIndex = Math.max(SIGN.lastIndex, value.end);
    if (isPlaceholder(text, value)) continue;
    spans.push({ ...value, kind: isTokenName(name.text) ? 'token' : 'credential' });
  }
  findEchoed(text, spans);
  findSql(text, spans);
  findPairs(text, spans);
}
