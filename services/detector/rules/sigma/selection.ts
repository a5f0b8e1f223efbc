/**
 * Owns: search identifiers (maps, lists, keywords) from YAML nodes to tests.
 * Does not own: the rest of the rule (parse.ts), evaluating (compile.ts).
 */
import { readNetwork } from '../../../../shared/domain/ip.ts';
import type { Position } from '../position.ts';
import type { KeywordTest, Quantifier, Selection, Test } from './model.ts';
import { type Modifiers, readModifiers } from './modifiers.ts';
import { literal, openPattern, type Pattern, parsePattern } from '../pattern.ts';
import { isAliasNode, isMapNode, itemsOf, type Node, numberText, scalarOf } from '../source.ts';
import type { Entry, Scalar, Source } from '../source.ts';

const NO_MODIFIERS = readModifiers([]) as Modifiers;
const KEYWORD_OPEN = { start: true, end: true };

const NO_NETWORK = ['is no network', 'Write it as 10.0.0.0/8.'] as const;
const NO_NUMBER = ['is no number', 'Give it a number, without quotes.'] as const;
const NO_NULL = ['can not be null here', 'Give it a text.'] as const;

/** One value with its place. */
interface Item {
  readonly node: Node;
  readonly value: Scalar;
}

/** Undefined where a problem was reported. */
export function readSelection(source: Source, name: string, node: Node): Selection | undefined {
  if (isMapNode(node)) return readMap(source, name, node);
  const items = itemsOf(node);
  if (items === undefined) return readKeywords(source, source.at(node), [node], NO_MODIFIERS);
  const maps = items.filter(isMapNode);
  const words = items.filter((item) => !isMapNode(item));
  const of = maps.map((map) => readMap(source, name, map));
  if (words.length > 0 || maps.length === 0) {
    of.push(readKeywords(source, source.at(node), words, NO_MODIFIERS));
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

function readMap(source: Source, name: string, node: Node): Selection | undefined {
  const entries = source.entries(node, `the selection "${name}"`);
  if (entries === undefined) return undefined;
  if (entries.length === 0) {
    source.report(source.at(node), 'invalid', `"${name}" tests nothing`, 'Give it a field.');
    return undefined;
  }
  return combine(
    'all',
    entries.map((entry) => readEntry(source, entry)),
  );
}

function readEntry(source: Source, entry: Entry): Test | undefined {
  const [field = '', ...names] = entry.key.split('|');
  const modifiers = readModifiers(names);
  if ('reason' in modifiers) {
    source.report(entry.keyAt, modifiers.kind, modifiers.reason, modifiers.remedy);
    return undefined;
  }
  const nodes = itemsOf(entry.value) ?? [entry.value];
  if (field === '') return readKeywords(source, entry.keyAt, nodes, modifiers);
  const items = readItems(source, nodes, `the field "${field}"`, entry.keyAt);
  if (items === undefined || !hasEnough(source, items, modifiers, entry.keyAt)) return undefined;
  if (items.length > 1 && items.some((item) => item.value === null)) {
    const remedy = 'Test for null in a selection of its own.';
    source.report(entry.keyAt, 'invalid', 'null can not be one of several values', remedy);
    return undefined;
  }
  return readTest(source, { field, at: entry.keyAt }, items, modifiers);
}

function readTest(
  source: Source,
  place: { readonly field: string; readonly at: Position },
  items: readonly Item[],
  modifiers: Modifiers,
): Test | undefined {
  const { kind, negated, cased } = modifiers;
  const base = { ...place, negated, quantifier: quantifierOf(modifiers) };
  if (kind === 'exists') return readExists(source, place, items);
  if (kind === 'cidr') {
    const values = readEach(source, items, networkOf, NO_NETWORK);
    return values && { kind, ...base, values };
  }
  if (kind !== 'equals') {
    const values = readEach(source, items, numberOf, NO_NUMBER);
    return values && { kind: 'compare', operator: kind, ...base, values };
  }
  const isPlain = !modifiers.open.start && !modifiers.open.end;
  const read = (item: Item): Pattern | null | undefined =>
    item.value === null ? (isPlain ? null : undefined) : patternOf(item, modifiers.open);
  const values = readEach(source, items, read, NO_NULL);
  return values && { kind, ...base, cased, values };
}

function readExists(
  source: Source,
  place: { readonly field: string; readonly at: Position },
  items: readonly Item[],
): Test | undefined {
  const expected = items[0]?.value;
  if (items.length === 1 && typeof expected === 'boolean') {
    return { kind: 'exists', ...place, expected };
  }
  source.report(place.at, 'invalid', '"exists" has no true or false', 'Write true or false.');
  return undefined;
}

function readKeywords(
  source: Source,
  at: Position,
  nodes: readonly Node[],
  modifiers: Modifiers,
): KeywordTest | undefined {
  const isPlain = modifiers.kind === 'equals' && !modifiers.negated;
  if (!isPlain || modifiers.open.start !== modifiers.open.end) {
    const remedy = 'Keywords take all and cased only; give the test a field for more.';
    source.report(at, 'unsupported', 'keywords have a modifier that needs a field', remedy);
    return undefined;
  }
  const items = readItems(source, nodes, 'a keyword list', at);
  if (items === undefined || !hasEnough(source, items, modifiers, at)) return undefined;
  const read = (item: Item): Pattern | undefined =>
    item.value === null ? undefined : patternOf(item, KEYWORD_OPEN);
  const values = readEach(source, items, read, NO_NULL);
  const quantifier = quantifierOf(modifiers);
  return values && { kind: 'keywords', at, quantifier, cased: modifiers.cased, values };
}

function readItems(
  source: Source,
  nodes: readonly Node[],
  what: string,
  at: Position,
): readonly Item[] | undefined {
  if (nodes.length === 0) {
    source.report(at, 'invalid', `${what} has no value`, 'Give it at least one value.');
    return undefined;
  }
  const items: Item[] = [];
  for (const node of nodes) {
    const value = scalarOf(node);
    if (value !== undefined) items.push({ node, value });
    else if (isAliasNode(node)) {
      source.report(source.at(node), 'unsupported', 'YAML aliases are not read', 'Write it out.');
    } else {
      const remedy = 'Use a text, a number, true, false, null, or one list of them.';
      source.report(source.at(node), 'invalid', `${what} has a nested value`, remedy);
    }
  }
  return items.length === nodes.length ? items : undefined;
}

/** Reads every item, or reports each that can't be read. */
function readEach<T>(
  source: Source,
  items: readonly Item[],
  read: (item: Item) => T | undefined,
  wrong: readonly [reason: string, remedy: string],
): readonly T[] | undefined {
  const [reason, remedy] = wrong;
  const values: T[] = [];
  for (const item of items) {
    const value = read(item);
    if (value !== undefined) values.push(value);
    else source.report(source.at(item.node), 'invalid', `${String(item.value)} ${reason}`, remedy);
  }
  return values.length === items.length ? values : undefined;
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

/** Sigma treats all values as text; wildcards are read in what is written as text only. */
function patternOf(item: Item, open: Modifiers['open']): Pattern {
  const { value } = item;
  if (typeof value === 'string') return openPattern(parsePattern(value), open);
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  return openPattern(literal(isNumber ? numberText(item.node, value) : String(value)), open);
}

function networkOf(item: Item): string | undefined {
  const { value } = item;
  return typeof value === 'string' && readNetwork(value) !== undefined ? value : undefined;
}

function numberOf(item: Item): number | undefined {
  return typeof item.value === 'number' && Number.isFinite(item.value) ? item.value : undefined;
}
