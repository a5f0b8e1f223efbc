/**
 * Owns: Lucene's regular expressions (EQL's `regex` and `match`) as RE2 has them.
 *
 * They stand for the whole value; `^` and `$` are characters, a dot is any character, line breaks
 * among them. Operators that RE2 has not are refused.
 */
import { RE2JS } from 're2js';
import { invalid, unsupported } from '../fault.ts';

/** Complement, any text, none, intervals, intersection: Lucene's own operators. */
const OWN = new Set(['~', '@', '#', '<', '>', '&']);
/** Characters that RE2 would take for more than themselves after a backslash or alone. */
const META = /[\\^$.|?*+()[\]{}]/;
const CLASSES = new Set(['d', 'D', 's', 'S', 'w', 'W']);

/** @param offset where the query writes it */
export function regexOf(sources: readonly string[], offset: number): string {
  const whole = `^(?:${sources.map((source) => translate(source, offset)).join('|')})$`;
  try {
    RE2JS.compile(whole);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not readable';
    throw invalid(offset, `the regular expression is none: ${why}`, 'Mend it.');
  }
  return whole;
}

function translate(source: string, offset: number): string {
  let result = '';
  for (let at = 0; at < source.length; ) {
    const part = partAt(source, at, offset);
    result += part.text;
    at = part.end;
  }
  return result;
}

interface Part {
  readonly text: string;
  readonly end: number;
}

function partAt(source: string, at: number, offset: number): Part {
  const char = source.charAt(at);
  if (char === '\\') return escapeAt(source, at, offset);
  if (char === '[') return classAt(source, at, offset);
  if (char === '"') return quoteAt(source, at, offset);
  if (OWN.has(char)) {
    const reason = `the regular expression has "${char}", an operator of Lucene alone`;
    throw unsupported(offset, reason, `Write \\${char} for the character itself.`);
  }
  if (source.startsWith('(?', at)) {
    throw invalid(offset, 'the regular expression has "(?", which Lucene has not', 'Leave it out.');
  }
  const text =
    char === '.' ? String.raw`[\s\S]` : char === '^' || char === '$' ? `\\${char}` : char;
  return { text, end: at + 1 };
}

/** A backslash makes the next character plain, but for the classes that all dialects have. */
function escapeAt(source: string, at: number, offset: number): Part {
  const char = source.charAt(at + 1);
  if (char === '') {
    throw invalid(offset, 'the regular expression ends with a backslash', 'Write two of them.');
  }
  return { text: CLASSES.has(char) ? `\\${char}` : plain(char), end: at + 2 };
}

function plain(char: string): string {
  return META.test(char) ? `\\${char}` : char;
}

/** Text in quotes is plain. */
function quoteAt(source: string, at: number, offset: number): Part {
  const end = source.indexOf('"', at + 1);
  if (end < 0)
    throw invalid(offset, 'a quote in the regular expression is never closed', 'Close it.');
  const text = Array.from(source.slice(at + 1, end), plain).join('');
  return { text: `(?:${text})`, end: end + 1 };
}

/** `[...]`: within it only the backslash, `]`, `-` and a leading `^` are more than themselves. */
function classAt(source: string, start: number, offset: number): Part {
  let at = start + 1;
  let text = '[';
  if (source.charAt(at) === '^') {
    text += '^';
    at += 1;
  }
  while (at < source.length && source.charAt(at) !== ']') {
    const char = source.charAt(at);
    const part = char === '\\' ? escapeAt(source, at, offset) : undefined;
    text += part?.text ?? (char === '-' ? char : plain(char));
    at = part?.end ?? at + 1;
  }
  if (at >= source.length) {
    throw invalid(offset, 'a "[" in the regular expression is never closed', 'Close it.');
  }
  return { text: `${text}]`, end: at + 1 };
}
