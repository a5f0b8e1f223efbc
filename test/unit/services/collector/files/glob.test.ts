import { describe, expect, it } from 'vitest';
import { matchesName, parseGlob } from '../../../../../services/collector/files/glob.ts';

describe('matchesName', () => {
  it.each([
    ['audit.log', 'audit.log', true],
    ['audit.log', 'audit_log', false],
    ['*.log', 'audit.log', true],
    ['*.log', '.hidden.log', false],
    ['.*', '.hidden', true],
    ['*', '', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-b-b-d', false],
    ['pod-?.log', 'pod-1.log', true],
    ['pod-?.log', 'pod-12.log', false],
    ['pod-[0-9a].log', 'pod-a.log', true],
    ['pod-[0-9a].log', 'pod-b.log', false],
    ['pod-[!0-9].log', 'pod-b.log', true],
    ['pod-[!0-9].log', 'pod-3.log', false],
    ['pod-[^0-9].log', 'pod-3.log', false],
    ['[', '[', true],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matchesName(pattern, name)).toBe(expected);
  });

  it('is quick with a pattern that is made to be slow', () => {
    expect(matchesName('*a'.repeat(50), 'a'.repeat(5000))).toBe(true);
    expect(matchesName(`${'*a'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false);
  });
});

describe('parseGlob', () => {
  it('begins where the wildcards begin', () => {
    expect(parseGlob('/var/log/kubernetes/audit.log')?.routes).toStrictEqual([
      { root: '/var/log/kubernetes', segments: ['audit.log'] },
    ]);
    expect(parseGlob('/var/log/pods/*/**/0.log')?.routes).toStrictEqual([
      { root: '/var/log/pods', segments: ['*', '**', '0.log'] },
    ]);
    expect(parseGlob('/a.log')?.routes).toStrictEqual([{ root: '/', segments: ['a.log'] }]);
  });

  it('has a route for each alternative', () => {
    expect(parseGlob('/l/{a,b{1,2}}.log')?.routes.map(({ segments }) => segments[0])).toStrictEqual(
      expect.arrayContaining(['a.log', 'b1.log', 'b2.log']),
    );
  });

  it('takes no pattern for nothing, and none for a million', () => {
    expect(parseGlob('')).toBeUndefined();
    expect(parseGlob('/{a,b}'.repeat(20))).toBeUndefined();
  });
});
