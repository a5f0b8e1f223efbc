import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scanItems } from '../../../../shared/domain/json-items.ts';
import { anyJson, anyJsonText, choicesFrom, render } from '../../../support/odd-json.ts';

function slices(body: Buffer): readonly unknown[] | undefined {
  return scanItems(body)?.map(({ start, end }) => JSON.parse(body.toString('utf8', start, end)));
}

/** What a parser says are the items; undefined if the text is no list. */
function oracle(text: string): readonly unknown[] | undefined {
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { items } = value as { readonly items?: unknown };
  return Object.hasOwn(value, 'items') && Array.isArray(items) ? items : undefined;
}

it('cuts what JSON.parse finds', () => {
  let told = 0;
  const agrees = (text: string): void => {
    const found = slices(Buffer.from(text));
    expect(found).toStrictEqual(oracle(text));
    if (found !== undefined) told += 1;
  };
  fc.assert(fc.property(anyJsonText, ({ text }) => agrees(text)));
  const lists = fc.tuple(fc.array(anyJson, { maxLength: 6 }), fc.boolean(), fc.nat());
  fc.assert(
    fc.property(lists, ([items, isBare, seed]) => {
      const list = isBare ? items : { kind: 'EventList', metadata: {}, items, after: ['x', 1] };
      agrees(render(list, choicesFrom(seed)));
    }),
    { numRuns: 300 },
  );
  expect(told).toBeGreaterThan(100);
});

it('always tells for what API servers and JSON.stringify write', () => {
  fc.assert(
    fc.property(fc.array(anyJson), fc.constantFrom(0, 2, '\t'), (items, indent) => {
      const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
      expect(slices(Buffer.from(`${JSON.stringify(list, null, indent)}\n`))).toStrictEqual(items);
      expect(slices(Buffer.from(JSON.stringify(items, null, indent)))).toStrictEqual(items);
    }),
  );
});

it('never throws on torn or damaged bytes, and never reaches beyond them', () => {
  fc.assert(
    fc.property(anyJsonText, fc.nat(), fc.nat(), fc.nat(255), ({ text }, cut, at, byte) => {
      const whole = Buffer.from(text);
      const torn = Buffer.from(whole.subarray(0, cut % (whole.length + 1)));
      if (torn.length > 0) torn[at % torn.length] = byte;
      for (const { start, end } of scanItems(torn) ?? []) {
        expect(start).toBeLessThan(end);
        expect(end).toBeLessThanOrEqual(torn.length);
      }
    }),
    { numRuns: 500 },
  );
});
