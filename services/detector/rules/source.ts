/**
 * Owns: a rule file as YAML nodes with places, and the collection of its problems.
 * Does not own: what the nodes mean (parse.ts, selection.ts).
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
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
  /** Place of a node; of the document's start where there is none. */
  at(node: Node): Position;
  report(at: Position, kind: Problem['kind'], reason: string, remedy: string): void;
  /** The entries of a map; undefined with a problem where the node is none. */
  entries(node: Node, what: string): readonly Entry[] | undefined;
}

const START: Position = { line: 1, column: 1 };

/** YAML 1.2 with any number of documents. Syntax errors are problems, and their document is left out. */
export function readSource(file: RuleFile): Source {
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? START : { line, column: col };
  };
  const report: Source['report'] = (at, kind, reason, remedy) => {
    problems.push({ kind, path: file.path, line: at.line, column: at.column, reason, remedy });
  };
  const parsed = parseAllDocuments(file.text, { lineCounter: lines, prettyErrors: false });
  const documents: Node[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const faults = [...document.errors, ...document.warnings];
    for (const fault of faults) {
      report(place(fault.pos[0]), 'invalid', `YAML: ${fault.message}`, 'Mend the YAML here.');
    }
    if (faults.length === 0) documents.push(document.contents);
  }
  const at = (node: Node): Position => (node?.range ? place(node.range[0]) : START);
  const entries: Source['entries'] = (node, what) => {
    if (!isMap(node)) {
      report(at(node), 'invalid', `${what} is not a map`, `Write ${what} as "key: value" lines.`);
      return undefined;
    }
    const result: Entry[] = [];
    for (const { key, value } of node.items) {
      const name = scalarOf(key);
      if (typeof name === 'string' || typeof name === 'number') {
        result.push({ key: String(name), keyAt: at(key), value });
      } else
        report(at(key), 'invalid', `${what} has a key that is no text`, 'Use a text as the key.');
    }
    return result;
  };
  return { file, documents, problems, at, report, entries };
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
