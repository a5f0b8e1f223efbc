/**
 * By blocks and byte by byte are the same function of any bytes: the fast one is held against the
 * plain one, on JSON, on what is no JSON, and at every border of blocks and windows.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createSkipNested,
  skipByBytes,
} from '../../../../../shared/domain/json-scan/skip-nested.ts';
import { anyJsonText } from '../../../../support/odd-json.ts';

const BLOCK_BYTES = 64;
const WINDOW_BYTES = 64 * 1024;

function isOpening(byte: number | undefined): boolean {
  return byte === 0x7b || byte === 0x5b;
}

/** From every bracket in `bytes`, in one go: what one call leaves behind must not reach the next. */
function agree(bytes: Buffer): number {
  const fast = createSkipNested(bytes);
  let closed = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (!isOpening(bytes[at])) continue;
    const end = skipByBytes(bytes, at);
    if (fast(at) !== end) expect({ at, end: fast(at) }).toStrictEqual({ at, end });
    if (end >= 0) closed += 1;
  }
  return closed;
}

/** Dense in what matters, with bytes that differ from it in one bit. */
const trouble = fc
  .array(
    fc.constantFrom(
      ...['{', '}', '[', ']', '"', '"', '\\', '\\', '\\\\', '\\"', 'x', ' '.repeat(20)],
      ...['\x5b\x1b\x3b\x7a', '\u00db\u00fb\u00dd\u00fd\u00a2\u00dc', 'y'.repeat(70), '\0'],
    ),
    { maxLength: 120 },
  )
  .map((pieces) => Buffer.from(`{${pieces.join('')}`, 'latin1'));

/** Nothing but what matters: every block has texts, escapes and backslashes beside texts. */
const dense = fc
  .array(fc.constantFrom('"', '"', '\\', '{', '}', ' '), { minLength: 60, maxLength: 200 })
  .map((pieces) => Buffer.from(`{${pieces.join('')}`));

it('is not the plain one under another name here', () => {
  const million = Buffer.from(`[${'1,'.repeat(1 << 18)}1]`);
  const fast = createSkipNested(million);
  const seconds = (skip: () => number): number => {
    const start = performance.now();
    for (let i = 0; i < 5; i++) expect(skip()).toBe(million.length);
    return performance.now() - start;
  };
  expect(seconds(() => fast(0)) * 2).toBeLessThan(seconds(() => skipByBytes(million, 0)));
});

it('agrees on JSON, and on JSON that is torn or damaged', () => {
  let closed = 0;
  fc.assert(
    fc.property(anyJsonText, fc.nat(), fc.nat(), fc.nat(255), ({ text }, cut, at, byte) => {
      const whole = Buffer.from(text);
      closed += agree(whole);
      const torn = Buffer.from(whole.subarray(0, cut % (whole.length + 1)));
      if (torn.length > 0) torn[at % torn.length] = byte;
      agree(torn);
    }),
    { numRuns: 400 },
  );
  expect(closed).toBeGreaterThan(400);
});

it('agrees on what is no JSON', () => {
  fc.assert(
    fc.property(fc.oneof(trouble, dense), (bytes) => void agree(bytes)),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void agree(Buffer.from(bytes))),
  );
});

const TEXTS = [
  '{"a":"\\"}","b":["\\\\",{"c":"]\\\\\\""}]}',
  '{"\\\\\\\\":"\\\\\\\\\\"{","é":[[],{}]}',
  '{\\"a":"}"}',
  '{"a":"b"\\\\"}"}"}',
];

it('agrees wherever the borders of blocks fall, and wherever the bytes end', () => {
  for (const text of TEXTS) {
    for (let before = 0; before <= 2 * BLOCK_BYTES; before++) {
      const bytes = Buffer.from(`{"${'x'.repeat(before)}":${text},"y":"${'z'.repeat(70)}"}`);
      agree(bytes);
      for (let end = bytes.length - 80; end < bytes.length; end++) agree(bytes.subarray(0, end));
    }
  }
});

it('agrees wherever the borders of windows fall', () => {
  for (const text of TEXTS) {
    for (let before = 0; before <= text.length + 8; before++) {
      const padding = 'x'.repeat(WINDOW_BYTES - before);
      const bytes = Buffer.from(`{"${padding}":${text},"y":["${padding}",${text}]}`);
      const fast = createSkipNested(bytes);
      // From the start; from the end of the first window; and back, when it holds another.
      for (const at of [0, WINDOW_BYTES - before + 4, 0]) {
        expect(fast(at)).toBe(skipByBytes(bytes, at));
      }
    }
  }
});

it.each([1, 2, 3, 63, 64, 65, 127, 128, 129])('reads %i backslashes in a row', (count) => {
  for (let before = 0; before < BLOCK_BYTES; before++) {
    const text = `{"${'x'.repeat(before)}${'\\'.repeat(count)}"}","}"}`;
    agree(Buffer.from(text + ' '.repeat(BLOCK_BYTES)));
  }
});

it.each([
  ['ended in a text, behind a backslash', '{[""]"\\'],
  ['ended before a backslash at the end of its block', `["" ]${' '.repeat(58)}\\[""]`],
])('begins anew after one that %s', (_, text) => {
  agree(Buffer.from(text));
});

it('does not take the bytes of one for those of another', () => {
  const one = Buffer.from('[1,[2]]');
  const other = Buffer.from('[[[3]]]]]]');
  const [first, second] = [createSkipNested(one), createSkipNested(other)];
  expect([first(0), second(0), first(3), second(1), first(0)]).toStrictEqual([7, 7, 6, 6, 7]);
});

it('goes as deep as there are bytes', () => {
  const deep = Buffer.from('['.repeat(500_000) + ']'.repeat(500_000));
  expect(createSkipNested(deep)(0)).toBe(deep.length);
  expect(createSkipNested(deep.subarray(1))(0)).toBe(deep.length - 2);
  expect(createSkipNested(deep.subarray(0, -1))(0)).toBe(-1);
});
