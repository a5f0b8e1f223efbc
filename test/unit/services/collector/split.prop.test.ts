import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitBody } from '../../../../services/collector/split.ts';
import { anyJson } from '../../../support/odd-json.ts';

const items = fc.array(
  fc
    .tuple(anyJson, fc.nat(300))
    .map(([value, padding]) => ({ value, padding: 'x'.repeat(padding) })),
  { maxLength: 12 },
);
const partBytes = fc.integer({ min: 10, max: 800 });
const NO_LIMIT = 1e9;

function partsOf(body: Buffer, bytes: number) {
  const split = splitBody(body, { partBytes: bytes, maxBytes: NO_LIMIT });
  if (!split.ok) throw new Error(`Not split: ${split.largestBytes}`);
  return split.parts;
}

describe('a list', () => {
  it('is cut between its items: all of them, in order, byte for byte', () => {
    fc.assert(
      fc.property(items, partBytes, fc.constantFrom(0, 2), (list, bytes, indent) => {
        const body = Buffer.from(JSON.stringify({ kind: 'EventList', items: list }, null, indent));
        const parts = partsOf(body, bytes);
        const read = parts.flatMap(({ framing, body: part }): unknown[] => {
          const text = part.toString('utf8');
          if (framing === 'ITEMS') return JSON.parse(`[${text}]`) as unknown[];
          return (JSON.parse(text) as { readonly items: unknown[] }).items;
        });
        expect(read).toStrictEqual(JSON.parse(JSON.stringify(list)));
        for (const part of parts) expect(body.includes(part.body)).toBe(true);
      }),
    );
  });

  it('has parts that are as full as they may be, and no larger unless it is one item', () => {
    fc.assert(
      fc.property(items, partBytes, (list, bytes) => {
        const body = Buffer.from(JSON.stringify(list));
        const parts = partsOf(body, bytes);
        if (body.length <= bytes) expect(parts).toHaveLength(1);
        const counts = parts.map(({ body: part, framing }) => ({
          size: part.length,
          items: framing === 'ITEMS' ? (JSON.parse(`[${part.toString()}]`) as unknown[]).length : 0,
        }));
        counts.forEach(({ size, items: count }, i) => {
          if (size > bytes && count > 0) expect(count).toBe(1);
          const next = counts[i + 1];
          // Otherwise the next part's first item would have had room.
          if (next?.items === 1) expect(size + 1 + next.size).toBeGreaterThan(bytes);
        });
      }),
    );
  });
});

it('cuts lines between lines', () => {
  const lines = fc.array(
    fc
      .tuple(fc.nat(200), fc.boolean())
      .map(([n, isBlank]) => (isBlank ? ' ' : `{"a":"${'x'.repeat(n)}"}`)),
    { maxLength: 15 },
  );
  fc.assert(
    fc.property(lines, partBytes, fc.constantFrom('\n', '\r\n'), (list, bytes, end) => {
      const parts = partsOf(Buffer.from(list.join(end)), bytes);
      const read = parts.flatMap(({ body }) => body.toString('utf8').split('\n'));
      const notBlank = (text: string): boolean => text.trim() !== '';
      expect(read.map((line) => line.trim()).filter(notBlank)).toStrictEqual(list.filter(notBlank));
      for (const { framing } of parts) expect(framing).toBe('BODY');
    }),
  );
});

const isInk = (byte: number): boolean => ![0x20, 0x0a, 0x0d, 0x09].includes(byte);

it('never throws and loses no byte that is not white space, whatever the bytes are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), partBytes, (bytes, limit) => {
      const body = Buffer.from(bytes);
      const parts = partsOf(body, limit);
      expect(parts.length).toBeGreaterThan(0);
      if (parts.some(({ framing }) => framing === 'ITEMS')) return;
      const joined = Buffer.concat(parts.map((part) => part.body));
      expect(joined.filter(isInk)).toStrictEqual(body.filter(isInk));
    }),
  );
});

describe('a body that must stay whole', () => {
  const limits = { partBytes: 20, maxBytes: NO_LIMIT };
  it.each([
    ['one document over several lines', JSON.stringify({ verb: 'get', a: { b: [1, 2] } }, null, 2)],
    ['a list that is none of records over lines', '{"others":[\n{"a":1},\n{"a":2}\n]}'],
    ['a long text without lines', 'x'.repeat(100)],
    ['an empty list with much around it', `{"items":[],"padding":"${'x'.repeat(50)}"}`],
    ['white space', ' '.repeat(50)],
  ])('is one part: %s', (_, text) => {
    expect(splitBody(Buffer.from(text), limits)).toStrictEqual({
      ok: true,
      parts: [{ framing: 'BODY', body: Buffer.from(text) }],
      ...{ items: expect.any(Number) as number, isTorn: false },
    });
  });

  it('is refused with its size when it is larger than the log takes', () => {
    const strict = { partBytes: 20, maxBytes: 60 };
    expect(splitBody(Buffer.alloc(61, 'x'), strict)).toStrictEqual({ ok: false, largestBytes: 61 });
    const item = `{"a":"${'x'.repeat(60)}"}`;
    const refused = splitBody(Buffer.from(`{"items":[{"a":1},${item}]}`), strict);
    expect(refused).toStrictEqual({ ok: false, largestBytes: item.length });
    expect(splitBody(Buffer.alloc(60, 'x'), strict)).toMatchObject({ ok: true });
  });
});
