/**
 * Owns: keeping what is put into a document within a number of bytes, whatever was given: long texts,
 * deep and wide objects, long lists. What does not fit is left away from the end, and that is told.
 */
import { isObject } from '../../../../shared/domain/json.ts';

/** Of what is left to write; a mutable count, of one document. */
export interface Room {
  /** Bytes of JSON that still fit. */
  left: number;
  /** Something was left away. */
  isCut: boolean;
}

/** No field that a document keeps lies deeper; the stores refuse 500. */
const MAX_DEPTH = 12;
/** The most that JSON makes of one UTF-16 unit: `\u0000`. */
const MAX_UNIT_BYTES = 6;
const QUOTES_BYTES = 2;
/** A key's or an element's colon and comma, or a bracket pair. */
const PUNCTUATION_BYTES = 2;
const ELLIPSIS = '…';
const ELLIPSIS_BYTES = 3;

export function roomOf(bytes: number): Room {
  return { left: bytes, isCut: false };
}

/** A room in a room: at most `bytes` of it; give back what is left with `close`. */
export function within<T>(room: Room, bytes: number, write: (part: Room) => T): T {
  const part = roomOf(Math.min(bytes, room.left));
  const given = part.left;
  const written = write(part);
  room.left -= given - part.left;
  room.isCut ||= part.isCut;
  return written;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** The text, or as much of its beginning as `bytes` of JSON hold, with an ellipsis. */
export function cutText(text: string, bytes: number): string {
  if (text.length * MAX_UNIT_BYTES + QUOTES_BYTES <= bytes) return text;
  // A text that is far too long is not looked at as a whole.
  if (text.length <= bytes && bytesOf(text) <= bytes) return text;
  let left = bytes - QUOTES_BYTES - ELLIPSIS_BYTES;
  let kept = '';
  for (const char of text) {
    left -= bytesOf(char) - QUOTES_BYTES;
    if (left < 0) break;
    kept += char;
  }
  return kept + ELLIPSIS;
}

/** As `cutText`, of a text that is not counted yet; tells where something was left away. */
export function shorten(room: Room, text: string, bytes: number): string {
  const kept = cutText(text, bytes);
  room.isCut ||= kept !== text;
  return kept;
}

/** The text as far as there is room for it, at most `bytes`; undefined: for nothing of it. */
export function fitText(room: Room, text: string, bytes: number): string | undefined {
  const most = Math.min(bytes, room.left);
  if (most <= QUOTES_BYTES + ELLIPSIS_BYTES + MAX_UNIT_BYTES) {
    room.isCut = true;
    return undefined;
  }
  const kept = shorten(room, text, most);
  room.left -= bytesOf(kept) + PUNCTUATION_BYTES;
  return kept;
}

/** The items from the first as far as there is room, each taken whole or not at all. */
export function fitItems<T>(room: Room, items: Iterable<T>): readonly T[] {
  const kept: T[] = [];
  for (const item of items) {
    const bytes = Buffer.byteLength(JSON.stringify(item)) + PUNCTUATION_BYTES;
    if (bytes > room.left) {
      room.isCut = true;
      break;
    }
    room.left -= bytes;
    kept.push(item);
  }
  return kept;
}

/** As much of a JSON value as there is room for; texts of it at most `textBytes` each. */
export function fitValue(room: Room, value: unknown, textBytes: number, depth = 0): unknown {
  if (typeof value === 'string') return fitText(room, value, textBytes);
  if (typeof value !== 'object' || value === null) return fitScalar(room, value);
  if (depth >= MAX_DEPTH) {
    room.isCut = true;
    return undefined;
  }
  if (Array.isArray(value)) return fitArray(room, value, textBytes, depth);
  return isObject(value) ? fitMembers(room, Object.entries(value), textBytes, depth) : undefined;
}

function fitScalar(room: Room, value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return undefined;
  const bytes = text.length + PUNCTUATION_BYTES;
  if (bytes > room.left) {
    room.isCut = true;
    return undefined;
  }
  room.left -= bytes;
  return value;
}

function fitArray(
  room: Room,
  items: readonly unknown[],
  textBytes: number,
  depth: number,
): unknown[] {
  room.left -= PUNCTUATION_BYTES;
  const kept: unknown[] = [];
  for (const item of items) {
    if (room.left <= 0) {
      room.isCut = true;
      break;
    }
    const fitted = fitValue(room, item, textBytes, depth + 1);
    if (fitted !== undefined) kept.push(fitted);
  }
  return kept;
}

/** Elasticsearch refuses documents with a name, or a part of one between dots, that is blank. */
function isFieldName(key: string): boolean {
  return key.split('.').every((part) => part.trim() !== '');
}

function fitMembers(
  room: Room,
  members: readonly (readonly [key: string, value: unknown])[],
  textBytes: number,
  depth: number,
): unknown {
  room.left -= PUNCTUATION_BYTES;
  const kept: (readonly [string, unknown])[] = [];
  for (const [key, value] of members) {
    if (!isFieldName(key)) {
      room.isCut = true;
      continue;
    }
    const keyBytes = bytesOf(key) + PUNCTUATION_BYTES;
    if (keyBytes > room.left) {
      room.isCut = true;
      continue;
    }
    room.left -= keyBytes;
    const fitted = fitValue(room, value, textBytes, depth + 1);
    if (fitted !== undefined) kept.push([key, fitted]);
  }
  // Defines a member of any name, `__proto__` too, as an own one.
  return Object.fromEntries(kept);
}
