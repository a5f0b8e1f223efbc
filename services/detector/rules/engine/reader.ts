/**
 * Owns: reading one event document by field: what is asked for is read once per event, and so are the
 * objects on the way to it.
 * Does not own: where fields lie (../fields.ts), what is asked of their values (question.ts, lookup.ts).
 */
import { type EventDocument, type Field, type FieldPath, fieldKey } from '../expression.ts';
import { foldCase } from '../pattern.ts';

/** What a document has in a field. Arrays on the way, and at its end, are spread. */
export interface FieldValues {
  /** Whether the key is there at all, be its value null or an empty array. */
  readonly isPresent: boolean;
  readonly items: readonly unknown[];
  /** Texts, numbers and booleans as text; all that texts are compared with. */
  readonly texts: readonly string[];
  /** The same without case, made when first asked for. */
  readonly folded: () => readonly string[];
}

export const ABSENT: FieldValues = { isPresent: false, items: [], texts: [], folded: () => [] };

/** What is at a path: nothing, one value that is no array, or the items of arrays. */
const NOTHING = 0;
const ONE = 1;
const MANY = 2;
type Found = typeof NOTHING | typeof ONE | typeof MANY;

/** One step on the way to a value. */
interface Step {
  readonly parent: Step | undefined;
  readonly key: string;
  /** Objects have such a key without having it themselves. */
  readonly isInherited: boolean;
  readonly children: Map<string, Step>;
  turn: number;
  found: Found;
  one: unknown;
  many: readonly unknown[];
}

interface Slot {
  readonly field: Field;
  /** The ends of the field's paths; of one root for words. */
  readonly ends: readonly Step[];
  turn: number;
  values: FieldValues;
  /** What a computed field has, in its turn. */
  itemsTurn: number;
  items: readonly unknown[] | undefined;
}

export class Reader {
  #document: EventDocument = {};
  #turn = 0;
  readonly #root = createStep(undefined, '');
  readonly #slots: Slot[] = [];
  readonly #slotOf = new Map<string, number>();

