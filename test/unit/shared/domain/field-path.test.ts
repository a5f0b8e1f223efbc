/** Owns: examples and laws of shared/domain/field-path.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldMatches, matchesPattern, valuesAt } from '../../../../shared/domain/field-path.ts';

function leavesOf(value: unknown, path: string): [path: string, leaf: unknown][] {
  if (Array.isArray(value)) return value.flatMap((element) => leavesOf(element, path));
  if (value === null) return [];
  if (typeof value !== 'object') return [[path, value]];
  return Object.entries(value).flatMap(([key, member]) =>
    leavesOf(member, path === '' ? key : `${path}.${key}`),
  );
}

describe('valuesAt', () => {
  const document = {
    a: { b: [{ c: 1 }, { c: ['x', [true, null]] }, 'not an object'] },
    'a.b': { c: 'dotted' },
    annotations: { 'authorization_k8s_io/decision': 'allow', 'io/x.y': 'z' },
    extra: { 'authentication.kubernetes.io/pod-name': ['p-1'] },
  };
  const cases: readonly (readonly [path: string, values: readonly unknown[]])[] = [
    ['a.b.c', [1, 'x', true, 'dotted']],
    ['a.b', ['not an object']],
    ['a', []],
    ['annotations.authorization_k8s_io/decision', ['allow']],
    ['annotations.io/x.y', ['z']],
    ['annotations.io/x', []],
    ['extra.authentication.kubernetes.io/pod-name', ['p-1']],
    ['a.b.c.d', []],
    ['', []],
    ['.', []],
    ['a..b', []],
    ['constructor.name', []],
    ['length', []],
  ];
  it.each(cases)('%s', (path, values) => {
    expect(valuesAt(document, path)).toEqual(values);
  });

  it('reads keys that are empty or hold dots in a row', () => {
    expect(valuesAt({ '': { '': 1 }, 'a..b': 2, '.': 3 }, '.')).toEqual([1, 3]);
    expect(valuesAt({ 'a..b': 2, a: { '': { b: 4 } } }, 'a..b')).toEqual([4, 2]);
  });

  it('takes any depth and any length of list', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(valuesAt({ a: deep }, 'a')).toEqual(['x']);
    const long = Array.from({ length: 300_000 }, (_, i) => i);
    expect(valuesAt({ a: long }, 'a')).toEqual(long);
  });

  it('finds every leaf that a plain walk finds, under the path of the walk', () => {
    const key = fc.stringMatching(/^[ab./]{1,3}$/);
    const tree = fc.object({ key, maxDepth: 4, values: [fc.string(), fc.integer(), fc.boolean()] });
    fc.assert(
      fc.property(tree, (value) => {
        const byPath = new Map<string, unknown[]>();
        for (const [path, leaf] of leavesOf(value, '')) {
          byPath.set(path, [...(byPath.get(path) ?? []), leaf]);
        }
        for (const [path, leaves] of byPath) {
          expect([...valuesAt(value, path)].map(String).sort()).toEqual(leaves.map(String).sort());
        }
      }),
    );
  });
});

describe('matchesPattern', () => {
  it('says what the same regular expression says', () => {
    const text = fc.stringMatching(/^[abc]{0,8}$/);
    const pattern = fc.stringMatching(/^[abc*]{0,6}$/);
    fc.assert(
      fc.property(text, pattern, (value, stars) => {
        const expected = new RegExp(`^${stars.replaceAll('*', '.*')}$`).test(value);
        expect(matchesPattern(value, stars)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes all but the star as it stands', () => {
    expect(matchesPattern('a?b.[c]', 'a?b.[c]')).toBe(true);
    expect(matchesPattern('axb', 'a?b')).toBe(false);
    expect(matchesPattern('a\nb', 'a*b')).toBe(true);
    expect(matchesPattern('ab', 'ab*b')).toBe(false);
  });
});

describe('fieldMatches', () => {
  it('compares numbers and booleans as text, any element of a list', () => {
    expect(fieldMatches({ a: [1, 403] }, 'a', '403')).toBe(true);
    expect(fieldMatches({ a: true }, 'a', 'true')).toBe(true);
    expect(fieldMatches({ a: null }, 'a', '*')).toBe(false);
    expect(fieldMatches({ a: 403 }, 'a', '4*')).toBe(true);
  });
});
