import { describe, expect, it } from 'vitest';
import {
  isStaleMark,
  withoutReused,
} from '../../../../../../services/detector/sessions/join/stale.ts';

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

describe('a command that was started twice under one number', () => {
  const MINUTE_MS = 60_000;
  const command = (minute: number, more: object = {}) => ({
    ...{ timeMs: minute * MINUTE_MS, pid: 7, node: 'n', commandLine: 'ls -la /app' },
    ...{ confidence: 'exact' as const, ...more },
  });
  const started = (minute: number, more: object = {}) => ({
    command: command(minute, more),
    isStart: true as const,
  });
  const sure = (listed: Parameters<typeof withoutReused>[0]) =>
    withoutReused(listed).map(({ confidence }) => confidence);

  it('proves nothing the second time, within the hour that an enricher keeps it', () => {
    expect(sure([started(0), started(53)])).toEqual(['exact', 'inferred']);
    expect(sure([started(0), started(61)])).toEqual(['exact', 'exact']);
  });

  it('is the same process as long as it does something else', () => {
    expect(sure([started(0), { command: command(5) }])).toEqual(['exact', 'exact']);
  });

  it.each([{ pid: 8 }, { node: 'm' }, { commandLine: 'ls' }])('is another with %j', (other) => {
    expect(sure([started(0), started(5, other)])).toEqual(['exact', 'exact']);
  });

  it('is no surer than it was', () => {
    expect(sure([started(0), started(5, { confidence: 'ambiguous' })])).toEqual([
      'exact',
      'ambiguous',
    ]);
  });

  it('is passed over where there is none', () => {
    expect(withoutReused([{}, started(0)])).toHaveLength(1);
  });
});
