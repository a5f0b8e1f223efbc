/**
 * Owns: going through one JSON value character by character, strictly and without recursion, to tell
 * whether it is whole, ends too early, or is no JSON; and up to where it can be used.
 * Does not own: building values (numbers.ts), what to do with a cut one (salvage.ts).
 *
 * What is inside of strings (escapes, control characters) is left to the parser, except that a line
 * break ends a string: no JSON has one there, and a torn line must not swallow the next.
 */
import type { Span } from '../../../shared/domain/json-items.ts';
import { endOfString } from '../../../shared/domain/json-numbers.ts';

/** Deeper values are called wrong: nobody nests so. */
const MAX_DEPTH = 100_000;

interface Frame {
  readonly isList: boolean;
  /** The last key read, with its quotes. */
  key: Span;
  /** How many members or elements are complete. */
  done: number;
}

/** The outermost list: the value itself or a member of it. */
export interface OuterList {
  /** Where its key stands, with quotes; undefined if the list is the value itself. */
  readonly key: Span | undefined;
  readonly open: number;
  /** Its complete elements. */
  readonly elements: Span[];
}

export interface Scan {
  readonly kind: 'whole' | 'cut' | 'wrong';
  /** After the value; where it stops being JSON; the end of the text. */
  readonly end: number;
  /** Up to here everything is complete; the containers that are open there, outermost first. */
  readonly safe: number;
  readonly open: readonly Readonly<Frame>[];
  readonly list: OuterList | undefined;
  /** The list had not ended there. */
  readonly isListOpen: boolean;
}

type Want = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma' | 'nothing';

interface State {
  readonly chars: string;
  readonly end: number;
  readonly frames: Frame[];
  at: number;
  want: Want;
  safe: number;
  safeDepth: number;
  list: OuterList | undefined;
  listDepth: number;
  elementStart: number;
  /** The next line break at or after `at`, as far as it is known. */
  newline: number;
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\n' || char === '\r' || char === '\t';
}

/** A value ended at `at`. Elements of a list of scalars are no safe end: sourceIPs means its last. */
function complete(state: State, isScalar: boolean): void {
  const top = state.frames.at(-1);
  if (top === undefined) {
    state.want = 'nothing';
    return;
  }
  top.done += 1;
  state.want = 'comma';
  if (state.frames.length === state.listDepth) {
    state.list?.elements.push({ start: state.elementStart, end: state.at });
  }
  if (isScalar && top.isList) return;
  state.safe = state.at;
  state.safeDepth = state.frames.length;
}

function open(state: State, isList: boolean): boolean {
  const depth = state.frames.length;
  if (depth >= MAX_DEPTH) return false;
  const parent = state.frames[0];
  if (isList && (depth === 0 || (depth === 1 && parent?.isList === false))) {
    state.list = { key: depth === 0 ? undefined : parent?.key, open: state.at, elements: [] };
    state.listDepth = depth + 1;
  }
  state.frames.push({ isList, key: { start: 0, end: 0 }, done: 0 });
  state.at += 1;
  state.want = isList ? 'value or end' : 'key or end';
  return true;
}

function close(state: State, isList: boolean): boolean {
  const top = state.frames.at(-1);
  if (top?.isList !== isList) return false;
  state.frames.pop();
  // What follows a closed list inside of the value is none of its elements.
  if (state.frames.length < state.listDepth) state.listDepth = -1;
  state.at += 1;
  complete(state, false);
  return true;
}

/** After the string at `at`: `cut` if it goes on after the end, `wrong` at a line break. */
function string(state: State): 'whole' | 'cut' | 'wrong' {
  const end = endOfString(state.chars, state.at);
  if (state.newline < state.at) {
    const newline = state.chars.indexOf('\n', state.at);
    state.newline = newline < 0 ? Number.POSITIVE_INFINITY : newline;
  }
  const limit = end < 0 ? state.end : Math.min(end, state.end);
  if (state.newline < limit) {
    state.at = state.newline;
    return 'wrong';
  }
  const isCut = end < 0 || end > state.end;
  state.at = isCut ? state.end : end;
  return isCut ? 'cut' : 'whole';
}

const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

function isWordPart(code: number): boolean {
  const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return (
    isLetter || (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e
  );
}

/** A number or name; at the very end it may go on, and is not complete. */
function scalar(state: State): 'whole' | 'cut' | 'wrong' {
  let end = state.at;
  while (end < state.end && isWordPart(state.chars.charCodeAt(end))) end++;
  if (end === state.end && end > state.at) {
    state.at = end;
    return 'cut';
  }
  if (!LITERAL.test(state.chars.slice(state.at, end))) return 'wrong';
  state.at = end;
  return 'whole';
}

function value(state: State, char: string | undefined): 'whole' | 'cut' | 'wrong' {
  if (state.frames.length === state.listDepth) state.elementStart = state.at;
  if (char === '{' || char === '[') return open(state, char === '[') ? 'whole' : 'wrong';
  const found = char === '"' ? string(state) : scalar(state);
  if (found === 'whole') complete(state, true);
  return found;
}

function key(state: State, char: string | undefined): 'whole' | 'cut' | 'wrong' {
  if (char !== '"') return 'wrong';
  const start = state.at;
  const found = string(state);
  const top = state.frames.at(-1);
  if (found === 'whole' && top !== undefined) {
    top.key = { start, end: state.at };
    state.want = 'colon';
  }
  return found;
}

function comma(state: State, char: string | undefined): 'whole' | 'wrong' {
  const isList = state.frames.at(-1)?.isList === true;
  if (char === ',') {
    state.at += 1;
    state.want = isList ? 'value' : 'key';
    return 'whole';
  }
  return char === (isList ? ']' : '}') && close(state, isList) ? 'whole' : 'wrong';
}

function step(state: State, char: string | undefined): 'whole' | 'cut' | 'wrong' {
  switch (state.want) {
    case 'value or end':
      return char === ']' ? (close(state, true) ? 'whole' : 'wrong') : value(state, char);
    case 'key or end':
      return char === '}' ? (close(state, false) ? 'whole' : 'wrong') : key(state, char);
    case 'value':
      return value(state, char);
    case 'key':
      return key(state, char);
    case 'colon':
      if (char !== ':') return 'wrong';
      state.at += 1;
      state.want = 'value';
      return 'whole';
    case 'comma':
      return comma(state, char);
    case 'nothing':
      return 'whole';
  }
}

/** The value that starts at `start`, if it is an object or a list; `newline`: if the next is known. */
export function scanValue(chars: string, start: number, end = chars.length, newline = -1): Scan {
  const state: State = {
    chars,
    end,
    frames: [],
    at: start,
    want: 'value',
    safe: start,
    safeDepth: 0,
    list: undefined,
    listDepth: -1,
    elementStart: start,
    newline,
  };
  let kind: Scan['kind'] = 'whole';
  while (kind === 'whole' && state.want !== 'nothing') {
    while (state.at < end && isSpace(chars[state.at])) state.at++;
    kind = state.at >= end ? 'cut' : step(state, chars[state.at]);
  }
  const open = state.frames.slice(0, state.safeDepth);
  return {
    kind,
    end: state.at,
    safe: state.safe,
    open,
    list: state.list,
    isListOpen: state.listDepth >= 0,
  };
}
