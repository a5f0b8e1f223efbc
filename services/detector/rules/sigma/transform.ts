/**
 * Owns: modifiers that make other texts of a rule's text: encodings, dashes, open ends.
 * Does not own: which modifiers go together (modifiers.ts), comparing texts (pattern.ts).
 */
import { exactText, openPattern, type Pattern } from '../pattern.ts';

export const ENCODINGS: readonly string[] = [
  ...['utf16le', 'utf16be', 'utf16', 'wide', 'base64', 'base64offset'],
];
export type Encoding = 'utf16le' | 'utf16be' | 'utf16' | 'wide' | 'base64' | 'base64offset';

export interface Transform {
  /** `windash`: each dash stands for any of the dashes. */
  readonly dashes: boolean;
  /** In the order in which they are applied. */
  readonly encodings: readonly Encoding[];
  readonly open: { readonly start: boolean; readonly end: boolean };
}

/** What Windows takes for the start of an option (Modifiers Appendix v2.1.0, windash). */
const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const;
const DASH = /[-/\u2013\u2014\u2015]/g;
/** Encoded texts are written out, one for each way to write the dashes: 5 to the power of this. */
const MAX_ENCODED_DASHES = 4;

/** Why a text can't be transformed so; undefined: it can. */
export function untransformable(pattern: Pattern, transform: Transform): string | undefined {
  const { dashes, encodings } = transform;
  if (encodings.some((name) => name.startsWith('base64')) && exactText(pattern) === undefined) {
    return 'has a wildcard, which Base64 can not encode';
  }
  if (dashes && encodings.length > 0 && dashesIn(pattern) > MAX_ENCODED_DASHES) {
    return `has more than ${MAX_ENCODED_DASHES} dashes, too many to encode every way to write them`;
  }
  const isTooShort = encoded(pattern, encodings).some((one) => one.length === 0);
  return encodings.length > 0 && isTooShort ? 'is too short to be found encoded' : undefined;
}

/** All texts that the modifiers make of one, open ends included. */
export function transformed(pattern: Pattern, transform: Transform): readonly Pattern[] {
  const { dashes, encodings, open } = transform;
  const written = dashes ? withEveryDash(pattern) : [pattern];
  return written
    .flatMap((one) => encoded(one, encodings))
    .map((one) => (open.start || open.end ? openPattern(one, open) : one));
}

export function dashesIn(pattern: Pattern): number {
  return pattern.reduce(
    (sum, part) => sum + (part.kind === 'text' ? part.text.split(DASH).length - 1 : 0),
    0,
  );
}

/** The text with one and the same dash for all. */
export function withPlainDashes(text: string): string {
  return text.replaceAll(DASH, '-');
}

function withEveryDash(pattern: Pattern): readonly Pattern[] {
  let all: readonly Pattern[] = [[]];
  for (const part of pattern) {
    const texts = part.kind === 'text' ? everyDash(part.text) : [];
    const parts = part.kind === 'text' ? texts.map((text) => ({ ...part, text })) : [part];
    all = all.flatMap((start) => parts.map((next) => [...start, next]));
  }
  return all;
}

function everyDash(text: string): readonly string[] {
  const [first = '', ...rest] = text.split(DASH);
  return rest.reduce<readonly string[]>(
    (starts, next) => starts.flatMap((start) => DASHES.map((dash) => start + dash + next)),
    [first],
  );
}

/** Bytes stand as characters up to U+00FF, so that `c\0m\0d\0` is what UTF-16 makes of `cmd`. */
function encoded(pattern: Pattern, encodings: readonly Encoding[]): readonly Pattern[] {
  const [first, ...rest] = encodings;
  if (first === undefined) return [pattern];
  const isBase64 = first === 'base64' || first === 'base64offset';
  const bytes = isBase64 ? inBytes(pattern, 'utf8') : inUtf16(pattern, first);
  return (isBase64 ? encodings : rest).reduce<readonly Pattern[]>(
    (patterns, name) => patterns.flatMap((one) => inBase64(one, name === 'base64offset')),
    [bytes],
  );
}

function inBytes(pattern: Pattern, charset: 'utf8' | 'utf16le'): Pattern {
  return pattern.map((part) =>
    part.kind === 'text'
      ? { ...part, text: Buffer.from(part.text, charset).toString('latin1') }
      : part,
  );
}

function inUtf16(pattern: Pattern, name: 'utf16le' | 'utf16be' | 'utf16' | 'wide'): Pattern {
  const little = inBytes(pattern, 'utf16le');
  if (name === 'utf16') return [{ kind: 'text', text: '\u00ff\u00fe' }, ...little];
  if (name !== 'utf16be') return little;
  return little.map((part) =>
    part.kind === 'text'
      ? { ...part, text: Buffer.from(part.text, 'latin1').swap16().toString('latin1') }
      : part,
  );
}

/**
 * Base64 of the text; or the part of it that is the same whatever stands around the text, for each of
 * the three places at which a text can begin in a group of three bytes.
 */
function inBase64(pattern: Pattern, atAnyOffset: boolean): readonly Pattern[] {
  const bytes = Buffer.from(exactText(pattern) ?? '', 'latin1');
  const texts = atAnyOffset
    ? [0, 1, 2].map((offset) => fixedPart(bytes, offset))
    : [bytes.toString('base64')];
  return texts.map((text) => (text === '' ? [] : [{ kind: 'text', text }]));
}

function fixedPart(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const start = Math.ceil((offset * 8) / 6);
  return text.slice(start, Math.floor(((offset + bytes.length) * 8) / 6));
}
