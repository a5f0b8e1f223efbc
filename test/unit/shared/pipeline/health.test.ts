/** Owns: examples of shared/pipeline/health.ts. */
import { expect, it } from 'vitest';
import { createHealth } from '../../../../shared/pipeline/health.ts';

it('tells since when a part is not well, whatever the reason is by now', () => {
  let nowMs = Date.UTC(2026, 10, 21);
  const health = createHealth(() => nowMs);
  health.set('a', 'one');
  nowMs += 60_000;
  health.set('a', 'two');
  expect(health.troubles()).toEqual({ a: 'two (since 2026-11-21T00:00:00.000Z)' });
  health.set('a', undefined);
  expect(health.troubles()).toEqual({});
  health.set('a', 'three');
  expect(health.troubles()).toEqual({ a: 'three (since 2026-11-21T00:01:00.000Z)' });
});

it('keeps what is less than promised apart from what does not serve', () => {
  const health = createHealth();
  health.degrade('log', '1 of 3 replicas');
  expect(health.troubles()).toEqual({});
  expect(health.weaknesses()).toEqual({ log: '1 of 3 replicas' });
  health.degrade('log', undefined);
  expect(health.weaknesses()).toEqual({});
});
