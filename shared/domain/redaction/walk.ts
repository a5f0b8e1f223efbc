/**
 * Owns: the walk over a record, which copies what it changes and shares all else.
 * Does not own: what is done to a text (leaf.ts), which mode a member has (modes.ts).
 */
import type { JsonObject } from '../json.ts';
import { redactArguments } from './command.ts';
import { classOf, type KeyClass } from './keys.ts';
import { redactLeaf } from './leaf.ts';
import { childMode, holderIn, type Mode } from './modes.ts';
import { isTokenName } from './names.ts';
import { isPatch, segmentsOf } from './patch.ts';
import { setMember } from './set-member.ts';
import { isDullText, redactProse } from './text.ts';
import { note, take, type Trace } from './trace.ts';

/** Nothing that an API server takes nests like this; stores refuse documents that do. */
const MAX_DEPTH = 200;
const TOO_DEEP = 'REDACTED';
const MAX_SEGMENTS = 32;

/** Modes in which numbers and truth values are secret, too. */
const OF_ALL_TYPES: ReadonlySet<Mode> = new Set<Mode>([
  ...(['secret', 'secret-text', 'env', 'env-value', 'env-secret'] as const),
]);

function scalar(value: unknown, mode: Mode, trace: Trace): unknown {
  if (typeof value !== 'number' && typeof value !== 'boolean') return value;
  if (OF_ALL_TYPES.has(mode)) {
    return take(trace, mode.startsWith('env') ? 'env' : 'secret', String(value));
  }
  const isNumber = mode === 'named' && typeof value === 'number';
  // `maxTokens: 100`
  if (!isNumber || isTokenName(trace.path.at(-1) ?? '')) return value;
  return take(trace, 'credential', String(value));
}

function keyWithin(key: string, trace: Trace): string {
  return classOf(key) === 'shaped' ? redactProse(key, trace) : key;
}

function renamed(object: JsonObject, trace: Trace): JsonObject {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) setMember(copy, keyWithin(key, trace), object[key]);
  return copy;
}

/** Nothing to look at: most members are these. */
function isDull(value: unknown, keyClass: KeyClass): boolean {
  if (typeof value !== 'string') return value === null || typeof value === 'boolean';
  if (keyClass === 'kept') return true;
  return keyClass === 'plain' && isDullText(value);
}

function walkMembers(object: JsonObject, mode: Mode, trace: Trace): JsonObject {
  const isPlain = mode === 'plain' || mode === 'root';
  let copy: Record<string, unknown> | undefined;
  let hasShapedKey = false;
  for (const key in object) {
    const value = object[key];
    const keyClass = classOf(key);
    if (isPlain && isDull(value, keyClass)) continue;
    hasShapedKey ||= keyClass === 'shaped';
    trace.path.push(key);
    const isSimple = isPlain && (keyClass === 'plain' || keyClass === 'kept');
    const place = isSimple ? keyClass : childMode(mode, key, object, trace.holder);
    const now = walk(value, place, trace);
    trace.path.pop();
    if (now === value) continue;
    copy ??= { ...object };
    setMember(copy, key, now);
  }
  return hasShapedKey ? renamed(copy ?? object, trace) : (copy ?? object);
}

function walkObject(object: JsonObject, mode: Mode, trace: Trace): JsonObject {
  const around = trace.holder;
  if (mode !== 'root') trace.holder = holderIn(object, around);
  const result = walkMembers(object, mode, trace);
  trace.holder = around;
  return result;
}

function isWords(list: readonly unknown[]): list is readonly string[] {
  return list.every((item) => typeof item === 'string');
}

/** An operation's value stands where its path says. */
function walkOperation(operation: JsonObject, trace: Trace): JsonObject {
  const segments = segmentsOf(operation['path']);
  let mode: Mode = 'plain';
  for (const [i, segment] of segments.entries()) {
    const isPosition = /^(?:\d+|-)$/.test(segment) && mode !== 'secret' && mode !== 'config';
    const isLast = i === segments.length - 1;
    const of = { [segment]: isLast ? operation['value'] : {} };
    if (!isPosition) mode = childMode(mode, segment, of, trace.holder);
  }
  trace.path.push(...segments.slice(-MAX_SEGMENTS));
  const value = walk(operation['value'], mode, trace);
  trace.path.length -= Math.min(segments.length, MAX_SEGMENTS);
  return value === operation['value'] ? operation : { ...operation, value };
}

function walkList(list: readonly unknown[], mode: Mode, trace: Trace): readonly unknown[] {
  if (mode === 'command' && isWords(list)) return redactArguments(list, trace);
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    const itemMode = mode === 'env' && typeof item === 'string' ? 'env-pair' : mode;
    const now = isPatch(item) ? walkOperation(item, trace) : walk(item, itemMode, trace);
    if (now === item) continue;
    copy ??= list.slice();
    copy[i] = now;
  }
  return copy ?? list;
}

/** Names of fields only, so nothing but their depth is looked at. */
function fits(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  for (const key in value) if (!fits((value as JsonObject)[key], depth + 1)) return false;
  return true;
}

function walk(value: unknown, mode: Mode, trace: Trace): unknown {
  if (typeof value === 'string') return redactLeaf(value, mode, trace, redactJson);
  if (typeof value !== 'object' || value === null) return scalar(value, mode, trace);
  if (mode === 'fields' && fits(value, trace.depth)) return value;
  if (trace.depth >= MAX_DEPTH || mode === 'fields') {
    note(trace, 'depth');
    return TOO_DEEP;
  }
  trace.depth++;
  const result = Array.isArray(value)
    ? walkList(value, mode, trace)
    : walkObject(value as JsonObject, mode, trace);
  trace.depth--;
  return result;
}

const BEGIN = /^\s{0,16}[{[]/;

function isJsonLike(text: string): boolean {
  return BEGIN.test(text) && /[}\]]\s{0,16}$/.test(text.slice(-17));
}

/** The text as JSON, with marks; the text itself where nothing is secret; undefined: it is no JSON. */
function redactJson(text: string, trace: Trace): string | undefined {
  if (!isJsonLike(text)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined; // Some other text in braces, or one that was cut.
  }
  const redacted = walk(parsed, 'plain', trace);
  return redacted === parsed ? text : JSON.stringify(redacted);
}

/** The record with a mark for each secret; the record itself where there is none. */
export function walkRecord(record: JsonObject, trace: Trace): JsonObject {
  return walkObject(record, 'root', trace);
}
