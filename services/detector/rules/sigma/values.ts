/**
 * Owns: a test's values from YAML nodes: texts, numbers, networks, regular expressions, null.
 * Does not own: what the test is (selection.ts), what its modifiers make of texts (transform.ts).
 */
import { readNetwork } from '../../../../shared/domain/ip.ts';
import type { Problem } from '../model.ts';
import type { Position } from '../position.ts';
import { exactText, literal, parsePattern, type Pattern } from '../pattern.ts';
import { isAliasNode, type Node, numberText, scalarOf } from '../source.ts';
import type { Scalar, Source } from '../source.ts';
import type { Alternatives } from './model.ts';
import type { Modifiers } from './modifiers.ts';
import { expanded, type Placeholders } from './placeholders.ts';
import { regexProblem } from './regex.ts';
import { RANGES } from './time.ts';
import { untransformable } from './transform.ts';

/** What is read, and what reading it needs. */
export interface Context {
  readonly source: Source;
  readonly placeholders: Placeholders;
}

/** One value with its place. */
export interface Item {
  readonly node: Node;
  readonly value: Scalar;
}

type Wrong = Pick<Problem, 'kind' | 'reason' | 'remedy'>;
/** A list, or why there is none. */
type Read<T> = { readonly values: readonly T[] } | Wrong;

export function readItems(
  { source }: Context,
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

/** Texts as written; Sigma treats all values as text, and reads wildcards in texts only. */
export function readTexts(
  context: Context,
  items: readonly Item[],
  modifiers: Modifiers,
): readonly Alternatives[] | undefined {
  const { transform } = modifiers;
  return readEach(context, items, (item) => {
    const read = patternsOf(item, modifiers, context.placeholders);
    if ('kind' in read) return read;
    const why = read.values.map((one) => untransformable(one, transform)).find((w) => w);
    if (why !== undefined) return invalid(item, why, 'Take the modifier or the text out.');
    return { values: [read.values] };
  });
}

export function readNetworks(
  context: Context,
  items: readonly Item[],
  modifiers: Modifiers,
): readonly string[] | undefined {
  return readEach(context, items, (item) => {
    const wrong = invalid(item, 'is no network', 'Write it as 10.0.0.0/8.');
    if (typeof item.value !== 'string') return wrong;
    const read = patternsOf(item, modifiers, context.placeholders);
    if ('kind' in read) return read;
    const networks = read.values.flatMap((pattern) => exactText(pattern) ?? []);
    const isWhole = networks.every((text) => readNetwork(text) !== undefined);
    return isWhole && networks.length === read.values.length ? { values: networks } : wrong;
  });
}

export function readNumbers(
  context: Context,
  items: readonly Item[],
  { part }: Modifiers,
): readonly number[] | undefined {
  return readEach(context, items, (item) => {
    const { node, value } = item;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return invalid(item, 'is no number', 'Give it a number, without quotes.');
    }
    const [from, to] = part === undefined ? [-Infinity, Infinity] : RANGES[part];
    if (value < from || value > to || (part !== undefined && !Number.isInteger(value))) {
      const { source } = context;
      const reason = `${value} is no ${part}: no event has it`;
      source.report(source.at(node), 'warning', reason, `Use a number from ${from} to ${to}.`);
    }
    return { values: [value] };
  });
}

export function readRegexes(
  context: Context,
  items: readonly Item[],
): readonly string[] | undefined {
  return readEach(context, items, (item) => {
    if (item.value === null) return noNull(item);
    const text = textOf(item);
    return regexProblem(text) ?? { values: [text] };
  });
}

/** Names of other fields. */
export function readNames(context: Context, items: readonly Item[]): readonly string[] | undefined {
  return readEach(context, items, (item) =>
    typeof item.value === 'string' && item.value !== ''
      ? { values: [item.value] }
      : invalid(item, 'is no name of a field', 'Give it the name of another field.'),
  );
}

function patternsOf(item: Item, { expand }: Modifiers, placeholders: Placeholders): Read<Pattern> {
  const { value } = item;
  if (value === null) return noNull(item);
  if (typeof value !== 'string') return { values: [literal(textOf(item))] };
  if (!expand) return { values: [parsePattern(value)] };
  const read = expanded(value, placeholders);
  return 'kind' in read ? read : { values: read.patterns };
}

function textOf({ node, value }: Item): string {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  return isNumber ? numberText(node, value) : String(value);
}

/** Reads every item, or reports each that can't be read. */
function readEach<T>(
  { source }: Context,
  items: readonly Item[],
  read: (item: Item) => Read<T>,
): readonly T[] | undefined {
  const lists: (readonly T[])[] = [];
  for (const item of items) {
    const found = read(item);
    if ('values' in found) lists.push(found.values);
    else source.report(source.at(item.node), found.kind, found.reason, found.remedy);
  }
  return lists.length === items.length ? lists.flat() : undefined;
}

function invalid({ value }: Item, why: string, remedy: string): Wrong {
  return { kind: 'invalid', reason: `${String(value)} ${why}`, remedy };
}

function noNull(item: Item): Wrong {
  return invalid(item, 'can not be null here', 'Give it a text.');
}
