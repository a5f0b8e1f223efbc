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

/** A node while the trie grows. */
interface Node {
  readonly rules: ReadonlySet<number>;
  /** By atom, from the lowest to the highest. */
  readonly children: readonly (readonly [atom: number, node: Node])[];
}

/** Rules that are rather tried than split. */
const FEW_RULES = 3;
const MAX_DEPTH = 6;
const MAX_WIDTH = 256;

function grow(entries: readonly Placed[], depth: number): Node {
  const rules = new Set<number>();
  const branches = new Map<number, Placed[]>();
  const isSmall = depth > 0 && (entries.length <= FEW_RULES || depth >= MAX_DEPTH);
  for (const entry of entries) {
    const group = entry.clause[depth];
    const width = entry.width * (group?.length ?? 0);
    if (isSmall || group === undefined || (depth > 0 && width > MAX_WIDTH)) rules.add(entry.rule);
    else branch(branches, { ...entry, width }, group);
  }
  const sorted = [...branches].sort(([a], [b]) => a - b);
  return { rules, children: sorted.map(([atom, some]) => [atom, grow(some, depth + 1)] as const) };
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

/** Many lists of numbers, one after the other: the n-th is from starts[n] to starts[n + 1]. */
interface Lists {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

function listsOf(lists: readonly Iterable<number>[]): Lists {
  const starts = new Int32Array(lists.length + 1);
  const items: number[] = [];
  for (const [index, list] of lists.entries()) {
    for (const item of list) items.push(item);
    starts[index + 1] = items.length;
  }
  return { starts, items: Int32Array.from(items) };
}

/**
 * Nodes are numbered breadth first: the children of a node follow each other, and the child at the
 * k-th place of all atoms is node k + 1.
 */
export class Trie {
  readonly #rules: Lists;
  readonly #atoms: Lists;
  /** The fields to look at before a node's children can be chosen. */
  readonly #slots: Lists;
  /** The child of the root by its atom; 0: none. */
  readonly #top: Int32Array;

  /** `slots`: the field of each atom. An entry without a group is found by every event. */
  constructor(entries: readonly Entry[], slots: Int32Array) {
    const nodes = [
      grow(
        entries.map((entry) => ({ ...entry, width: 1 })),
        0,
      ),
    ];
    for (let i = 0; i < nodes.length; i++) {
      for (const [, child] of nodes[i]?.children ?? []) nodes.push(child);
    }
    const atoms = nodes.map(({ children }) => children.map(([atom]) => atom));
    this.#rules = listsOf(nodes.map(({ rules }) => rules));
    this.#atoms = listsOf(atoms);
    this.#slots = listsOf(atoms.map((some) => new Set(some.map((atom) => slots[atom] ?? 0))));
    this.#top = new Int32Array(slots.length);
    for (const [index, atom] of (atoms[0] ?? []).entries()) this.#top[atom] = index + 1;
  }

  /** Rules may be found more than once. */
  walk(visitor: Visitor): void {
    this.#visit(0, visitor);
    const { marks } = visitor;
    const { count, list } = marks;
    for (let i = 0; i < count; i++) {
      const child = this.#top[list[i] as number] as number;
      if (child !== 0) this.#descend(child, visitor);
    }
  }

  /** Finds the node's rules, and looks at what its children ask for. */
  #visit(node: number, visitor: Visitor): void {
    const rules = this.#rules;
    const end = rules.starts[node + 1] as number;
    for (let i = rules.starts[node] as number; i < end; i++)
      visitor.found(rules.items[i] as number);
    const slots = this.#slots;
    const last = slots.starts[node + 1] as number;
    for (let i = slots.starts[node] as number; i < last; i++)
      visitor.lookAt(slots.items[i] as number);
  }

  #descend(node: number, visitor: Visitor): void {
    this.#visit(node, visitor);
    const start = this.#atoms.starts[node] as number;
    const end = this.#atoms.starts[node + 1] as number;
    const { marks } = visitor;
    const { count, list } = marks;
    if (end - start <= count) {
      for (let i = start; i < end; i++) {
        if (marks.has(this.#atoms.items[i] as number)) this.#descend(i + 1, visitor);
      }
      return;
    }
    // Atoms that are marked on the way down are of fields that none of these children asks for.
    for (let i = 0; i < count; i++) {
      const at = this.#placeOf(list[i] as number, start, end);
      if (at !== -1) this.#descend(at + 1, visitor);
    }
  }

  /** Where the atom is among those from `start` to `end`, or -1. */
  #placeOf(atom: number, start: number, end: number): number {
    let low = start;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#atoms.items[middle] as number) < atom) low = middle + 1;
      else high = middle;
    }
    return low < end && this.#atoms.items[low] === atom ? low : -1;
  }
}
