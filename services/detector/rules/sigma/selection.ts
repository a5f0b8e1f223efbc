/**
 * Owns: search identifiers (maps, lists, keywords) from YAML nodes to tests.
 * Does not own: the values (values.ts), the rest of the rule (parse.ts), the meaning (lower.ts).
 */
import type { Position } from '../position.ts';
import { isMapNode, itemsOf, type Node } from '../source.ts';
import type { Entry, Source } from '../source.ts';
import type { KeywordTest, Quantifier, Selection, Test, ValuesTest } from './model.ts';
import { type Modifiers, readModifiers } from './modifiers.ts';
import type { Placeholders } from './placeholders.ts';
import {
  type Context,
  type Item,
  readItems,
  readNames,
  readNetworks,
  readNumbers,
  readRegexes,
  readTexts,
} from './values.ts';

const NO_MODIFIERS = readModifiers([]) as Modifiers;

/** Undefined where a problem was reported. */
export function readSelection(
  source: Source,
  name: string,
  node: Node,
  placeholders: Placeholders = {},
): Selection | undefined {
  const context = { source, placeholders };
  if (isMapNode(node)) return readMap(context, name, node);
  const items = itemsOf(node);
  if (items === undefined) return readKeywords(context, source.at(node), [node], NO_MODIFIERS);
  const maps = items.filter(isMapNode);
  const words = items.filter((item) => !isMapNode(item));
  const of = maps.map((map) => readMap(context, name, map));
  if (words.length > 0 || maps.length === 0) {
    of.push(readKeywords(context, source.at(node), words, NO_MODIFIERS));
  }
  return combine('any', of);
}

function combine(
  kind: 'all' | 'any',
  parts: readonly (Selection | undefined)[],
): Selection | undefined {
  const of = parts.filter((part) => part !== undefined);
  const [only] = of;
  if (of.length !== parts.length) return undefined;
  return of.length === 1 && only !== undefined ? only : { kind, of };
}

function readMap(context: Context, name: string, node: Node): Selection | undefined {
  const { source } = context;
  const entries = source.entries(node, `the selection "${name}"`);
  if (entries === undefined) return undefined;
  if (entries.length === 0) {
    source.report(source.at(node), 'invalid', `"${name}" tests nothing`, 'Give it a field.');
    return undefined;
  }
  return combine(
    'all',
    entries.map((entry) => readEntry(context, entry)),
  );
}

function readEntry(context: Context, entry: Entry): Test | undefined {
  const { source } = context;
  const [field = '', ...names] = entry.key.split('|');
  const modifiers = readModifiers(names);
  if ('reason' in modifiers) {
    source.report(entry.keyAt, modifiers.kind, modifiers.reason, modifiers.remedy);
    return undefined;
  }
  const nodes = itemsOf(entry.value) ?? [entry.value];
  if (field === '') return readKeywords(context, entry.keyAt, nodes, modifiers);
  const items = readItems(context, nodes, `the field "${field}"`, entry.keyAt);
  if (items === undefined || !hasEnough(source, items, modifiers, entry.keyAt)) return undefined;
  if (items.length > 1 && items.some((item) => item.value === null)) {
    const remedy = 'Test for null in a selection of its own.';
    source.report(entry.keyAt, 'invalid', 'null can not be one of several values', remedy);
    return undefined;
  }
  const place = { field, at: entry.keyAt };
  if (modifiers.kind === 'exists') return readExists(source, place, items);
  return readTest(context, place, items, modifiers);
}

interface Place {
  readonly field: string;
  readonly at: Position;
}

function readTest(
  context: Context,
  place: Place,
  items: readonly Item[],
  modifiers: Modifiers,
): ValuesTest | undefined {
  const { cased, flags, negated, operator, part, transform } = modifiers;
  const base = { ...place, negated, quantifier: quantifierOf(modifiers) };
  switch (modifiers.kind) {
    case 'cidr': {
      const values = readNetworks(context, items, modifiers);
      return values && { kind: 'cidr', ...base, values };
    }
    case 'compare': {
      const values = readNumbers(context, items, modifiers);
      return values && { kind: 'compare', operator, part, ...base, values };
    }
    case 'regex': {
      const values = readRegexes(context, items);
      return values && { kind: 'regex', flags, open: transform.open, ...base, values };
    }
    case 'field': {
      const values = readNames(context, items);
      return values && { kind: 'field', cased, how: howOf(transform.open), ...base, values };
    }
    default: {
      const isNull = items[0]?.value === null && isPlain(modifiers);
      const values = isNull ? [null] : readTexts(context, items, modifiers);
      return values && { kind: 'equals', ...base, cased, transform, values };
    }
  }
}

/** Null is no text: what changes texts can't be asked of it. */
function isPlain({ expand, transform }: Modifiers): boolean {
  const { dashes, encodings, open } = transform;
  return !expand && !dashes && encodings.length === 0 && !open.start && !open.end;
}

function howOf({ end, start }: Modifiers['transform']['open']) {
  if (start) return end ? 'contains' : 'endswith';
  return end ? 'startswith' : 'equals';
}

function readExists(source: Source, place: Place, items: readonly Item[]): Test | undefined {
  const expected = items[0]?.value;
  if (items.length === 1 && typeof expected === 'boolean') {
    return { kind: 'exists', ...place, expected };
  }
  source.report(place.at, 'invalid', '"exists" has no true or false', 'Write true or false.');
  return undefined;
}

function readKeywords(
  context: Context,
  at: Position,
  nodes: readonly Node[],
  modifiers: Modifiers,
): KeywordTest | undefined {
  const { source } = context;
  const { cased, flags, kind, negated, transform } = modifiers;
  const isText = kind === 'equals' || kind === 'regex';
  if (!isText || negated || transform.open.start !== transform.open.end) {
    const remedy = 'Give the test a field.';
    source.report(at, 'unsupported', 'keywords have a modifier that needs a field', remedy);
    return undefined;
  }
  const items = readItems(context, nodes, 'a keyword list', at);
  if (items === undefined || !hasEnough(source, items, modifiers, at)) return undefined;
  const base = { kind: 'keywords', at, quantifier: quantifierOf(modifiers) } as const;
  if (kind === 'regex') {
    const values = readRegexes(context, items);
    return values && { ...base, asked: { kind, flags, values } };
  }
  const open = { start: true, end: true };
  const values = readTexts(context, items, modifiers);
  const asked = { kind: 'texts', cased, transform: { ...transform, open } } as const;
  return values && { ...base, asked: { ...asked, values } };
}

/** The specification forbids `all` on a single value: it says nothing there. */
function hasEnough(
  source: Source,
  items: readonly Item[],
  modifiers: Modifiers,
  at: Position,
): boolean {
  if (!modifiers.all || items.length > 1) return true;
  source.report(at, 'invalid', '"all" has a single value', 'Take "all" out, or add values.');
  return false;
}

function quantifierOf(modifiers: Modifiers): Quantifier {
  return modifiers.all ? 'all' : 'any';
}
