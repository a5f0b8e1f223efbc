/**
 * Owns: the rules of one kind of event in a trie of atoms: from the event's true atoms down to the
 * few rules that all of them lead to.
 * Does not own: by which atoms a rule is found (access.ts), deciding it (condition.ts).
 *
 * A node with few rules keeps them, and they are tried; one with many sends each rule on to the atoms
 * of its next group. So rules that are told apart by one atom are one level deep.
 */
import type { Clause } from './access.ts';
import type { Group } from './facts.ts';
import type { Marks } from './marks.ts';

/** A rule by its position, with one of its clauses. */
export interface Entry {
  readonly rule: number;
  readonly clause: Clause;
}

interface Placed extends Entry {
  /** In how many places it is already: lists of texts multiply. */
  readonly width: number;
}

interface Node {
  readonly rules: Int32Array;
  readonly children: ReadonlyMap<number, Node>;
  /** The atoms of the children, to go through. */
  readonly atoms: Int32Array;
  /** The fields to look at before the children can be chosen. */
  readonly slots: Int32Array;
}

/** Rules that are rather tried than split. */
const FEW_RULES = 3;
const MAX_DEPTH = 6;
const MAX_WIDTH = 256;

export type Trie = Node;

/** `slotOf`: the field of an atom, or -1. Entries without a group are found by every event. */
export function growTrie(entries: readonly Entry[], slotOf: (atom: number) => number): Trie {
  const placed = entries.map((entry) => ({ ...entry, width: 1 }));
  return grow(placed, 0, slotOf);
}

function grow(entries: readonly Placed[], depth: number, slotOf: (atom: number) => number): Node {
  const rules: number[] = [];
  const branches = new Map<number, Placed[]>();
  const isSmall = depth > 0 && (entries.length <= FEW_RULES || depth >= MAX_DEPTH);
  for (const entry of entries) {
    const group = entry.clause[depth];
    const width = entry.width * (group?.length ?? 0);
    if (isSmall || group === undefined || (depth > 0 && width > MAX_WIDTH)) rules.push(entry.rule);
    else branch(branches, { ...entry, width }, group);
  }
  const atoms = Int32Array.from(branches.keys());
  return {
    rules: Int32Array.from(new Set(rules)),
    children: new Map(
      Array.from(branches, ([atom, some]) => [atom, grow(some, depth + 1, slotOf)] as const),
    ),
    atoms,
    slots: Int32Array.from(new Set(Array.from(atoms, slotOf).filter((slot) => slot !== -1))),
  };
}

function branch(branches: Map<number, Placed[]>, entry: Placed, group: Group): void {
  for (const atom of group) {
    const entries = branches.get(atom);
    if (entries === undefined) branches.set(atom, [entry]);
    else entries.push(entry);
  }
}

/** Who takes the rules that are found, and looks at fields. */
export interface Visitor {
  readonly marks: Marks;
  lookAt(slot: number): void;
  found(rule: number): void;
}

/** Rules may be found more than once. */
export function walk(node: Node, visitor: Visitor): void {
  for (const rule of node.rules) visitor.found(rule);
  if (node.atoms.length === 0) return;
  for (const slot of node.slots) visitor.lookAt(slot);
  const { marks } = visitor;
  const { count } = marks;
  if (node.atoms.length < count) {
    for (const atom of node.atoms) {
      if (marks.has(atom)) descend(node, atom, visitor);
    }
    return;
  }
  // Atoms that are marked on the way down are of fields that none of these children asks for.
  for (let i = 0; i < count; i++) descend(node, marks.list[i] as number, visitor);
}

function descend(node: Node, atom: number, visitor: Visitor): void {
  const child = node.children.get(atom);
  if (child !== undefined) walk(child, visitor);
}