  /** The number of the field; the same for the same field. */
  slotOf(field: Field): number {
    const key = fieldKey(field);
    const known = this.#slotOf.get(key);
    if (known !== undefined) return known;
    const paths =
      field.kind === 'computed' ? [] : field.kind === 'words' ? [field.root] : field.paths;
    const ends = paths.map((path) => this.#endOf(path));
    const slot =
      this.#slots.push({ field, ends, turn: 0, values: ABSENT, itemsTurn: 0, items: undefined }) -
      1;
    this.#slotOf.set(key, slot);
    return slot;
  }

  /** Of each field, for people, by its number. */
  names(): readonly string[] {
    return this.#slots.map(({ field }) => {
      if (field.kind === 'computed') return field.key;
      return field.kind === 'words' ? 'any word' : (field.paths.at(-1) ?? []).join('.');
    });
  }

  #endOf(path: FieldPath): Step {
    let step = this.#root;
    for (const key of path) {
      const child = step.children.get(key) ?? createStep(step, key);
      step.children.set(key, child);
      step = child;
    }
    return step;
  }

  begin(document: EventDocument): void {
    this.#document = document;
    this.#turn += 1;
    this.#root.turn = this.#turn;
    settle(this.#root, document);
  }

  isPresent(slot: number): boolean {
    const cell = this.#slots[slot] as Slot;
    const { ends, field } = cell;
    if (field.kind === 'computed') return this.#compute(cell) !== undefined;
    if (field.kind === 'words') return true;
    for (const end of ends) if (this.#find(end) !== NOTHING) return true;
    return false;
  }

  /** Gives `take` every item of the field; false where the field is absent. */
  each<T>(slot: number, take: (item: unknown, to: T) => void, to: T): boolean {
    const cell = this.#slots[slot] as Slot;
    if (cell.field.kind === 'path') return this.#eachAt(cell.ends, take, to);
    if (cell.field.kind === 'words') {
      eachWord(this.#itemsAt(cell.ends[0]), take, to);
      return true;
    }
    const items = this.#compute(cell);
    for (const item of items ?? []) take(item, to);
    return items !== undefined;
  }

  #eachAt<T>(ends: readonly Step[], take: (item: unknown, to: T) => void, to: T): boolean {
    for (const end of ends) {
      const found = this.#find(end);
      if (found === ONE) take(end.one, to);
      else if (found === MANY) for (const item of end.many) take(item, to);
      if (found !== NOTHING) return true;
    }
    return false;
  }

  valuesOf(slot: number): FieldValues {
    const cell = this.#slots[slot] as Slot;
    if (cell.turn !== this.#turn) {
      cell.turn = this.#turn;
      cell.values = this.#read(cell);
    }
    return cell.values;
  }

  #compute(cell: Slot): readonly unknown[] | undefined {
    if (cell.itemsTurn !== this.#turn && cell.field.kind === 'computed') {
      cell.itemsTurn = this.#turn;
      cell.items = cell.field.read(this.#document);
    }
    return cell.items;
  }

  #read(cell: Slot): FieldValues {
    const { ends, field } = cell;
    if (field.kind === 'computed') {
      const items = this.#compute(cell);
      return items === undefined ? ABSENT : valuesOfItems(items);
    }
    if (field.kind === 'words') {
      const items: unknown[] = [];
      eachWord(this.#itemsAt(ends[0]), (item, to) => to.push(item), items);
      return valuesOfItems(items);
    }
    const end = ends.find((one) => this.#find(one) !== NOTHING);
    return end === undefined ? ABSENT : valuesOfItems(this.#itemsAt(end));
  }

  #itemsAt(end: Step | undefined): readonly unknown[] {
    if (end === undefined) return [];
    const found = this.#find(end);
    return found === ONE ? [end.one] : found === MANY ? end.many : [];
  }

  #find(step: Step): Found {
    if (step.turn === this.#turn) return step.found;
    step.turn = this.#turn;
    const { parent } = step;
    const above = parent === undefined ? NOTHING : this.#find(parent);
    if (parent === undefined || above === NOTHING) step.found = NOTHING;
    else if (above === ONE) settle(step, valueUnder(parent.one, step));
    else {
      const held: unknown[] = [];
      for (const node of parent.many) {
        const value = valueUnder(node, step);
        if (value !== undefined) held.push(value);
      }
      if (held.length === 0) step.found = NOTHING;
      else settle(step, held);
    }
    return step.found;
  }
}

/** The values of any fields of one document. */
export function fieldsOf(document: EventDocument): (field: Field) => FieldValues {
  const reader = new Reader();
  reader.begin(document);
  return (field) => reader.valuesOf(reader.slotOf(field));
}

function createStep(parent: Step | undefined, key: string): Step {
  return {
    ...{ parent, key, isInherited: key in Object.prototype, children: new Map<string, Step>() },
    ...{ turn: 0, found: NOTHING, one: undefined, many: [] },
  };
}

/** JSON has no undefined: it stands for a key that is not there. */
function settle(step: Step, value: unknown): void {
  if (Array.isArray(value)) {
    step.found = MANY;
    step.many = flatten(value);
  } else {
    step.found = value === undefined ? NOTHING : ONE;
    step.one = value;
  }
}

/** Own keys only, so that no document reaches a prototype. */
function valueUnder(node: unknown, { isInherited, key }: Step): unknown {
  if (!isObject(node)) return undefined;
  return isInherited && !Object.hasOwn(node, key) ? undefined : node[key];
}

/** All that is no array, in the order of the document. How deep it nests is not ours to choose. */
function flatten(nodes: readonly unknown[]): readonly unknown[] {
  if (!nodes.some(Array.isArray)) return nodes;
  const items: unknown[] = [];
  const open: unknown[] = [nodes];
  while (open.length > 0) {
    const node = open.pop();
    if (Array.isArray(node)) for (let i = node.length - 1; i >= 0; i--) open.push(node[i]);
    else items.push(node);
  }
  return items;
}

function eachWord<T>(roots: readonly unknown[], take: (item: unknown, to: T) => void, to: T): void {
  const open = [...roots];
  while (open.length > 0) {
    const node = open.pop();
    // Object.values takes three times as long on what JSON.parse made.
    if (isObject(node)) for (const key of Object.keys(node)) open.push(node[key]);
    else take(node, to);
  }
}

export function valuesOfItems(items: readonly unknown[]): FieldValues {
  const texts: string[] = [];
  for (const item of items) {
    const text = textOf(item);
    if (text !== undefined) texts.push(text);
  }
  let folded: readonly string[] | undefined;
  const fold = (): readonly string[] => {
    folded ??= texts.map(foldCase);
    return folded;
  };
  return { isPresent: true, items, texts, folded: fold };
}

export function textOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  return typeof item === 'number' || typeof item === 'boolean' ? String(item) : undefined;
}

function isObject(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === 'object' && node !== null;
}
