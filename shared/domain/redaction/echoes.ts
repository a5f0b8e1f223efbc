/**
 * Owns: other copies of what was taken out of a record, in the same record: as they are, in base64,
 * percent-encoded, escaped for JSON.
 * Does not own: taking out the first one (walk.ts).
 *
 * Linear in the text, however many values there are: three characters of each place are hashed, and
 * only where a value begins so is more compared. Where a record makes many begin alike, so that this
 * would take long, a text in which one may begin is taken out as a whole.
 */
import type { JsonObject } from '../json.ts';
import { classOf } from './keys.ts';
import { createMark } from './marks.ts';
import { encodeComponent } from './percent.ts';
import { MIN_ECHO_CHARS, note, type Trace } from './trace.ts';
import { setMember } from './set-member.ts';

interface Form {
  readonly text: string;
  readonly mark: string;
  /** Short ones stand for themselves only where nothing is joined to them. */
  readonly isBounded: boolean;
}

interface Index {
  /** A bit for each hash of a begin. */
  readonly begins: Uint8Array;
  readonly forms: ReadonlyMap<string, readonly Form[]>;
  /** How many comparisons the record may still cost. */
  left: number;
}

const BITS = 16;
/** About 20 ms; records of real clusters need some hundreds. */
const MAX_COMPARISONS = 1_000_000;
const BOUNDED_CHARS = 12;
/** Longer values are looked for as they are, and in no other form. */
const MAX_FORM_CHARS = 8192;

function hashAt(text: string, at: number): number {
  const a = Math.imul(text.charCodeAt(at), 0x9e3779b1);
  const b = Math.imul(text.charCodeAt(at + 2), 0x85ebca6b);
  const c = Math.imul(text.charCodeAt(at + 5), 0xc2b2ae35);
  return (a ^ b ^ c) >>> (32 - BITS);
}

/** What base64 of a longer text that holds the value has in it, at each of three offsets. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const packed = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]).toString('base64');
    // The characters at both ends depend on what is around.
    const bare = packed.replace(/=+$/, '');
    const end = bare.length - (packed.length > bare.length ? 1 : 0);
    const inside = bare.slice(offset === 0 ? 0 : offset + 1, end);
    const safe = inside.replaceAll('+', '-').replaceAll('/', '_');
    return safe === inside ? [inside] : [inside, safe];
  });
}

function jsonForms(value: string): string[] {
  const once = JSON.stringify(value).slice(1, -1);
  const go = once.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
  return [once, go, JSON.stringify(once).slice(1, -1)];
}

function percentForms(value: string): string[] {
  const strict = encodeComponent(value);
  const all = strict.replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [strict, all, strict.replaceAll('%20', '+')];
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (c) => c.toLowerCase())]);
}

function formsOf(value: string): ReadonlySet<string> {
  if (value.length > MAX_FORM_CHARS) return new Set([value]);
  return new Set([value, ...base64Forms(value), ...jsonForms(value), ...percentForms(value)]);
}

function indexOf(values: ReadonlyMap<string, string>, identity: string): Index | undefined {
  const begins = new Uint8Array(2 ** BITS);
  const forms = new Map<string, Form[]>();
  for (const [value, mark] of values) {
    // What names the user or the object hides nothing elsewhere.
    if (identity.includes(value)) continue;
    for (const text of formsOf(value)) {
      if (text.length < MIN_ECHO_CHARS) continue;
      begins[hashAt(text, 0)] = 1;
      const begin = text.slice(0, MIN_ECHO_CHARS);
      const form = { text, mark, isBounded: text.length < BOUNDED_CHARS };
      const alike = forms.get(begin);
      if (alike === undefined) forms.set(begin, [form]);
      else alike.push(form);
    }
  }
  for (const alike of forms.values()) alike.sort((a, b) => b.text.length - a.text.length);
  return forms.size === 0 ? undefined : { begins, forms, left: MAX_COMPARISONS };
}

const WORD = /[A-Za-z0-9]/;

function isAlone(text: string, start: number, end: number): boolean {
  // `-pPASSWORD`
  const isJoined = text[start - 2] !== '-' && WORD.test(text[start - 1] ?? '');
  return !isJoined && !WORD.test(text[end] ?? '');
}

/** Stands for all of them. */
const ANY: Form = { text: '', mark: createMark(undefined)(''), isBounded: false };

function formAt(index: Index, text: string, at: number): Form | undefined {
  if (index.begins[hashAt(text, at)] === 0) return undefined;
  const alike = index.forms.get(text.slice(at, at + MIN_ECHO_CHARS));
  if (alike === undefined) return undefined;
  index.left -= alike.length;
  if (index.left < 0) return ANY;
  return alike.find(
    (form) =>
      text.startsWith(form.text, at) &&
      (!form.isBounded || isAlone(text, at, at + form.text.length)),
  );
}

type Replace = (text: string, from?: number) => string;

function createReplace(index: Index, trace: Trace | undefined): Replace {
  return (text, from = 0) => {
    const parts: string[] = [];
    let copied = 0;
    for (let at = from; at <= text.length - MIN_ECHO_CHARS; at++) {
      const form = formAt(index, text, at);
      if (form === undefined) continue;
      if (trace !== undefined) note(trace, 'echo');
      if (form === ANY) return text.slice(0, from) + ANY.mark;
      parts.push(text.slice(copied, at), form.mark);
      copied = at + form.text.length;
      at = copied - 1;
    }
    return parts.length === 0 ? text : parts.join('') + text.slice(copied);
  };
}

/** Names in a path of the API stay. */
function uriStart(uri: string): number {
  const found = [uri.indexOf('?'), uri.indexOf('/proxy/')].filter((at) => at >= 0);
  return found.length === 0 ? uri.length : Math.min(...found);
}

function inText(text: string, key: string, replace: Replace): string {
  const keyClass = classOf(key);
  if (keyClass === 'kept') return text;
  return keyClass === 'uri' && text.startsWith('/') ? replace(text, uriStart(text)) : replace(text);
}

function inObject(object: JsonObject, trace: Trace, replace: Replace): JsonObject {
  const copy: Record<string, unknown> = {};
  let isChanged = false;
  for (const key in object) {
    const value = object[key];
    trace.path.push(key);
    const now = inValue(value, key, trace, replace);
    const name = classOf(key) === 'kept' ? key : replace(key);
    trace.path.pop();
    isChanged ||= now !== value || name !== key;
    setMember(copy, name, now);
  }
  return isChanged ? copy : object;
}

function inList(
  list: readonly unknown[],
  key: string,
  trace: Trace,
  replace: Replace,
): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const now = inValue(list[i], key, trace, replace);
    if (now === list[i]) continue;
    copy ??= list.slice();
    copy[i] = now;
  }
  return copy ?? list;
}

function inValue(value: unknown, key: string, trace: Trace, replace: Replace): unknown {
  if (typeof value === 'string') return inText(value, key, replace);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return inList(value, key, trace, replace);
  return inObject(value as JsonObject, trace, replace);
}

export interface Echoed {
  readonly record: JsonObject;
  /** For what is told beside the record. */
  readonly replace: Replace;
}

/**
 * The record without copies of the values of `trace`. `identity`: texts that say who and what; depth
 * is what the walk left.
 */
export function withoutEchoes(record: JsonObject, trace: Trace, identity: () => string): Echoed {
  const index = trace.values.size === 0 ? undefined : indexOf(trace.values, identity());
  if (index === undefined) return { record, replace: (text) => text };
  const replace = createReplace(index, trace);
  return { record: inObject(record, trace, replace), replace: createReplace(index, undefined) };
}
