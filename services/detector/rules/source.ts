/**
 * Owns: a rule file as YAML nodes with places, and the collection of its problems.
 * Does not own: what the nodes mean (the languages).
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Pair,
  parseAllDocuments,
  YAMLMap,
} from 'yaml';
import type { ParsedNode } from 'yaml';
import type { Problem, RuleFile } from './model.ts';
import type { Position } from './position.ts';

export type Node = ParsedNode | null;
/** A key of a YAML map with its value. */
export interface Entry {
  readonly key: string;
  readonly keyAt: Position;
  readonly value: Node;
}

export interface Source {
  readonly file: RuleFile;
  readonly documents: readonly Node[];
  readonly problems: readonly Problem[];
  /** How many of them are no warnings. */
  faults(): number;
  /** Place of a node; of the document's start where there is none. */
  at(node: Node): Position;
  /** Place of a character of the file, counted from 0. */
  place(offset: number): Position;
  report(at: Position, kind: Problem['kind'], reason: string, remedy: string): void;
  /** The entries of a map; undefined with a problem where the node is none. */
  entries(node: Node, what: string): readonly Entry[] | undefined;
}

const START: Position = { line: 1, column: 1 };
/** Far above any collection of rules; reading takes about a second per 2 MiB. */
const MAX_LENGTH = 16 * 1024 * 1024;
/** What is no YAML at all has a fault at every character. */
const MAX_FAULTS = 10;

/**
 * YAML 1.2 with any number of documents. Syntax errors are problems, and their document is left out.
 * Aliases stay what they are: nobody follows them, so nothing grows by them.
 */
export function readSource(file: RuleFile): Source {
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? START : { line, column: col };
  };
  let faults = 0;
  const report: Source['report'] = (at, kind, reason, remedy) => {
    if (kind !== 'warning') faults += 1;
    problems.push({ kind, path: file.path, line: at.line, column: at.column, reason, remedy });
  };
  const isTooLong = file.text.length > MAX_LENGTH;
  if (isTooLong) {
    const reason = `the file has more than ${MAX_LENGTH} characters`;
    report(START, 'invalid', reason, 'Divide it into several files.');
  }
  // Keys that stand twice are looked for by entries(): the library compares each with all others.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false };
  const parsed = isTooLong ? [] : parseAllDocuments(file.text, options);
  const documents: Node[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const errors = [...document.errors, ...document.warnings];
    for (const fault of errors.slice(0, MAX_FAULTS)) {
      report(place(fault.pos[0]), 'invalid', `YAML: ${fault.message}`, 'Mend the YAML here.');
    }
    if (errors.length === 0) documents.push(document.contents);
  }
  const at = (node: Node): Position => (node?.range ? place(node.range[0]) : START);
  const entries: Source['entries'] = (node, what) => {
    if (!isMap(node)) {
      report(at(node), 'invalid', `${what} is not a map`, `Write ${what} as "key: value" lines.`);
      return undefined;
    }
    const result = new Map<string, Entry>();
    for (const { key, value } of node.items) {
      const name = keyOf(key);
      if (name === undefined) {
        report(at(key), 'invalid', `${what} has a key that is no text`, 'Use a text as the key.');
      } else if (result.has(name)) {
        report(at(key), 'invalid', `${what} has the key "${name}" twice`, 'Use each key once.');
      } else result.set(name, { key: name, keyAt: at(key), value });
    }
    return [...result.values()];
  };
  return { file, documents, problems, faults: () => faults, at, place, report, entries };
}

export type Scalar = string | number | bigint | boolean | null;

/** The value of a scalar node (an absent node is null), or undefined for anything else. */
export function scalarOf(node: Node): Scalar | undefined {
  if (node === null) return null;
  if (!isScalar(node)) return undefined;
  const { value } = node;
  return value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
    ? (value as Scalar)
    : undefined;
}

function keyOf(node: Node): string | undefined {
  const name = scalarOf(node);
  return typeof name === 'string' || typeof name === 'number' ? String(name) : undefined;
}

/**
 * The map with what `over` has written over it; maps in both are merged, all else is replaced. Places
 * are those of where each part stands.
 */
export function mergedMaps(base: Node, over: Node): Node {
  if (!isMap(base) || !isMap(over)) return over;
  const pairs = new Map(base.items.map((pair) => [keyOf(pair.key) ?? pair, pair]));
  for (const pair of over.items) {
    const key = keyOf(pair.key) ?? pair;
    const below = pairs.get(key);
    if (below === undefined) pairs.set(key, pair);
    else {
      const value = mergedMaps(below.value, pair.value);
      pairs.set(key, new Pair(pair.key, value));
    }
  }
  const merged = new YAMLMap() as YAMLMap.Parsed;
  merged.range = base.range;
  merged.items = [...pairs.values()];
  return merged;
}

/** What a map has under a key; null where it has none, or is no map. */
export function valueAt(node: Node, name: string): Node {
  return isMap(node) ? (node.items.find((pair) => keyOf(pair.key) === name)?.value ?? null) : null;
}

/** The map without one of its keys. */
export function withoutKey(node: Node, name: string): Node {
  if (!isMap(node)) return node;
  const rest = new YAMLMap() as YAMLMap.Parsed;
  rest.range = node.range;
  rest.items = node.items.filter((pair) => keyOf(pair.key) !== name);
  return rest;
}

/** A number as the rule writes it where JavaScript's own text for it would lose digits. */
export function numberText(node: Node, value: number | bigint): string {
  const isExact = typeof value === 'bigint' || Number.isSafeInteger(value);
  return isExact || !isScalar(node) ? String(value) : (node.source ?? String(value));
}

/** The items of a sequence, or undefined for anything else. */
export function itemsOf(node: Node): readonly Node[] | undefined {
  return isSeq(node) ? node.items : undefined;
}

export function isMapNode(node: Node): boolean {
  return isMap(node);
}

export function isAliasNode(node: Node): boolean {
  return isAlias(node);
}
