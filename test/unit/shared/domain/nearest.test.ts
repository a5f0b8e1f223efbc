/**
 * Owns: the proof of shared/domain/nearest.ts.
 */
import { describe, expect, test } from 'vitest';
import { nearestName } from '../../../../shared/domain/nearest.ts';

describe('nearestName', () => {
  test.each([
    ['brokerz', 'brokers'],
    ['Brokers', 'brokers'],
    ['borkers', 'brokers'],
    ['prot', 'port'],
    ['hsot', 'host'],
  ])('%s is meant to be %s', (name, expected) => {
    expect(nearestName(name, ['host', 'port', 'brokers'])).toBe(expected);
  });

  test('says nothing rather than rewrite most of the name', () => {
    expect(nearestName('xyz', ['abc', 'port'])).toBeUndefined();
    expect(nearestName('', ['a'])).toBeUndefined();
    expect(nearestName('brokers', [])).toBeUndefined();
  });

  test('takes the first of equals', () => {
    expect(nearestName('bat', ['cat', 'hat'])).toBe('cat');
  });
});
