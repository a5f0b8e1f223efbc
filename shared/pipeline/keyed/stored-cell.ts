/**
 * Owns: one cell in memory: its parts and timers, what of them the batch changed, about how much
 * memory it takes.
 * Does not own: which cells are in memory (lane-memory.ts, budget.ts), how they lie in the state
 * (layout.ts, writes.ts).
 */
import { type Line, lineText, timerTime } from './layout.ts';
import type { Cell, CellKey } from './model.ts';
import {
  bytesOf,
  BYTES_PER_PARSED_CHAR,
  CELL_BYTES,
  lineChars,
  type Part,
  PART_BYTES,
} from './part.ts';
import { positionOf } from './sorted-names.ts';
import type { TimerQueue } from './timer-queue.ts';

/** What a record did, so that it can be undone. */
export type Change =
  | {
      readonly kind: 'part';
      readonly cell: StoredCell;
      readonly name: string;
      readonly before: Part | undefined;
    }
  | {
      readonly kind: 'timer';
      readonly cell: StoredCell;
      readonly name: string;
      readonly before: number | undefined;
    };

/** By name, what the state has; undefined: nothing was there. */
interface Changes {
  readonly parts: Map<string, Part | undefined>;
  readonly timers: Map<string, number | undefined>;
}

/** What a cell needs to know of where it is. */
export interface CellHost {
  readonly journal: Change[];
  readonly timers: TimerQueue;
  /** It takes so many bytes more now. */
  grew(cell: StoredCell, bytes: number): void;
  /** The record in hand has asked for it: it is not to be let go. */
  isHeld(cell: StoredCell): boolean;
  letGo(cell: StoredCell): void;
}

/** How a cell lies in the lane's state. */
export type Form = 'absent' | 'packed' | 'apart';

const NO_TIMERS: ReadonlyMap<string, number> = new Map();

export class StoredCell implements Cell {
  readonly key: CellKey;
  readonly host: CellHost;
  form: Form = 'absent';
  /** About what it takes in memory, as far as it was read or written. */
  bytes = CELL_BYTES;
  /** Characters of its lines, as they lie in the state. */
  chars = 0;
  /** Number of the record that last asked for it, and of the batch. */
  record = -1;
  batch = -1;
  readonly parts = new Map<string, Part>();
  /** What the batch changed. */
  changes: Changes | undefined;
  /** Most cells have none, and an empty map costs as much as a part. */
  #timers: Map<string, number> | undefined;
  /** Names of parts in order; made when they are asked for. */
  #names: string[] | undefined;

  constructor(key: CellKey, host: CellHost, form: Form = 'absent', lines: readonly Line[] = []) {
    this.key = key;
    this.host = host;
    this.form = form;
    for (const { kind, name, text } of lines) {
      this.chars += lineChars(name, text);
      if (kind === 't') {
        this.bytes += PART_BYTES;
        this.#timersToSet().set(name, Number(text));
      } else {
        const part = { value: undefined, isParsed: false, text };
        this.bytes += bytesOf(part);
        this.parts.set(name, part);
      }
    }
  }

  get timers(): ReadonlyMap<string, number> {
    return this.#timers ?? NO_TIMERS;
  }

  #timersToSet(): Map<string, number> {
    this.#timers ??= new Map();
    return this.#timers;
  }

  get<T>(part: string): T | undefined {
    const found = this.parts.get(part);
    return found === undefined ? undefined : (this.#valueOf(found) as T);
  }

  put(part: string, value: unknown): void {
    if (value === undefined) {
      this.delete(part);
      return;
    }
    const before = this.parts.get(part);
    if (before?.isParsed === true && before.value === value && typeof value !== 'object') return;
    this.host.journal.push({ kind: 'part', cell: this, name: part, before });
    this.setPart(part, { value, isParsed: true, text: undefined });
  }

  delete(part: string): void {
    const before = this.parts.get(part);
    if (before === undefined) return;
    this.host.journal.push({ kind: 'part', cell: this, name: part, before });
    this.setPart(part, undefined);
  }

  entries<T>(prefix: string): readonly (readonly [part: string, value: T])[] {
    this.#names ??= [...this.parts.keys()].sort();
    const names = this.#names;
    const found: (readonly [string, T])[] = [];
    for (let at = positionOf(names, prefix); at < names.length; at++) {
      const name = names[at];
      if (name?.startsWith(prefix) !== true) break;
      const part = this.parts.get(name);
      if (part !== undefined) found.push([name, this.#valueOf(part) as T]);
    }
    return found;
  }

  setTimer(name: string, atMs: number): void {
    this.#moveTimer(name, timerTime(atMs));
  }

  clearTimer(name: string): void {
    this.#moveTimer(name, undefined);
  }

  timer(name: string): number | undefined {
    return this.timers.get(name);
  }

  #moveTimer(name: string, atMs: number | undefined): void {
    const before = this.timers.get(name);
    if (before === atMs) return;
    this.host.journal.push({ kind: 'timer', cell: this, name, before });
    this.#setTimer(name, atMs);
  }

  #setTimer(name: string, atMs: number | undefined): void {
    const before = this.timers.get(name);
    const { timers } = this.host;
    if (before !== undefined) timers.remove({ cell: this.key, name, atMs: before });
    if (atMs === undefined) this.#timers?.delete(name);
    else {
      this.#timersToSet().set(name, atMs);
      timers.add({ cell: this.key, name, atMs });
    }
  }

  #valueOf(part: Part): unknown {
    if (!part.isParsed) {
      const { text = 'null' } = part;
      part.value = JSON.parse(text);
      part.isParsed = true;
      this.host.grew(this, text.length * BYTES_PER_PARSED_CHAR);
    }
    return part.value;
  }

  /** Sets a part without telling anybody. */
  setPart(name: string, part: Part | undefined): void {
    const names = this.#names;
    if (names !== undefined && this.parts.has(name) !== (part !== undefined)) {
      const at = positionOf(names, name);
      if (part === undefined) names.splice(at, 1);
      else names.splice(at, 0, name);
    }
    if (part === undefined) this.parts.delete(name);
    else this.parts.set(name, part);
  }

  undo(change: Change): void {
    if (change.kind === 'part') this.setPart(change.name, change.before);
    else this.#setTimer(change.name, change.before);
  }

  /** The change is the batch's now. */
  keep(change: Change): void {
    this.changes ??= { parts: new Map(), timers: new Map() };
    const { parts, timers } = this.changes;
    const { kind, name } = change;
    if (kind === 'timer') {
      if (!timers.has(name)) timers.set(name, change.before);
    } else if (!parts.has(name)) parts.set(name, change.before);
  }

  /** Nothing is in it. */
  get isEmpty(): boolean {
    return this.parts.size === 0 && this.timers.size === 0;
  }

  /** All its lines, in order: parts, then timers. */
  lines(): string[] {
    const parts = [...this.parts.keys()].sort().map((name) => this.partLine(name) ?? '');
    const timers = [...this.timers.keys()].sort().map((name) => this.timerLine(name) ?? '');
    return [...parts, ...timers];
  }

  partLine(name: string): string | undefined {
    const part = this.parts.get(name);
    if (part === undefined) return undefined;
    part.text ??= JSON.stringify(part.value);
    return lineText({ kind: 'v', name, text: part.text });
  }

  timerLine(name: string): string | undefined {
    const atMs = this.timers.get(name);
    return atMs === undefined ? undefined : lineText({ kind: 't', name, text: String(atMs) });
  }
}
