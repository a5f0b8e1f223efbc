/**
 * Owns: what keywords are looked for in: every text, number and boolean below some places.
 */
import type { EventDocument, Field, FieldPath } from '../expression.ts';

export function wordsBelow(roots: readonly FieldPath[]): Field {
  return {
    kind: 'computed',
    key: `words below ${JSON.stringify(roots)}`,
    from: roots,
    read: (document) => roots.flatMap((root) => leavesOf(nodeAt(document, root))),
  };
}

function nodeAt(document: EventDocument, path: FieldPath): unknown {
  let node: unknown = document;
  for (const key of path) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as EventDocument)[key];
  }
  return node;
}

/** With a list of its own: how deep a document nests is not ours to choose. */
function leavesOf(root: unknown): readonly unknown[] {
  const leaves: unknown[] = [];
  const open = [root];
  while (open.length > 0) {
    const node = open.pop();
    // Object.values takes three times as long on what JSON.parse made, and this goes through whole events.
    if (isObject(node)) for (const key of Object.keys(node)) open.push(node[key]);
    else if (node !== undefined) leaves.push(node);
  }
  return leaves;
}

function isObject(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === 'object' && node !== null;
}
