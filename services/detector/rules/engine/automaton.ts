/**
 * Owns: finding many literals in a text in one pass (Aho and Corasick, 1975), whatever their number:
 * time linear in the text, also where many literals end at every character.
 * Does not own: what the literals are for (lookup.ts).
 *
 * States are numbered breadth first, so the children of a state follow each other. The first states
 * have whole rows of the transition table, the deeper ones only their children and the state to fall
 * back to: text that matches nothing stays among the first.
 */
import type { Marks } from './marks.ts';

/** A text to be found, and the atoms of it: found anywhere, at the start, at the end. -1: no atom. */
export interface Literal {
  readonly text: string;
  inside: number;
  start: number;
  end: number;
}

const NONE = -1;
const ROOT = 0;
/** Cells of whole rows, at most: 512 KiB stay in the processor's cache. */
const MAX_CELLS = 1 << 17;
const LATIN = 256;
const CAPITAL_A = 65;
const TO_SMALL = 32;
const ANY_CODE = 0x1_0000;

/** A trie in the order in which sorted texts make it; the children of a node are a linked list. */
interface Tree {
  readonly labels: number[];
  readonly firstChild: number[];
  readonly lastChild: number[];
  readonly nextSibling: number[];
  /** Which literal ends at the node, or -1. */
  readonly literal: number[];
}

export class Automaton {
  readonly #latin: Uint16Array;
  readonly #others = new Map<number, number>();
  /** Classes of characters: those in a literal, one each, and 0 for all others. */
  readonly #classes: number;
  readonly #dense: number;
  readonly #rows: Int32Array;
  readonly #labels: Int32Array;
  /** The children of state s are the states from childStart[s] to childStart[s + 1]. */
  readonly #childStart: Int32Array;
  readonly #fallback: Int32Array;
  readonly #depth: Int32Array;
  /** The state itself or the next one to fall back to where a literal ends; ROOT: none. */
  readonly #hit: Int32Array;
  readonly #literal: Int32Array;
  readonly #inside: Int32Array;
  readonly #start: Int32Array;
  readonly #end: Int32Array;
  /** The turn in which a literal, and all that end with it, were last marked. */
  readonly #turns: Float64Array;
  readonly #hasStarts: boolean;

  /**
   * Literals are not empty, and none is there twice. `isFolded`: they have no capitals, and those of
   * ASCII are found as if they were small.
   */
  constructor(literals: readonly Literal[], isFolded: boolean) {
    const sorted = [...literals].sort((a, b) => (a.text < b.text ? -1 : 1));
    this.#latin = new Uint16Array(LATIN);
    this.#classes = this.#classify(sorted);
    for (let code = CAPITAL_A; isFolded && code < CAPITAL_A + 26; code++) {
      this.#latin[code] = this.#latin[code + TO_SMALL] as number;
    }
    const tree = growTree(sorted, (code) => this.#classOf(code));
    const states = tree.labels.length;
    this.#dense = Math.min(states, Math.max(1, Math.floor(MAX_CELLS / this.#classes)));
    this.#rows = new Int32Array(this.#dense * this.#classes);
    this.#labels = new Int32Array(states);
    this.#childStart = new Int32Array(states + 1);
    this.#fallback = new Int32Array(states);
    this.#depth = new Int32Array(states);
    this.#hit = new Int32Array(states);
    this.#literal = new Int32Array(states);
    this.#inside = Int32Array.from(sorted, ({ inside }) => inside);
    this.#start = Int32Array.from(sorted, ({ start }) => start);
    this.#end = Int32Array.from(sorted, ({ end }) => end);
    this.#turns = new Float64Array(sorted.length);
    this.#hasStarts = sorted.some(({ start }) => start !== NONE);
    const parents = this.#number(tree);
    for (let state = 0; state < states; state++) this.#link(state, parents[state] as number);
  }

  #classify(literals: readonly Literal[]): number {
    let classes = 1;
    for (const { text } of literals) {
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (this.#classOf(code) !== 0) continue;
        if (code < LATIN) this.#latin[code] = classes;
        else this.#others.set(code, classes);
        classes += 1;
      }
    }
    return classes;
  }

  #classOf(code: number): number {
    return code < LATIN ? (this.#latin[code] as number) : (this.#others.get(code) ?? 0);
  }

