import { expect, it } from 'vitest';
import { murmur2, partitionOfKey } from '../../../../shared/domain/murmur2.ts';

// The vectors of Apache Kafka's own UtilsTest.testMurmur2.
const VECTORS: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

it.each(VECTORS)('hashes %s as the Java client does', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

it('takes the lower 31 bits as the positive number', () => {
  expect(partitionOfKey(Buffer.from('foobar'), 1000)).toBe((-790332482 & 0x7fffffff) % 1000);
  expect(partitionOfKey(Buffer.from('abc'), 7)).toBe(479470107 % 7);
});
