/**
 * Owns: the law of shared/adapters/duckdb/candidates.ts: a document that matches is never left out.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUnusual, necessaryTexts } from '../../../../../shared/adapters/duckdb/candidates.ts';
import { fieldMatches } from '../../../../../shared/domain/field-path.ts';

function isCandidate(json: string, pattern: string): boolean {
  return isUnusual(json) || necessaryTexts(pattern).every((text) => json.includes(text));
}

describe('candidates', () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
  );

  it('hold whatever matches a pattern made of the value', () => {
    const cuts = fc.array(fc.nat({ max: 30 }), { maxLength: 4 });
    fc.assert(
      fc.property(scalar, cuts, (value, at) => {
        const json = JSON.stringify({ f: [0, value] });
        const text = String((JSON.parse(json) as { f: unknown[] }).f[1]);
        const pattern = at.reduce((p, i) => `${p.slice(0, i)}*${p.slice(i + 1)}`, text);
        expect(fieldMatches(JSON.parse(json), 'f', pattern)).toBe(true);
        expect(isCandidate(json, pattern)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"f":"\\u0041llow"}', 'Allow'],
    ['{"f":"a\\/b"}', 'a/b'],
    ['{"f":1e3}', '1000'],
    ['{"f":[ -1.5E2]}', '-150'],
    ['{"f":1000000000000000000000}', '1e+21'],
    ['{"f":0.00000010}', '1e-7'],
    ['{"f":-0}', '0'],
    ['{"f":0.29999999999999999}', '0.3'],
    ['{"f":403.0}', '403'],
    ['{"f":"\\ud83d\\ude00"}', '\ud83d\ude00'],
    ['{"f":"\ud83d\ude00"}', '\ud83d*'],
  ])('hold %s, however it is written', (json, pattern) => {
    expect(fieldMatches(JSON.parse(json), 'f', pattern)).toBe(true);
    expect(isCandidate(json, pattern)).toBe(true);
  });

  it('leave out an ordinary document without the text', () => {
    const json = JSON.stringify({
      at: '2024-01-01T10:00:00.123456Z',
      id: '1e5af0c2',
      code: 200,
      n: 1.5,
    });
    expect(isUnusual(json)).toBe(false);
    expect(isCandidate(json, '404')).toBe(false);
    expect(isCandidate(json, '*1e5*')).toBe(true);
  });
});
