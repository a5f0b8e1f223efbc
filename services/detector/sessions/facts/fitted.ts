/**
 * Owns: taking parts of a document into a fact, so that no fact is larger than MAX_FACT_BYTES: a
 * sender writes what it likes, and a fact is kept for as long as its session.
 * Does not own: how a value is fitted (record/room.ts).
 */
import { isObject, type JsonObject } from '../../../../shared/domain/json.ts';
import { textAt, valueAt } from '../../document.ts';
import type { EventDocument } from '../../rules/expression.ts';
import { fitText, fitValue, type Room, roomOf, within } from '../record/room.ts';

/** Of its JSON, in bytes. */
export const MAX_FACT_BYTES = 64 * 1024;
/** For names and punctuation of its members, which are not counted one by one. */
const FRAME_BYTES = 2048;
export const NAME_BYTES = 1024;
const VALUE_BYTES = 2048;

/** The first and the last ms of the years 0000 to 9999, which RFC 3339 can write. */
export const FIRST_MS = -62_167_219_200_000;
export const LAST_MS = 253_402_300_799_999;

export function factRoom(): Room {
  return roomOf(MAX_FACT_BYTES - FRAME_BYTES);
}

/** A text of at most `bytes`; null and empty ones are none. */
export function fitName(
  room: Room,
  text: string | null | undefined,
  bytes: number = NAME_BYTES,
): string | undefined {
  return text === null || text === undefined || text === ''
    ? undefined
    : fitText(room, text, bytes);
}

export function fitTextAt(
  room: Room,
  bytes: number,
  document: EventDocument,
  ...path: readonly string[]
): string | undefined {
  return fitName(room, textAt(document, ...path), bytes);
}

interface ListLimits {
  readonly items: number;
  readonly bytes: number;
}

/** The texts of a list, in their order; undefined: there are none. */
export function fitTexts(
  room: Room,
  { bytes, items }: ListLimits,
  value: unknown,
): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.slice(0, items).filter((text) => typeof text === 'string');
  const kept = within(room, bytes, (part) =>
    texts.flatMap((text) => fitText(part, text, bytes) ?? []),
  );
  return kept.length === 0 ? undefined : kept;
}

/** Members to take, each with the most bytes of it. */
export type Members = readonly (readonly [name: string, bytes: number])[];

/** The same members, as they are, as far as there is room. */
export function fitMembers(room: Room, from: unknown, members: Members): JsonObject {
  if (!isObject(from)) return {};
  const kept = members.flatMap(([name, bytes]) => {
    const value = Object.hasOwn(from, name) ? from[name] : undefined;
    if (value === undefined || value === null) return [];
    const fitted = within(room, bytes, (part) => fitValue(part, value, VALUE_BYTES));
    return fitted === undefined ? [] : [[name, fitted] as const];
  });
  return Object.fromEntries(kept);
}

export function flagAt(document: EventDocument, ...path: readonly string[]): boolean | undefined {
  const value = valueAt(document, ...path);
  return typeof value === 'boolean' ? value : undefined;
}

/** A whole number from 0. */
export function countAt(document: EventDocument, ...path: readonly string[]): number | undefined {
  return countOf(valueAt(document, ...path));
}

export function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Whole ms; what stands behind them in a text is cut. Undefined: it is no time. */
export function msOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : value;
  if (typeof ms !== 'number' || !(ms >= FIRST_MS && ms <= LAST_MS)) return undefined;
  return Math.floor(ms);
}

/** Of an event: of its record, else of its document; 1970 where neither says one. */
export function timeOf(time: number, document: EventDocument): number {
  return msOf(time) ?? msOf(textAt(document, '@timestamp')) ?? 0;
}
