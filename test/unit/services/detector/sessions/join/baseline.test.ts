import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addToBaseline,
  type Baseline,
  isOutside,
  isWorkloads,
  QUIET_MS,
} from '../../../../../../services/detector/sessions/join/baseline.ts';
import type { LineFact } from '../../../../../../services/detector/sessions/facts/model.ts';
import type { Span } from '../../../../../../services/detector/sessions/join/attribute.ts';
import type { Ran } from '../../../../../../services/detector/sessions/join/shape.ts';
import { alertFact, lineFact, POD, T } from './ran.ts';

const SECOND = 1000;
const TOLERANCE = { graceMs: 5 * SECOND, clockSkewMs: 2 * SECOND };

function learnt(...seen: readonly Ran[]): Baseline | undefined {
  return seen.reduce<Baseline | undefined>(addToBaseline, undefined);
}

function twice(parts: Partial<LineFact> = {}): Baseline | undefined {
  return learnt(lineFact(parts), lineFact({ ...parts, timeMs: T + 10 * SECOND }));
}

describe('what a workload runs by itself', () => {
  it('was seen at two times', () => {
    expect(isWorkloads(undefined, lineFact())).toBe(false);
    expect(isWorkloads(learnt(lineFact()), lineFact())).toBe(false);
    expect(isWorkloads(learnt(lineFact(), lineFact({ eventId: 'e2' })), lineFact())).toBe(false);
    expect(isWorkloads(twice(), lineFact({ timeMs: 0 }))).toBe(true);
    expect(isWorkloads(twice(), lineFact({ commandLine: 'ls' }))).toBe(false);
  });

  it('never has a request UID, whatever was seen', () => {
    expect(isWorkloads(twice(), lineFact({ requestUid: 'u' }))).toBe(false);
  });

  it('is never a shell that is typed into, the start of a session, or of no container', () => {
    for (const parts of [
      ...[{ commandLine: 'bash' }, { isSessionStart: true }, { scope: 'node' as const }],
      ...[{ commandLine: '' }, { commandLine: '', executable: '/bin/bash' }],
      { commandLine: '', executable: '/' },
    ]) {
      expect([parts, isWorkloads(twice(parts), lineFact(parts))]).toEqual([parts, false]);
    }
    const terminal = alertFact({ rule: 'Terminal shell in container', commandLine: 'sh' });
    const seen = learnt(terminal, { ...terminal, timeMs: T + 10 * SECOND });
    expect(isWorkloads(seen, terminal)).toBe(false);
    const typed = alertFact({ commandLine: 'cat /etc/shadow', hasTerminal: true });
    const again = learnt(typed, { ...typed, timeMs: T + 10 * SECOND });
    expect(isWorkloads(again, typed)).toBe(false);
  });

  it('may be told without its command line where its caller is the workload’s', () => {
    const parts = { commandLine: '', executable: '/usr/sbin/crond' };
    expect(isWorkloads(twice(parts), lineFact(parts))).toBe(true);
  });

  it('may be an alert of one rule', () => {
    const seen = learnt(alertFact(), alertFact({ timeMs: T + 10 * SECOND }));
    expect(isWorkloads(seen, alertFact())).toBe(true);
    expect(isWorkloads(seen, alertFact({ rule: 'another' }))).toBe(false);
  });

  it('is a function of the set, also where there is too much of it', () => {
    const line = fc.record({
      n: fc.nat({ max: 900 }),
      timeMs: fc.integer({ min: T, max: T + 9000 }),
    });
    const made = ({ n, timeMs }: { n: number; timeMs: number }) =>
      lineFact({ commandLine: `run ${'x'.repeat(n)}`, timeMs });
    const orders = fc
      .array(line, { maxLength: 1200, size: 'max' })
      .chain((lines) =>
        fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })),
      );
    fc.assert(
      fc.property(orders, ([a, b]) => {
        const [first, second] = [learnt(...a.map(made)), learnt(...b.map(made), ...a.map(made))];
        expect(second).toEqual(first);
        expect(Object.keys(first ?? {}).length).toBeLessThanOrEqual(512);
      }),
      // Making a thousand lines fewer, one by one, takes minutes.
      { numRuns: 10, endOnFailure: true },
    );
  });

  it('keeps the same ones, whatever came first, and no more than 512', () => {
    const lines = Array.from({ length: 700 }, (_, i) =>
      lineFact({ commandLine: 'x'.repeat(i + 1) }),
    );
    const forth = learnt(...lines);
    expect(learnt(...[...lines].reverse())).toEqual(forth);
    expect(Object.keys(forth ?? {})).toHaveLength(512);
  });

  it('is not written again where nothing is new', () => {
    const known = twice();
    expect(addToBaseline(known, lineFact({ timeMs: T + 60 * SECOND }))).toBe(known);
    const once = learnt(lineFact());
    expect(addToBaseline(once, lineFact())).toBe(once);
  });
});

describe('outside of all sessions', () => {
  const span: Span & { readonly untilMs: number } = {
    ...{ session: 's', kind: 'exec', place: POD },
    ...{ fromMs: T - 2 * QUIET_MS, untilMs: T - 10 * SECOND },
  };
  const byShell = lineFact({ executable: '/bin/sh', isWholeSecond: false });
  const byRuntime = lineFact({ isWholeSecond: false });
  const outside = (ran: Ran, ...spans: readonly Span[]) => isOutside(ran, spans, TOLERANCE);

  it('is what nobody was there for', () => {
    expect(outside(byShell)).toBe(true);
    expect(outside(byRuntime, span)).toBe(true);
    expect(outside(byRuntime, { ...span, untilMs: T - 5 * SECOND })).toBe(false);
    expect(outside(byRuntime, { ...span, fromMs: T + 2 * SECOND, untilMs: T + 9e6 })).toBe(false);
    expect(outside(byRuntime, { ...span, fromMs: T + 2 * SECOND + 1 })).toBe(true);
    const { untilMs, ...open } = span;
    expect(untilMs).toBeDefined();
    expect(outside(byRuntime, open)).toBe(false);
  });

  it('is of a shell only when the pod was quiet for long: one may have been left behind', () => {
    expect(outside(byShell, span)).toBe(false);
    expect(outside(byShell, { ...span, untilMs: T - QUIET_MS })).toBe(false);
    expect(outside(byShell, { ...span, untilMs: T - QUIET_MS - 1 })).toBe(true);
    const { executable, ...callerless } = byShell;
    expect(executable).toBeDefined();
    expect(outside(callerless, span)).toBe(false);
  });

  it('does not ask for who was elsewhere, or only forwarded a port', () => {
    const now = { ...span, untilMs: T + SECOND };
    expect(outside(byRuntime, now)).toBe(false);
    expect(outside(byRuntime, { ...now, kind: 'port-forward' })).toBe(true);
    expect(outside(byRuntime, { ...now, place: { ...POD, container: 'sidecar' } })).toBe(true);
    expect(outside(byRuntime, { ...now, place: { ...POD, pod: 'pay-1' } })).toBe(true);
    expect(outside(byRuntime, { ...now, kind: 'ephemeral', containers: ['debug'] })).toBe(true);
  });

  it('is nothing with a request UID, no shell that waits, and nothing without a time', () => {
    expect(outside(lineFact({ requestUid: 'u' }))).toBe(false);
    expect(outside(lineFact({ commandLine: 'sh' }))).toBe(false);
    expect(outside(lineFact({ timeMs: Number.NaN }))).toBe(false);
    expect(outside(alertFact())).toBe(true);
    expect(outside(byRuntime, { ...span, fromMs: Number.NaN })).toBe(false);
  });
});
