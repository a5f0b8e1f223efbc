import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareCommands,
  lineKey,
} from '../../../../../../services/detector/sessions/join/line-key.ts';

const LINE = {
  ...{ eventId: 'e1', timeMs: 1_000_000, pid: 4242, userId: '0', requestUid: 'u' },
  place: { namespace: 'payments', pod: 'pay-0', container: 'app', node: 'n1' },
  ...{ executable: '/bin/dash', commandLine: 'ls -l /tmp' },
};

describe('the key of a line', () => {
  it('is the same under another id', () => {
    expect(lineKey({ ...LINE, eventId: 'e2' })).toBe(lineKey(LINE));
  });

  it('is another for all else', () => {
    const others = [
      { ...LINE, timeMs: 1_001_000 },
      { ...LINE, pid: 4243 },
      { ...LINE, place: { ...LINE.place, node: 'n2' } },
      { ...LINE, commandLine: 'ls -l /tmp2' },
      { ...LINE, executable: '/bin/bash' },
      { ...LINE, userId: '1' },
      { ...LINE, requestUid: 'v' },
    ];
    expect(new Set([LINE, ...others].map(lineKey)).size).toBe(others.length + 1);
  });

  it('is the event’s where node, process number or time is missing', () => {
    const { node, ...place } = LINE.place;
    const { pid, ...numberless } = LINE;
    expect([node, pid]).toEqual(['n1', 4242]);
    for (const line of [{ ...LINE, place }, numberless, { ...LINE, timeMs: Number.NaN }]) {
      expect(lineKey(line)).toBe(lineKey({ ...line }));
      expect(lineKey({ ...line, eventId: 'e2' })).not.toBe(lineKey(line));
    }
  });
});

describe('the order of commands', () => {
  it('is by time, then process number, then key', () => {
    const sorted = [
      { timeMs: 1, pid: 9, key: 'z' },
      { timeMs: 2, pid: 1, key: 'b' },
      { timeMs: 2, pid: 1, key: 'c' },
      { timeMs: 2, pid: 10, key: 'a' },
      { timeMs: 2, key: 'a' },
      { timeMs: Number.NaN, pid: 1, key: 'a' },
    ];
    expect([...sorted].reverse().sort(compareCommands)).toEqual(sorted);
  });

  it('is total', () => {
    const number = fc.oneof(fc.constantFrom(1, 2, Number.NaN, Infinity), fc.double());
    const command = fc.record(
      { timeMs: number, pid: number, key: fc.constantFrom('a', 'b') },
      { requiredKeys: ['timeMs', 'key'] },
    );
    fc.assert(
      fc.property(command, command, command, (a, b, c) => {
        expect(compareCommands(a, b)).toBe(0 - compareCommands(b, a));
        if (compareCommands(a, b) <= 0 && compareCommands(b, c) <= 0) {
          expect(compareCommands(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});
