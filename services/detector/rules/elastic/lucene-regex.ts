/**
 * Owns: regular expressions in Lucene's syntax (org.apache.lucene.util.automaton.RegExp with all
 * operators: ES|QL's RLIKE, EQL's `regex` and `match`) as RE2 for a whole text.
 * Does not own: running them.
 *
 * What is different from the usual syntax: `^` and `$` are plain characters, `.` takes line ends, too,
 * `@` is any text, `#` is no text at all, quotation marks hold plain text, and an operator where nothing
 * stands before it is a plain character. Complements and ranges of numbers have no RE2. Lucene takes `&`
 * for an intersection; rules, Elastic's own among them, write `>&` and mean the characters, with which no
 * text would ever match. So it is a plain character here.
 */
import type { Pattern } from '../pattern.ts';
import { invalid, unsupported } from './fault.ts';
import { readWildcards } from './esql/wildcard.ts';

const REPEATED = new Set(['*', '+', '?', '{']);
const CLASSES: Readonly<Record<string, string>> = {
  ...{ d: '[0-9]', D: '[^0-9]', w: '[0-9A-Z_a-z]', W: '[^0-9A-Z_a-z]' },
  ...{ s: '[\\t\\n\\r\\x20]', S: '[^\\t\\n\\r\\x20]' },
};
const REFUSED: Readonly<Record<string, string>> = {
  ...{ '~': 'a complement (~)', '<': 'a range of numbers (<)' },
};

