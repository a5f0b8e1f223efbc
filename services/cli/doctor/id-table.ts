/**
 * Owns: what is known of millions of ids, in 22 bytes each and some room: a map from text to a few
 * bits would take five times as much.
 * Open addressing with linear probing; ids are hashes, so their first bytes spread them.
 */
import { sha256 } from '../../../shared/domain/chain.ts';
import { FatalError } from '../../../shared/errors/fault.ts';

/** About 200 MB at most, 280 MB while it grows. */
export const MAX_IDS = 4_000_000;

const ID_BYTES = 20;
const CONTENT_ID = /^[A-Za-z0-9_-]{27}$/;
const FIRST_CAPACITY = 1024;
const FULL = 0.7;

export interface Entry {
  readonly id: string;
  readonly bits: number;
  readonly label: number;
}

export interface IdTable {
  readonly size: () => number;
  /**
   * Adds bits (1 to 255) to an id; returns those that it had, 0 for a new one. The label (0 to 255)
   * stays as it was first given.
   */
  mark(id: string, bits: number, label?: number): number;
  /** 0: not there. */
  bitsOf(id: string): number;
  labelOf(id: string): number;
  entries(): Generator<Entry>;
}

/** An id that is none of ours is represented by its hash. */
function bytesOf(id: string): Buffer {
  const bytes = CONTENT_ID.test(id) ? Buffer.from(id, 'base64url') : undefined;
  return bytes?.length === ID_BYTES ? bytes : sha256(Buffer.from(id)).subarray(0, ID_BYTES);
}

interface Slots {
  readonly capacity: number;
  readonly ids: Buffer;
  readonly bits: Uint8Array;
  readonly labels: Uint8Array;
}

function emptySlots(capacity: number): Slots {
  return {
    capacity,
    ids: Buffer.alloc(capacity * ID_BYTES),
    bits: new Uint8Array(capacity),
    labels: new Uint8Array(capacity),
  };
}

/** Where the id is, or where it would be put. */
function slotOf({ bits, capacity, ids }: Slots, id: Buffer): number {
  let slot = id.readUInt32LE(0) & (capacity - 1);
  while (bits[slot] !== 0) {
    const start = slot * ID_BYTES;
    if (ids.compare(id, 0, ID_BYTES, start, start + ID_BYTES) === 0) return slot;
    slot = (slot + 1) & (capacity - 1);
  }
  return slot;
}

/** Puts an id that is not there. */
function put(slots: Slots, id: Buffer, bits: number, label: number): void {
  const slot = slotOf(slots, id);
  id.copy(slots.ids, slot * ID_BYTES, 0, ID_BYTES);
  slots.bits[slot] = bits;
  slots.labels[slot] = label;
}

function idAt({ ids }: Slots, slot: number): Buffer {
  return ids.subarray(slot * ID_BYTES, (slot + 1) * ID_BYTES);
}

function grown(old: Slots): Slots {
  const slots = emptySlots(old.capacity * 2);
  for (let slot = 0; slot < old.capacity; slot++) {
    const bits = old.bits[slot] ?? 0;
    if (bits === 0) continue;
    put(slots, idAt(old, slot), bits, old.labels[slot] ?? 0);
  }
  return slots;
}

export function createIdTable(maxIds = MAX_IDS): IdTable {
  let slots = emptySlots(FIRST_CAPACITY);
  let size = 0;
  return {
    size: () => size,
    mark(id, bits, label = 0) {
      const bytes = bytesOf(id);
      const slot = slotOf(slots, bytes);
      const before = slots.bits[slot] ?? 0;
      if (before !== 0) {
        slots.bits[slot] = before | bits;
        return before;
      }
      if (size >= maxIds) {
        const message = `More than ${maxIds} ids: shorten the window with --since and --until`;
        throw new FatalError(message, { code: 'usage' });
      }
      if (size + 1 > slots.capacity * FULL) slots = grown(slots);
      put(slots, bytes, bits, label);
      size++;
      return 0;
    },
    bitsOf: (id) => slots.bits[slotOf(slots, bytesOf(id))] ?? 0,
    labelOf: (id) => slots.labels[slotOf(slots, bytesOf(id))] ?? 0,
    *entries() {
      for (let slot = 0; slot < slots.capacity; slot++) {
        const bits = slots.bits[slot] ?? 0;
        if (bits === 0) continue;
        const id = idAt(slots, slot).toString('base64url');
        yield { id, bits, label: slots.labels[slot] ?? 0 };
      }
    },
  };
}
