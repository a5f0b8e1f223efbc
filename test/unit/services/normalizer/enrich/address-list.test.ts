import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddressList } from '../../../../../services/normalizer/enrich/address-list.ts';
import { isInNetwork, readAddress, readNetwork } from '../../../../../shared/domain/ip.ts';

function holds(list: string, address: string): boolean {
  const read = readAddressList(list);
  const wanted = readAddress(address);
  if (!read.ok || wanted === undefined) throw new Error(JSON.stringify(read));
  return read.value.has(wanted);
}

describe('a list of addresses', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['10.0.0.0/8\n192.0.2.1\n', '10.255.255.255', true],
    ['10.0.0.0/8\n10.1.0.0/16', '10.2.0.1', true],
    ['10.1.0.0/16\n10.0.0.0/8\n10.1.2.0/24', '10.0.0.0', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['255.255.255.255', '255.255.255.255', true],
    ['255.255.255.255', '255.255.255.254', false],
    ['0.0.0.0', '0.0.0.1', false],
    ['2001:db8::/32\n2001:db8:1::/48', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
    ['::/0', '10.0.0.1', false],
    ['\n# all\r\n 10.0.0.0/8 \t# office\r\n;\n', '10.0.0.1', true],
    ['192.0.2.0/24 ; SBL1 # two', '192.0.2.7', true],
  ])('%j holds %s: %s', (list, address, expected) => {
    expect(holds(list, address)).toBe(expected);
  });

  it('says on which lines there is none, and quotes none of them', () => {
    const read = readAddressList('10.0.0.0/8\nhunter2\n\n10.0.0.0/33\n192.0.2.1 192.0.2.2\n');
    expect(read).toEqual({
      ok: false,
      problems: [2, 4, 5].map((line) => ({
        line,
        message: expect.stringContaining('no address and no network'),
      })),
    });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it('stops at the tenth line that is none: this is another file', () => {
    const read = readAddressList('nothing\n'.repeat(1_000));
    expect(read.ok ? [] : read.problems).toHaveLength(10);
  });

  it('counts its entries', () => {
    expect(readAddressList('# none\n')).toMatchObject({ ok: true, entries: 0 });
    expect(readAddressList('10.0.0.1\n10.0.0.1\nfd00::1')).toMatchObject({ entries: 3 });
  });

  it('holds what one of its networks holds, whatever they are', () => {
    const byte = fc.constantFrom(0, 1, 10, 127, 128, 254, 255);
    const v4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));
    const group = fc.constantFrom('0', '1', 'd800', 'dfff', 'ffff', '7fff');
    const v6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));
    const network = fc.oneof(
      fc.tuple(v4, fc.integer({ min: 0, max: 32 })),
      fc.tuple(v6, fc.integer({ min: 0, max: 128 })),
    );
    fc.assert(
      fc.property(
        fc.array(network, { maxLength: 30 }),
        fc.array(fc.oneof(v4, v6), { minLength: 1, maxLength: 10 }),
        (networks, others) => {
          const texts = networks.map(([address, length]) => `${address}/${length}`);
          const addresses = [...others, ...networks.map(([address]) => address)];
          const parsed = texts.flatMap((text) => readNetwork(text) ?? []);
          const read = readAddressList(texts.join('\n'));
          const set = read.ok ? read.value : undefined;
          for (const address of addresses) {
            const expected = parsed.some((one) => isInNetwork(address, one));
            expect(set?.has(readAddress(address) ?? -1)).toBe(expected);
          }
        },
      ),
    );
  });
});
