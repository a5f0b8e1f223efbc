/**
 * Owns: GROK: patterns with `%{SYNTAX:column:type}` and `(?<column>…)` in them, and the columns they
 * take out of texts.
 * Does not own: the named patterns (grok-patterns.ts).
 *
 * As in ES|QL: a pattern is looked for anywhere in a text, `^` and `$` stand for lines, of several
 * patterns the first that matches counts, a column that occurs twice or whose input has many values has
 * many values, and a text without a match gives none.
 */
import { unsupported } from '../fault.ts';
import { FUNCTIONS } from './functions/table.ts';
import type { Apply } from './functions/shape.ts';
import { GROK_PATTERNS } from './grok-patterns.ts';
import type { Extractor } from './node.ts';
import { readRegex, type Regex } from './regex.ts';
import { type Known, manyOf, type Scalar, valuesOf } from './value.ts';

interface Group {
  readonly id: string;
  readonly column: string;
  convert(text: string): Known;
}

interface Compiled {
  readonly regex: Regex;
  readonly groups: readonly Group[];
}

export interface GrokColumns {
  readonly extractor: Extractor;
  readonly columns: readonly string[];
}

const MAX_SOURCE = 100_000;
/** `%{SYNTAX}`, `%{SYNTAX:column}`, `%{SYNTAX:column:type}`. */
const REFERENCE = /%\{([A-Z0-9_]+)(?::([^:}]+))?(?::([a-z]+))?\}/g;
/** A named group, but no look-behind. */
const NAMED_GROUP = /\(\?<([A-Za-z_@][\w.@-]*)>/g;
const CONVERSIONS: Readonly<Record<string, string>> = {
  ...{ int: 'TO_INTEGER', long: 'TO_LONG', float: 'TO_DOUBLE', double: 'TO_DOUBLE' },
  ...{ boolean: 'TO_BOOLEAN', string: 'TO_STRING' },
};

/** @throws QueryFault */
export function readGrok(sources: readonly string[], offset: number): GrokColumns {
  const compiled = sources.map((source) => compile(source, offset));
  const columns = [
    ...new Set(compiled.flatMap(({ groups }) => groups.map(({ column }) => column))),
  ];
  const extractor: Extractor = {
    key: `grok ${JSON.stringify(sources)}`,
    extract(texts) {
      const found = new Map<string, Scalar[]>();
      for (const text of texts) collect(compiled, text, found);
      return new Map([...found].map(([name, values]) => [name, manyOf(values)]));
    },
  };
  return { extractor, columns };
}

function collect(patterns: readonly Compiled[], text: string, into: Map<string, Scalar[]>): void {
  for (const { groups, regex } of patterns) {
    const found = regex.find(text);
    if (found === undefined) continue;
    for (const { column, convert, id } of groups) {
      const part = found[id];
      if (part === null || part === undefined) continue;
      const values = into.get(column) ?? [];
      values.push(...valuesOf(convert(part)));
      into.set(column, values);
    }
    return;
  }
}

function compile(source: string, offset: number): Compiled {
  const groups: Group[] = [];
  const add = (column: string, type = 'string'): string => {
    const id = `g${groups.length}`;
    groups.push({ id, column, convert: conversion(type, offset) });
    return `(?P<${id}>`;
  };
  const named = source.replace(NAMED_GROUP, (_, column: string) => add(column));
  const regex = readRegex(expand(named, offset, add), true);
  if (regex.kind === 'refused') throw unsupported(offset, regex.reason, regex.remedy);
  return { regex, groups };
}

type Add = (column: string, type?: string) => string;

/** Named patterns hold others, but no columns. */
function expand(source: string, offset: number, add?: Add): string {
  const result = source.replace(
    REFERENCE,
    (_, syntax: string, column: string | undefined, type: string | undefined) => {
      const pattern = Object.hasOwn(GROK_PATTERNS, syntax) ? GROK_PATTERNS[syntax] : undefined;
      if (pattern === undefined) {
        const reason = `GROK's pattern ${syntax} is not known here`;
        throw unsupported(offset, reason, 'Write the pattern out as (?<column>…).');
      }
      const open = column === undefined || add === undefined ? '(?:' : add(column, type);
      return `${open}${expand(pattern, offset)})`;
    },
  );
  if (result.length > MAX_SOURCE)
    throw unsupported(offset, 'the pattern is too long', 'Shorten it.');
  return result;
}

function conversion(type: string, offset: number): (text: string) => Known {
  const name = Object.hasOwn(CONVERSIONS, type) ? CONVERSIONS[type] : undefined;
  const apply = FUNCTIONS[name ?? '']?.prepare([]);
  if (typeof apply !== 'function') {
    throw unsupported(
      offset,
      `GROK has no type ${type}`,
      'Types are int, long, float, double, boolean.',
    );
  }
  const convert: Apply = apply;
  return (text) => convert([text]);
}
