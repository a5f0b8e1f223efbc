/**
 * Owns: a body without its secrets, for `collector.raw.protect: redact`: the records in it, however they
 * are wrapped, are found by their shape, redacted as the normalizer would, and written again.
 * Does not own: what a secret is (shared/domain/redaction); what is sealed instead (protection.ts).
 *
 * It is told apart from the normalizer's reading on purpose: that one saves what it can of anything,
 * this one gives up, and so has the body sealed, where it does not understand all of it.
 */
import { isUtf8 } from 'node:buffer';
import { gunzipSync, gzipSync } from 'node:zlib';
import { NEWLINE, OPEN_BRACE, OPEN_BRACKET } from '../../../shared/domain/bytes-of-json.ts';
import { parseJson } from '../../../shared/domain/json-numbers.ts';
import { createSkipNested } from '../../../shared/domain/json-scan/skip-nested.ts';
import type { Redact } from '../../../shared/domain/redaction/redact.ts';
import { textLine } from '../../../shared/domain/text-line.ts';
import { type Inner, LONG_NUMBER, NotUnderstood, redactValue } from './redact-value.ts';

/** All packed content of one body together. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
/** Texts in texts, as the normalizer reads them. */
const MAX_TEXTS = 4;
const HEAD_CHARS = 1024;

/** What stands between documents. */
const SPACES = new Set([0x20, NEWLINE, 0x0d, 0x09, 0x2c, 0x1e, 0x00]);

interface Reading {
  readonly redact: Redact;
  readonly texts: number;
  readonly budget: { unpackBytes: number };
}

function innerOf(reading: Reading): Inner {
  const inside = { ...reading, texts: reading.texts + 1 };
  return {
    redact: reading.redact,
    text: (text) => redactText(Buffer.from(text), inside)?.toString(),
    bytes: (bytes) => redactBytes(bytes, inside),
  };
}

/** One document, written again: of a key that stands twice, what does not count is not kept. */
function redactDocument(text: string, reading: Reading): string {
  // Escaped or not, what stands for a long number must be ours.
  if (text.includes(LONG_NUMBER.mark) || LONG_NUMBER.escaped.test(text)) throw new NotUnderstood();
  const parsed = parseJson(text, LONG_NUMBER.mark);
  if (parsed === undefined) throw new NotUnderstood();
  const { records, value } = redactValue(parsed.value, innerOf(reading));
  if (records === 0) throw new NotUnderstood();
  const written = JSON.stringify(value);
  return written.includes(LONG_NUMBER.mark) ? written.replace(LONG_NUMBER.written, '$1') : written;
}

function isOpening(byte: number | undefined): boolean {
  return byte === OPEN_BRACE || byte === OPEN_BRACKET;
}

/** Length of what a runtime or relay put before the document of a line. */
function headOf(bytes: Buffer, at: number, end: number): number {
  const line = textLine(bytes.toString('latin1', at, Math.min(end, at + HEAD_CHARS)));
  const isHead = line.kind === 'syslog' || (line.kind === 'cri' && !line.isPartial);
  if (!isHead || !isOpening(bytes[at + line.content])) throw new NotUnderstood();
  return line.content;
}

/** Behind what stands between documents; a byte order mark may stand before any of them. */
function skipBetween(bytes: Buffer, start: number): number {
  let at = start;
  for (;;) {
    if (SPACES.has(bytes[at] ?? -1)) at++;
    else if (bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) at += 3;
    else return at;
  }
}

/** Documents and lines that end in one; undefined where there are none. Throws NotUnderstood. */
function redactText(bytes: Buffer, reading: Reading): Buffer | undefined {
  if (reading.texts > MAX_TEXTS || !isUtf8(bytes)) throw new NotUnderstood();
  const skipNested = createSkipNested(bytes);
  const pieces: (Buffer | string)[] = [];
  let kept = 0;
  for (let at = 0; at < bytes.length; ) {
    const after = skipBetween(bytes, at);
    if (after > at) {
      at = after;
      continue;
    }
    if (!isOpening(bytes[at])) {
      const newline = bytes.indexOf(NEWLINE, at);
      at += headOf(bytes, at, newline < 0 ? bytes.length : newline);
    }
    const end = skipNested(at);
    if (end < 0) throw new NotUnderstood();
    pieces.push(bytes.subarray(kept, at), redactDocument(bytes.toString('utf8', at, end), reading));
    at = end;
    kept = end;
  }
  if (pieces.length === 0) return undefined;
  pieces.push(bytes.subarray(kept));
  return Buffer.concat(
    pieces.map((piece) => (Buffer.isBuffer(piece) ? piece : Buffer.from(piece))),
  );
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;
}

function gunzip(bytes: Buffer, { budget }: Reading): Buffer {
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: Math.max(1, budget.unpackBytes) });
    budget.unpackBytes -= unpacked.length;
    return unpacked;
  } catch {
    budget.unpackBytes = 0; // Damaged, or too large: either way this body is given up.
    throw new NotUnderstood();
  }
}

function redactBytes(bytes: Buffer, reading: Reading): Buffer | undefined {
  if (reading.texts > MAX_TEXTS) throw new NotUnderstood();
  if (!isGzip(bytes)) return redactText(bytes, reading);
  const inside = { ...reading, texts: reading.texts + 1 };
  const redacted = redactBytes(gunzip(bytes, reading), inside);
  return redacted && gzipSync(redacted);
}

/**
 * The body with the secrets of its records replaced; undefined where it is not understood as a whole.
 * The same body and key give the same bytes. Total.
 */
export function redactBody(body: Buffer, redact: Redact): Buffer | undefined {
  try {
    return redactBytes(body, {
      ...{ redact, texts: 0 },
      budget: { unpackBytes: MAX_UNPACKED_BYTES },
    });
  } catch (error) {
    // RangeError: nested too deeply to be written again.
    if (error instanceof NotUnderstood || error instanceof RangeError) return undefined;
    throw error;
  }
}
