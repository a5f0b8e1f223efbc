/** Owns: examples of shared/adapters/disk/room.ts. */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { diskRoom } from '../../../../../shared/adapters/disk/room.ts';

const MIB = 1024 * 1024;
const now = () => 0;

function freeNow(): number {
  const { bavail, bsize } = statfsSync(tmpdir());
  return bavail * bsize;
}

it('tells what the disk has', () => {
  const free = diskRoom({ directory: tmpdir(), minFreeBytes: 0, now }).freeBytes();
  expect(Math.abs(free - freeNow())).toBeLessThan(512 * MIB);
});

it('is short before it is spent', () => {
  const free = freeNow();
  const states = [0, 1.5, 4].map((share) => {
    const room = diskRoom({ directory: tmpdir(), minFreeBytes: share * free, now });
    return [room.isShort(), room.isSpent()];
  });
  expect(states).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ]);
});

it('blames no folder that is not there', () => {
  const room = diskRoom({ directory: '/nonexistent/podwitness', minFreeBytes: 1, now });
  expect(room.isSpent()).toBe(false);
});
