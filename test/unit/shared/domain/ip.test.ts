import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInNetwork, readAddress, readNetwork } from '../../../../shared/domain/ip.ts';

function contains(network: string, address: string): boolean | undefined {
  const parsed = readNetwork(network);
  return parsed && isInNetwork(address, parsed);
}

describe('networks', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['192.168.1.128/25', '192.168.1.127', false],
    ['192.168.1.128/25', '192.168.1.128', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::1', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:11.1.2.3', false],
    ['fd00::/8', 'fdab::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['2001:db8::/32', '2001:DB8:0:0:0:0:0:1', true],
    ['::1/128', '0:0:0:0:0:0:0:1', true],
    ['::/0', '2001:db8::1', true],
    ['::ffff:0:0/96', '::ffff:1.2.3.4', true],
    ['2001:db8::/32', '10.0.0.1', false],
    ['10.0.0.0/8', 'no address', false],
    ['10.0.0.0/8', '10.0.0', false],
    ['10.0.0.0/8', '10.0.0.256', false],
    ['10.0.0.0/8', '', false],
    ['fd00::/8', 'fd00:::1', false],
    ['fd00::/8', 'fd00::1::2', false],
    ['fd00::/8', 'fd00:1:2:3:4:5:6', false],
    ['fd00::/8', 'fd00:1:2:3:4:5:6:7:8', false],
    ['fd00::/8', 'fd00:12345::', false],
    ['fd00::/8', 'fd00:1.2.3.4::', false],
  ])('%s holds %j: %j', (network, address, expected) => {
    expect(contains(network, address)).toBe(expected);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0/8',
    '/8',
    'fd00::/129',
    'x',
    '10.0.0.0/-1',
    '::g/8',
    '010.0.0.0/8',
    '10.0.0.01',
    ' 10.0.0.1',
    '1.2.3.4.5',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '::ffff:1.2.3.4/129',
  ])('%j is none', (text) => {
    expect(readNetwork(text)).toBeUndefined();
  });
});

/** The address as one number, read the long way. */
function asBigInt(groups: readonly number[]): bigint {
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

describe('any address', () => {
  const group = fc.integer({ min: 0, max: 0xffff });
  const v6 = fc
    .array(fc.oneof(group, fc.constantFrom(0, 1, 0xd800, 0xffff)), { minLength: 8, maxLength: 8 })
    .filter(([first = 0]) => first > 0);
  const written = (groups: readonly number[]) => groups.map((g) => g.toString(16)).join(':');

  it('of version 6 lies in a network where their first bits are the same', () => {
    fc.assert(
      fc.property(v6, v6, fc.integer({ min: 0, max: 128 }), (a, b, length) => {
        const rest = BigInt(128 - length);
        const expected = asBigInt(a) >> rest === asBigInt(b) >> rest;
        expect(contains(`${written(a)}/${length}`, written(b))).toBe(expected);
        expect(contains(`${written(a)}/${length}`, written(a))).toBe(true);
      }),
    );
  });

  it('of version 4 lies in a network where their first bits are the same, mapped or not', () => {
    const v4 = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });
    const value = (bytes: readonly number[]) => bytes.reduce((all, byte) => all * 256 + byte, 0);
    fc.assert(
      fc.property(v4, v4, fc.integer({ min: 0, max: 32 }), (a, b, length) => {
        const rest = BigInt(32 - length);
        const expected = BigInt(value(a)) >> rest === BigInt(value(b)) >> rest;
        const [left, right] = [a.join('.'), b.join('.')];
        expect(contains(`${left}/${length}`, right)).toBe(expected);
        expect(contains(`::ffff:${left}/${96 + length}`, right)).toBe(expected);
        expect(contains(`${left}/${length}`, `::FFFF:${right}`)).toBe(expected);
      }),
    );
  });

  it('compares as its bits do', () => {
    fc.assert(
      fc.property(v6, v6, (a, b) => {
        const [left, right] = [readAddress(written(a)), readAddress(written(b))];
        expect(String(left) < String(right)).toBe(asBigInt(a) < asBigInt(b));
      }),
    );
  });

  it('is read from any text without falling over', () => {
    const unit = fc.constantFrom('.', ':', '/', '0', '1', '255', 'f', '::', 'ffff');
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 20 }), (units) => {
        const network = readNetwork(units.join(''));
        if (network !== undefined) expect(network.first <= network.last).toBe(true);
      }),
    );
  });
});
