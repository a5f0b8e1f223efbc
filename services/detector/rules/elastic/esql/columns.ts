/**
 * Owns: which columns a query has at one of its commands: those that it made, and fields of the event.
 * Does not own: commands (pipeline.ts).
 */
import { compilePattern } from '../../pattern.ts';
import type { NamePattern } from './ast.ts';
import { invalid, QueryFault, unsupported } from '../fault.ts';
import { column, type Node } from './node.ts';
import { columnOf } from './read.ts';
import { readWildcards } from './wildcard.ts';

/** A column, or why it can't be used. A column that nothing asks for may be one that is not supported. */
export type Definition = Node | QueryFault;

export interface Columns {
  /** @throws QueryFault */
  get(name: string, offset: number): Node;
  set(name: string, definition: Definition): void;
  keep(names: readonly NamePattern[]): void;
  drop(names: readonly NamePattern[]): void;
  rename(from: NamePattern, to: string): void;
}

/** @param metadata names of METADATA, which events in a stream do not have. */
export function createColumns(metadata: readonly string[]): Columns {
  const own = new Map<string, Definition>();
  /** What every field of the event must pass to be a column still. */
  const filters: ((name: string) => boolean)[] = [];
  for (const name of metadata) own.set(name, noMetadata(name));
  const restrict = (passes: (name: string) => boolean): void => {
    for (const name of own.keys()) if (!passes(name)) own.delete(name);
    filters.push(passes);
  };
  const definitionOf = (name: string, offset: number): Definition => {
    const known = own.get(name);
    if (known !== undefined) return known;
    if (filters.every((passes) => passes(name))) return column(columnOf(name));
    const reason = `there is no column ${name} any more at this place`;
    return invalid(offset, reason, 'KEEP, DROP or RENAME before it took it away.');
  };
  return {
    get(name, offset) {
      const definition = definitionOf(name, offset);
      if (definition instanceof QueryFault) throw definition;
      return definition;
    },
    set: (name, definition) => own.set(name, definition),
    keep(names) {
      const tests = names.map(testOf);
      restrict((name) => tests.some((test) => test(name)));
    },
    drop(names) {
      const tests = names.map(testOf);
      restrict((name) => !tests.some((test) => test(name)));
    },
    rename({ name: from, start }, to) {
      const definition = definitionOf(from, start);
      restrict((name) => name !== from);
      own.set(to, definition);
    },
  };
}

function testOf({ isExact, name }: NamePattern): (name: string) => boolean {
  return isExact ? (other) => other === name : compilePattern(readWildcards(name), true);
}

function noMetadata(name: string): QueryFault {
  const reason = `an event in the stream has no ${name}`;
  return unsupported(0, reason, 'Leave the column out of the condition.');
}
