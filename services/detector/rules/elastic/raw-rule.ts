/**
 * Owns: a rule as its file has it, whatever the file's format, and reading values of any type from it.
 * Does not own: the formats (toml.ts, ndjson.ts), what the values mean (to-rule.ts).
 */
import type { Problem } from '../model.ts';
import type { Position } from '../position.ts';

export interface RawRule {
  readonly path: string;
  readonly at: Position;
  /** Keys as Kibana's API has them. */
  readonly values: RawObject;
  readonly status?: string;
  readonly isDisabled: boolean;
  /** Where a key of the rule stands; where the rule begins if that can't be told. */
  placeOf(key: string): Position;
  /** Where a character of the query (from 0) stands. */
  placeInQuery(offset: number): Position;
}

export interface RawFile {
  readonly rules: readonly RawRule[];
  readonly problems: readonly Problem[];
}

export type RawObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts of a list; one text is a list of one. */
export function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((item) => textOf(item) ?? []);
}

export function objectsOf(value: unknown): readonly RawObject[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter(isObject);
}

/** Without characters of a prototype: a file may name any key. */
export function memberOf(object: RawObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The place `offset` characters into a text that begins at `start`. */
export function placeWithin(text: string, start: Position, offset: number): Position {
  const before = text.slice(0, offset);
  const lines = before.split('\n');
  const column = (lines.at(-1) ?? '').length + 1;
  const isFirst = lines.length === 1;
  return {
    line: start.line + lines.length - 1,
    column: isFirst ? start.column + column - 1 : column,
  };
}
