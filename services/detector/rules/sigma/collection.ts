/**
 * Owns: the rule collections of Sigma 1 (`action: global | reset | repeat`): a file's documents as the
 * rules that they stand for, merged as pySigma merges them.
 * Does not own: what is in the documents (parse.ts).
 */
import {
  isMapNode,
  mergedMaps,
  type Node,
  scalarOf,
  type Source,
  valueAt,
  withoutKey,
} from '../source.ts';

/** A document with what others of its file add to it. */
export interface Part {
  readonly node: Node;
  /** Where it begins. */
  readonly start: Node;
  /** 1, or more where its id, or its title, is that of a document before it, which it was merged with. */
  readonly copy: number;
}

export function readCollection(source: Source): readonly Part[] {
  const parts: Part[] = [];
  const copies = new Map<string, number>();
  let state: State = { global: null, previous: null };
  for (const document of source.documents) {
    const step = merge(document, state);
    if ('reason' in step) {
      const at = source.at(valueAt(document, 'action'));
      source.report(at, 'invalid', step.reason, step.remedy);
    } else {
      state = step.state;
      if (step.node !== undefined) parts.push(partOf(step.node, document, copies));
    }
  }
  return parts;
}

interface State {
  /** What all documents get from here on. */
  readonly global: Node;
  /** What a repetition is of. */
  readonly previous: Node;
}
type Step =
  | { readonly state: State; readonly node?: Node }
  | { readonly reason: string; readonly remedy: string };

function merge(document: Node, { global, previous }: State): Step {
  const action = scalarOf(valueAt(document, 'action'));
  const rest = action === null ? document : withoutKey(document, 'action');
  if (action === null) {
    const node = withGlobal(document, global);
    return { state: { global, previous: node }, node };
  }
  if (action === 'global') return { state: { global: rest, previous: rest } };
  if (action === 'reset') return { state: { global: null, previous } };
  if (action !== 'repeat') {
    const reason = 'the action is none that Sigma had';
    return { reason, remedy: 'Use global, reset or repeat.' };
  }
  if (previous === null) {
    return { reason: 'there is no rule to repeat', remedy: 'Write a rule before it.' };
  }
  const node = mergedMaps(previous, rest);
  return { state: { global, previous: node }, node };
}

function partOf(node: Node, start: Node, copies: Map<string, number>): Part {
  const name = String(scalarOf(valueAt(node, 'id')) ?? scalarOf(valueAt(node, 'title')));
  const isOwn = node === start || valueAt(start, 'id') !== null;
  const copy = isOwn ? 1 : (copies.get(name) ?? 0) + 1;
  copies.set(name, copy);
  return { node, start, copy };
}

/** What is in both is the global document's, but for an id that the rule has of its own. */
function withGlobal(document: Node, global: Node): Node {
  if (global === null || !isMapNode(document)) return document;
  const hasId = valueAt(document, 'id') !== null;
  return mergedMaps(document, hasId ? withoutKey(global, 'id') : global);
}
