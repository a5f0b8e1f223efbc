import { describe, expect, it } from 'vitest';
import { isStaleMark } from '../../../../../../services/detector/sessions/join/stale.ts';

const HOUR = 3_600_000;
const T = Date.UTC(2026, 10, 21, 12);
const POD = { namespace: 'payments', pod: 'pay-0', container: 'app' };
const owner = { session: 's', kind: 'exec', place: POD, fromMs: T } as const;
const known = [{ timeMs: T, pid: 7, node: 'n1', commandLine: 'ls' }];

/** Another process of number 7 on n1, in another pod, twenty minutes later. */
const line = {
  ...{ timeMs: T + HOUR / 3, pid: 7, commandLine: 'ls' },
  place: { ...POD, pod: 'web-1', node: 'n1' },
};

describe('a mark that the enricher had kept', () => {
  it('is of a process with the number and command of one of the session', () => {
    expect(isStaleMark(line, owner, known)).toBe(true);
    const sidecar = { ...POD, container: 'sidecar', node: 'n1' };
    expect(isStaleMark({ ...line, place: sidecar }, owner, known)).toBe(true);
  });

  it('is none where it may be the same process', () => {
    expect(isStaleMark({ ...line, place: { ...POD, node: 'n1' } }, owner, known)).toBe(false);
  });

  it('is none of another number, command, node or time', () => {
    const others = [
      { ...line, pid: 8 },
      { ...line, commandLine: 'ls /' },
      { ...line, place: { ...line.place, node: 'n2' } },
      { ...line, timeMs: T + HOUR + 1 },
      { ...line, timeMs: T - 1 },
      { ...line, timeMs: Number.NaN },
    ];
    expect(others.map((other) => isStaleMark(other, owner, known))).toEqual(
      others.map(() => false),
    );
    expect(isStaleMark(line, owner, [])).toBe(false);
  });
});
