/**
 * Owns: regular expressions from rule text, in time linear in the text they are matched with (re2js).
 * Does not own: Lucene's syntax (lucene-regex.ts), GROK's (grok.ts).
 */
import { RE2JS, RE2JSException } from 're2js';

export interface Regex {
  readonly kind: 'regex';
  test(text: string): boolean;
  /** Replaces every match, `$1` and `${name}` as in Java; null where the result is longer than `most`. */
  replaceAll(text: string, by: string, most: number): string | null;
  /** Groups by name at the first match, or undefined. */
  find(text: string): Readonly<Record<string, string | null>> | undefined;
}

interface RefusedRegex {
  readonly kind: 'refused';
  readonly reason: string;
  readonly remedy: string;
}

const REMEDY = 'Patterns are RE2: no look-around, no references back.';

/** @param source RE2 syntax; `^` and `$` stand for lines where `multiline`. */
export function readRegex(source: string, multiline = false): Regex | RefusedRegex {
  const compiled = compile(source, multiline ? RE2JS.MULTILINE : 0);
  if (typeof compiled === 'string') return { kind: 'refused', reason: compiled, remedy: REMEDY };
  return {
    kind: 'regex',
    test: (text) => compiled.test(text),
    replaceAll: (text, by, most) => replaceAll(compiled, text, by, most),
    find(text) {
      const matcher = compiled.matcher(text);
      return matcher.find() ? matcher.getNamedGroups() : undefined;
    },
  };
}

function compile(source: string, flags: number): RE2JS | string {
  try {
    return RE2JS.compile(source, flags);
  } catch (error) {
    if (error instanceof RE2JSException) return `the pattern can't be used: ${error.message}`;
    throw error;
  }
}

/** Literal text, or a group's name or number. */
type ReplacementPart = string | { readonly group: string | number };

const PART = /\\(.)|\$(?:\{(\w+)\}|(\d+))|[^\\$]+|./gs;

/** Java's syntax: `$1`, `${name}`, a backslash before what is to stand for itself. */
function readReplacement(by: string): readonly ReplacementPart[] {
  return [...by.matchAll(PART)].map(([text, escaped, name, digits]) => {
    if (name !== undefined) return { group: name };
    return digits === undefined ? (escaped ?? text) : { group: Number(digits) };
  });
}

/** Null for a group that the pattern does not have, too. */
function replaceAll(regex: RE2JS, text: string, by: string, most: number): string | null {
  const parts = readReplacement(by);
  const names = regex.namedGroups();
  const isKnown = ({ group }: Exclude<ReplacementPart, string>) =>
    typeof group === 'number' ? group <= regex.groupCount() : Object.hasOwn(names, group);
  if (parts.some((part) => typeof part !== 'string' && !isKnown(part))) return null;
  const matcher = regex.matcher(text);
  let result = '';
  let end = 0;
  while (matcher.find()) {
    result += text.slice(end, matcher.start());
    for (const part of parts) {
      result += typeof part === 'string' ? part : (matcher.group(part.group) ?? '');
    }
    end = matcher.end();
    if (result.length > most) return null;
  }
  result += text.slice(end);
  return result.length > most ? null : result;
}
