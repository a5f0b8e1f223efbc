import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyOf, wildcard } from '../../../../shared/domain/wildcard.ts';

/** The plain meaning: the star takes nothing, or one character and stays. */
function reference(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern[0] === '*') {
    return reference(pattern.slice(1), name) || (name !== '' && reference(pattern, name.slice(1)));
  }
  return pattern[0] === name[0] && reference(pattern.slice(1), name.slice(1));
}

it('means what it says', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 7 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });
  fc.assert(
    fc.property(pattern, name, (p, n) => {
      expect(wildcard(p)(n)).toBe(reference(p, n));
    }),
    { numRuns: 5_000 },
  );
});

it.each([
  ['prod-*', 'prod-eu', true],
  ['prod-*', 'preprod-eu', false],
  ['prod.eu', 'prod-eu', false],
  ['*', '', true],
  ['a*a', 'a', false],
])('%s and %s: %s', (pattern, name, matches) => {
  expect(wildcard(pattern)(name)).toBe(matches);
});

it('is quick for what makes others slow', () => {
  const slow = wildcard(`${'*a'.repeat(200)}*b`);
  const began = performance.now();
  expect(slow('a'.repeat(20_000))).toBe(false);
  expect(performance.now() - began).toBeLessThan(1_000);
});

it('needs one of several', () => {
  expect(anyOf(['a', 'b*'])('bc')).toBe(true);
  expect(anyOf([])('bc')).toBe(false);
});
