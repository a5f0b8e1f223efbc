/**
 * Owns: documents of changed events, and values as a store has them, for the mappers' tests.
 */
import { LINE } from '../batches.ts';
import { map, type Tree } from './leaves.ts';

/** The document of an ordinary event with other fields. */
export function changed(change: object): Tree {
  return map('audit', { ...LINE, ...change }).document;
}

/** Without members that are undefined. */
export function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
