/**
 * Owns: where a bracketed JSON value ends: byte by byte, and the same 64 bytes at a time where the
 * platform has WebAssembly with SIMD (nested.as), which is nine times as fast (ADR 16).
 * Does not own: validation. Brackets of one kind may close those of the other.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../bytes-of-json.ts';
import { NESTED_WASM } from './nested-wasm.ts';

/** Position after the bracketed value that opens at `at`; -1: it never closes. */
export type SkipNested = (at: number) => number;

/** Position after the closing quote of the string whose opening quote is at `at`; -1: none. */
export function skipString(bytes: Buffer, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === BACKSLASH) i++;
    else if (byte === QUOTE) return i + 1;
  }
  return -1;
}

/** Byte by byte: what the other one is held against, and what runs where there is no SIMD. */
export function skipByBytes(bytes: Buffer, at: number): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i = skipString(bytes, i) - 1;
      if (i < 0) return -1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}

interface Engine {
  /** All of its memory: the bytes that it looks at are copied there, however many there are in all. */
  readonly window: Uint8Array;
  begin(): void;
  /** Offset in the window, or -1: the value goes on at `end`. */
  scan(start: number, end: number): number;
  /** Whose bytes are in the window. */
  user: object | undefined;
}

/** What is used of it; TypeScript declares the rest for browsers only. */
interface WebAssemblyLike {
  validate(code: Uint8Array): boolean;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

interface Exports extends Pick<Engine, 'begin' | 'scan'> {
  readonly memory: { readonly buffer: ArrayBuffer };
}

/** Undefined where the platform can't run it. */
function startEngine(): Engine | undefined {
  const { WebAssembly: platform } = globalThis as { readonly WebAssembly?: WebAssemblyLike };
  const code = Buffer.from(NESTED_WASM, 'base64');
  // None with `node --jitless`; not valid on a processor without SIMD.
  if (platform?.validate(code) !== true) return undefined;
  const { exports } = new platform.Instance(new platform.Module(code));
  const { begin, memory, scan } = exports as Exports;
  return { begin, scan, window: new Uint8Array(memory.buffer), user: undefined };
}

const engine = startEngine();

function skipByBlocks(bytes: Buffer, on: Engine): SkipNested {
  const { begin, scan, window } = on;
  const user = {};
  let start = 0;
  let end = 0;
  return (at) => {
    begin();
    for (let from = at; from < bytes.length; from = end) {
      if (on.user !== user || from < start || from >= end) {
        on.user = user;
        start = from;
        end = start + bytes.copy(window, 0, start);
      }
      const found = scan(from - start, end - start);
      if (found >= 0) return start + found;
    }
    return -1;
  };
}

/** For bytes that do not change while it is used. */
export function createSkipNested(bytes: Buffer): SkipNested {
  return engine === undefined ? (at) => skipByBytes(bytes, at) : skipByBlocks(bytes, engine);
}
