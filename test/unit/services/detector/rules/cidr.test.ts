import { describe, expect, it } from 'vitest';
import { isInNetwork, parseNetwork } from '../../../../../services/detector/rules/cidr.ts';

function contains(network: string, address: string): boolean | undefined {
  const parsed = parseNetwork(network);
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
  ])('%j is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });
});
