/**
 * Owns: `exceptions` of a rule as they are written (falco, rule_loader_reader.cpp).
 * Does not own: what they add to the condition (exceptions.ts).
 */
import { isScalar, isSeq } from 'yaml';
import type { Node } from '../source.ts';
import type { Entries, ExceptionItem } from './definitions.ts';
import { KNOWN_KEYS, warnOfUnknownKeys } from './known-keys.ts';
import { has, type Item, ItemError, itemOf, textAt, textOfNode } from './yaml.ts';

/** Deeper than tuples of lists is nothing that Falco knows. */
const MAX_DEPTH = 4;

/** @param isPartial values for exceptions that are there may come without fields */
export function readExceptions(item: Item, isPartial: boolean): readonly ExceptionItem[] {
  const entry = item.entries.get('exceptions');
  const node = entry?.value ?? null;
  if (entry === undefined || node === null || (isScalar(node) && node.value === null)) return [];
  if (!isSeq(node)) throw new ItemError('Rule exceptions must be a sequence', entry.keyAt);
  const names = new Set<string>();
  return node.items.map((each) => {
    const exception = readException(item, each, isPartial);
    if (names.has(exception.name)) {
      const reason = `Multiple definitions of exception '${exception.name}' in the same rule`;
      item.source.report(exception.at, 'warning', reason, 'Give each exception a name of its own.');
    }
    names.add(exception.name);
    return exception;
  });
}

function readException({ source }: Item, node: Node, isPartial: boolean): ExceptionItem {
  const exception = itemOf(source, node, 'a rule exception');
  if (exception === undefined) {
    throw new ItemError('Rule exception must be a mapping', source.at(node));
  }
  warnOfUnknownKeys(exception, KNOWN_KEYS.exception);
  const name = textAt(exception, 'name');
  if (!isPartial && !has(exception, 'fields')) textAt(exception, 'fields');
  const { at } = exception;
  const fields = entriesAt(exception, 'fields');
  const comps = entriesAt(exception, 'comps');
  return { name, at, fields, comps, values: valuesAt(exception, isPartial) };
}

function valuesAt(exception: Item, isPartial: boolean): readonly Entries[] {
  const entry = exception.entries.get('values');
  if (entry === undefined) {
    if (isPartial) {
      exception.source.report(
        exception.at,
        'warning',
        'Overriding/appending exception with no values',
        'Give it values, or leave it out.',
      );
    }
    return [];
  }
  const values = entriesAt(exception, 'values');
  if (values === undefined || typeof values === 'string') {
    throw new ItemError('Rule exception values must be a sequence', entry.keyAt);
  }
  return values;
}

function entriesAt(item: Item, key: string): Entries | undefined {
  const entry = item.entries.get(key);
  return entry === undefined ? undefined : readEntries(item, entry.value, 0);
}

function readEntries(item: Item, node: Node, depth: number): Entries {
  const at = item.source.at(node);
  if (isSeq(node) && depth < MAX_DEPTH) {
    return node.items.map((each) => readEntries(item, each, depth + 1));
  }
  const text = textOfNode(node);
  if (text === undefined) throw new ItemError('Could not decode scalar value', at);
  if (text === '') throw new ItemError('Value must be non-empty', at);
  return text;
}
