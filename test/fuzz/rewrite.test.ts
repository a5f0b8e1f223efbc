import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyJsonText, choicesFrom } from '../support/odd-json.ts';
import { readTrees } from './json-tree.ts';
import { rewrite } from './rewrite.ts';

it('writes JSON that means the same', () => {
  fc.assert(
    fc.property(anyJsonText, fc.nat(), ({ text, value }, seed) => {
      const again = rewrite(text, choicesFrom(seed));
      expect(again).toBeDefined();
      expect(JSON.parse(again ?? '')).toStrictEqual(JSON.parse(text));
      expect(JSON.parse(again ?? '')).toStrictEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it('adds members to records alone, keeps long numbers, and changes something', () => {
  const text = '{"auditID":"a","code":1200,"time":1743606903434319636,"map":{"k":"v"}}';
  const all = Array.from({ length: 200 }, (_, seed) => rewrite(text, choicesFrom(seed)) ?? '');
  expect(new Set(all).size).toBeGreaterThan(100);
  expect(all.some((one) => one.includes('x-unknown'))).toBe(true);
  expect(all.every((one) => one.includes('1743606903434319636'))).toBe(true);
  expect(all.every((one) => (JSON.parse(one) as { code: number }).code === 1200)).toBe(true);
  expect(
    new Set(all.map((one) => Object.keys((JSON.parse(one) as { map: object }).map).join())),
  ).toStrictEqual(new Set(['k']));
});

it.each(['{"a":1', 'I1121 x', '{"a":1}{', 'nul', '{"a" 1}', '[1 2]'])(
  'is no row of JSON values: %s',
  (text) => {
    expect(readTrees(text)).toBeUndefined();
  },
);

it('reads several values in a row', () => {
  expect(readTrees(' {"a":1}{"b":[2]}\n"x" 3\n')).toHaveLength(4);
});
