/** Owns: examples of shared/adapters/duckdb/parse-timestamp.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../../../../shared/adapters/duckdb/parse-timestamp.ts';

describe('parseTimestamp', () => {
  const cases: readonly (readonly [value: unknown, expected: number | undefined])[] = [
    ['2024-02-29T12:34:56.789123Z', Date.UTC(2024, 1, 29, 12, 34, 56, 789)],
    ['2024-01-01T00:00:00.5Z', Date.UTC(2024, 0, 1, 0, 0, 0, 500)],
    ['2024-01-01T00:00:00', Date.UTC(2024, 0, 1)],
    ['2024-01-01', Date.UTC(2024, 0, 1)],
    ['2024-01-01T02:30:00+02:30', Date.UTC(2024, 0, 1)],
    ['2023-12-31T23:00:00-0100', Date.UTC(2024, 0, 1)],
    ['0050-01-01T00:00:00Z', new Date('0050-01-01T00:00:00Z').getTime()],
    [1_700_000_000_000, 1_700_000_000_000],
    [-1, -1],
    ['2024-02-30', undefined],
    ['2023-02-29T00:00:00Z', undefined],
    ['2024-13-01', undefined],
    ['2024-01-01T24:00:00Z', undefined],
    ['2024-01-01T00:60:00Z', undefined],
    ['2024-01-01 00:00:00', undefined],
    ['nonsense', undefined],
    ['', undefined],
    [1.5, undefined],
    [null, undefined],
    [undefined, undefined],
    [{}, undefined],
  ];
  it.each(cases)('%j', (value, expected) => {
    expect(parseTimestamp(value)).toBe(expected);
  });

  it('reads what toISOString writes', () => {
    const range = { min: Date.UTC(0, 0), max: Date.UTC(9999, 11, 31) };
    fc.assert(
      fc.property(fc.integer(range), (ms) => {
        expect(parseTimestamp(new Date(ms).toISOString())).toBe(ms);
      }),
    );
  });
});