  /** Numbers the nodes breadth first; the parent of each state. */
  #number(tree: Tree): Int32Array {
    const nodes = new Int32Array(tree.labels.length);
    const parents = new Int32Array(tree.labels.length);
    let states = 1;
    for (let state = 0; state < nodes.length; state++) {
      const node = nodes[state] as number;
      this.#labels[state] = tree.labels[node] as number;
      this.#literal[state] = tree.literal[node] as number;
      this.#childStart[state] = states;
      let child = tree.firstChild[node] as number;
      for (; child !== NONE; child = tree.nextSibling[child] as number) {
        nodes[states] = child;
        parents[states] = state;
        this.#depth[states] = (this.#depth[state] as number) + 1;
        states += 1;
      }
    }
    this.#childStart[nodes.length] = states;
    return parents;
  }

  /** All states before this one are linked. */
  #link(state: number, parent: number): void {
    const label = this.#labels[state] as number;
    const isTop = parent === ROOT;
    const fallback = isTop ? ROOT : this.#step(this.#fallback[parent] as number, label);
    this.#fallback[state] = fallback;
    const isHit = (this.#literal[state] as number) !== NONE;
    this.#hit[state] = isHit ? state : (this.#hit[fallback] as number);
    if (state >= this.#dense) return;
    const row = state * this.#classes;
    const from = fallback * this.#classes;
    this.#rows.copyWithin(row, from, from + this.#classes);
    const end = this.#childStart[state + 1] as number;
    for (let child = this.#childStart[state] as number; child < end; child++) {
      this.#rows[row + (this.#labels[child] as number)] = child;
    }
  }

  #step(from: number, label: number): number {
    let state = from;
    while (state >= this.#dense) {
      const end = this.#childStart[state + 1] as number;
      let child = this.#childStart[state] as number;
      while (child < end && this.#labels[child] !== label) child += 1;
      if (child < end) return child;
      state = this.#fallback[state] as number;
    }
    return this.#rows[state * this.#classes + label] as number;
  }

  /**
   * Marks the atoms of all literals in the text; false where it met a code from `limit` on. Every
   * character of every event goes through the loop: fields are read before it.
   */
  scan(text: string, marks: Marks, limit = ANY_CODE): boolean {
    const latin = this.#latin;
    const hits = this.#hit;
    const rows = this.#rows;
    const classes = this.#classes;
    const dense = this.#dense;
    if (this.#hasStarts) this.#markStarts(text, marks);
    let state = ROOT;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= limit) return false;
      const label = code < LATIN ? (latin[code] as number) : (this.#others.get(code) ?? 0);
      state = state < dense ? (rows[state * classes + label] as number) : this.#step(state, label);
      const hit = hits[state] as number;
      if (hit !== ROOT) this.#markInside(hit, marks);
    }
    for (let hit = hits[state] as number; hit !== ROOT; hit = this.#next(hit)) {
      this.#markOne(this.#end, hit, marks);
    }
    return true;
  }

  /** Down the tree, as long as there is a child: no state is fallen back to. */
  #markStarts(text: string, marks: Marks): void {
    let state = ROOT;
    for (let at = 0; at < text.length; at++) {
      state = this.#step(state, this.#classOf(text.charCodeAt(at)));
      if (this.#depth[state] !== at + 1) return;
      this.#markOne(this.#start, state, marks);
    }
  }

  #next(hit: number): number {
    return this.#hit[this.#fallback[hit] as number] as number;
  }

  #markOne(atoms: Int32Array, state: number, marks: Marks): void {
    const literal = this.#literal[state] as number;
    const atom = literal === NONE ? NONE : (atoms[literal] as number);
    if (atom !== NONE) marks.mark(atom);
  }

  /** Stops at the first literal that was marked in this turn: so were those that it ends with. */
  #markInside(first: number, marks: Marks): void {
    for (let hit = first; hit !== ROOT; hit = this.#next(hit)) {
      const literal = this.#literal[hit] as number;
      if (this.#turns[literal] === marks.turn) return;
      this.#turns[literal] = marks.turn;
      const atom = this.#inside[literal] as number;
      if (atom !== NONE) marks.mark(atom);
    }
  }
}

function growTree(sorted: readonly Literal[], classOf: (code: number) => number): Tree {
  const tree: Tree = {
    ...{ labels: [0], firstChild: [NONE], lastChild: [NONE], nextSibling: [NONE] },
    literal: [NONE],
  };
  /** The nodes on the way of the text before this one. */
  const way = [ROOT];
  let before = '';
  for (const [index, { text }] of sorted.entries()) {
    let depth = 0;
    while (depth < before.length && before.charCodeAt(depth) === text.charCodeAt(depth)) depth += 1;
    way.length = depth + 1;
    for (; depth < text.length; depth++) {
      way.push(addChild(tree, way[depth] as number, classOf(text.charCodeAt(depth))));
    }
    tree.literal[way[depth] as number] = index;
    before = text;
  }
  return tree;
}

function addChild(tree: Tree, parent: number, label: number): number {
  const child = tree.labels.push(label) - 1;
  tree.firstChild.push(NONE);
  tree.lastChild.push(NONE);
  tree.nextSibling.push(NONE);
  tree.literal.push(NONE);
  const last = tree.lastChild[parent] as number;
  if (last === NONE) tree.firstChild[parent] = child;
  else tree.nextSibling[last] = child;
  tree.lastChild[parent] = child;
  return child;
}