/** Plain characters, `.`, `.*` and escaped signs. */
const SIMPLE = /^(?:[^\\.*+?{}()[\]|~@#"<]|\.\*?(?![*+?{])|\\[^0-9A-Za-z])*$/u;
/** One group of alternatives, and nothing else that has parentheses or bars. */
const ALTERNATIVES = /^([^()|]*)\(([^()]*)\)(?![*+?{])([^()|]*)$/;
const MOST_ALTERNATIVES = 100;

/** The patterns of LIKE that match the same texts; undefined where there are none. */
export function wildcardsOf(source: string): readonly Pattern[] | undefined {
  if (/\\[()|]/.test(source)) return undefined;
  const [, before = '', inner, after = ''] = ALTERNATIVES.exec(source) ?? [];
  const branches = (inner ?? source).split('|');
  const sources = inner === undefined ? branches : branches.map((one) => `${before}${one}${after}`);
  if (sources.length > MOST_ALTERNATIVES || !sources.every((one) => SIMPLE.test(one))) {
    return undefined;
  }
  return sources.map((one) => readWildcards(toWildcards(one)));
}

function toWildcards(source: string): string {
  return source.replace(/\\(.)|\.(\*?)|[*?\\]/gsu, (text, escaped?: string, star?: string) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return star === undefined ? `\\${text}` : star === '' ? '?' : '*';
  });
}

interface Reader {
  readonly source: string;
  at: number;
  /** What the pattern stands at in the query, for faults. */
  readonly offset: number;
}

/** RE2 with anchors. @throws QueryFault */
export function translateLucene(source: string, offset: number): string {
  const reader: Reader = { source, at: 0, offset };
  let result = '';
  let open = 0;
  let canRepeat = false;
  while (reader.at < source.length) {
    const char = source.charAt(reader.at);
    if (canRepeat && REPEATED.has(char)) {
      result += repetition(reader, char);
      continue;
    }
    if (char === '(') open++;
    if (char === ')') open--;
    if (open < 0) throw broken(reader, 'a parenthesis that closes none');
    result += piece(reader, char);
    canRepeat = char !== '(' && char !== '|';
  }
  if (open > 0) throw broken(reader, 'a parenthesis that is not closed');
  return `^(?:${result})$`;
}

function broken({ offset }: Reader, what: string): Error {
  return invalid(offset, `the regular expression has ${what}`, 'Mend it.');
}

function refuse({ offset }: Reader, what: string): Error {
  return unsupported(
    offset,
    `the regular expression has ${what}`,
    'Write it otherwise, or a backslash before the character.',
  );
}

/** `{n}`, `{n,}`, `{n,m}`; a sign more stands for itself once more, and is no lazy or possessive form. */
function repetition(reader: Reader, char: string): string {
  const [text = char] =
    char === '{'
      ? (/^\{\d{1,4}(?:,\d{0,4})?\}/.exec(reader.source.slice(reader.at)) ?? [''])
      : [char];
  if (text === '') throw broken(reader, 'a { that counts nothing');
  reader.at += text.length;
  const next = reader.source.charAt(reader.at);
  // `a+?` is (a+)? in Lucene, and lazy elsewhere; either way the same whole texts match.
  if (!REPEATED.has(next) || next === '?') return text;
  if (next === '{' || char === '{') throw refuse(reader, 'a repetition of a repetition');
  while (['*', '+', '?'].includes(reader.source.charAt(reader.at))) reader.at++;
  return '*';
}

function piece(reader: Reader, char: string): string {
  switch (char) {
    case '.':
      return taken(reader, '[\\s\\S]');
    case '@':
      return taken(reader, '[\\s\\S]*');
    case '#':
      return taken(reader, '[^\\s\\S]');
    case '(':
      if (reader.source.charAt(reader.at + 1) === '?')
        throw broken(reader, '"(?", which Lucene has not');
      return taken(reader, '(?:');
    case ')':
    case '|':
      return taken(reader, char);
    case '"':
      return quoted(reader);
    case '[':
      return characterClass(reader);
    case '\\':
      return escaped(reader);
    default:
  }
  const what = REFUSED[char];
  if (what !== undefined) throw refuse(reader, what);
  return taken(reader, plain(codePoint(reader)), codePoint(reader).length);
}

function taken(reader: Reader, result: string, length = 1): string {
  reader.at += length;
  return result;
}

function codePoint({ at, source }: Reader): string {
  return String.fromCodePoint(source.codePointAt(at) ?? 0);
}

function plain(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** In brackets `-` means something, too. */
function plainInClass(text: string): string {
  return text === '-' ? '\\-' : plain(text);
}

function escaped(reader: Reader): string {
  reader.at++;
  if (reader.at >= reader.source.length) throw broken(reader, 'a backslash at its end');
  const char = codePoint(reader);
  const known = Object.hasOwn(CLASSES, char) ? CLASSES[char] : undefined;
  return taken(reader, known ?? plain(char), char.length);
}

/** Plain text as a group, so that it is repeated as a whole. */
function quoted(reader: Reader): string {
  const end = reader.source.indexOf('"', reader.at + 1);
  if (end === -1) throw broken(reader, 'a quotation mark that is not closed');
  const text = reader.source.slice(reader.at + 1, end);
  return taken(reader, `(?:${plain(text)})`, end + 1 - reader.at);
}

/** The first character is plain, even `]`. */
function characterClass(reader: Reader): string {
  reader.at++;
  const isNot = reader.source.charAt(reader.at) === '^';
  if (isNot) reader.at++;
  let result = '';
  do {
    result += classItem(reader);
  } while (reader.at < reader.source.length && reader.source.charAt(reader.at) !== ']');
  if (reader.at >= reader.source.length) throw broken(reader, 'a [ that is not closed');
  reader.at++;
  return `[${isNot ? '^' : ''}${result}]`;
}

function classItem(reader: Reader): string {
  const first = classCharacter(reader);
  const { at, source } = reader;
  if (first.length > 3 || source.charAt(at) !== '-' || source.charAt(at + 1) === ']') return first;
  reader.at++;
  return `${first}-${classCharacter(reader)}`;
}

/** Predefined classes come without their brackets. */
function classCharacter(reader: Reader): string {
  if (reader.at >= reader.source.length) throw broken(reader, 'a [ that is not closed');
  if (reader.source.charAt(reader.at) !== '\\') {
    const char = codePoint(reader);
    return taken(reader, plainInClass(char), char.length);
  }
  reader.at++;
  if (reader.at >= reader.source.length) throw broken(reader, 'a [ that is not closed');
  const char = codePoint(reader);
  const known = Object.hasOwn(CLASSES, char) ? (CLASSES[char] ?? '') : undefined;
  if (known?.startsWith('[^') === true) throw refuse(reader, `\\${char} in brackets`);
  return taken(reader, known?.slice(1, -1) ?? plainInClass(char), char.length);
}
