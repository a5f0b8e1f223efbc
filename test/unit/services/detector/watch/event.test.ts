import { describe, expect, it } from 'vitest';
import { toEvent } from '../../../../../services/detector/watch/event.ts';
import { clock, pace, span } from '../../../../../services/detector/watch/wording.ts';
import { type Coverage, coverageIds } from '../../../../../shared/domain/coverage.ts';
import { codecOf } from '../../../../../shared/runtime/stage-worker.ts';
import { HOUR, MINUTE, START_MS } from './lane.ts';

const BEGIN: Coverage = {
  ...{ kind: 'silent', state: 'begin', level: 'medium', cluster: 'prod-eu', source: 'audit' },
  ...{ sender: '10.0.0.7', key: 's/x/y', beginMs: START_MS, timeMs: START_MS },
  ...{ sinceMs: START_MS - 15 * MINUTE, expected: 340, seen: 0, reason: 'nothing_received' },
  message: 'No audit events from 10.0.0.7 for prod-eu',
};
const END: Coverage = {
  ...{ ...BEGIN, state: 'end', level: 'informational', timeMs: START_MS + HOUR },
  untilMs: START_MS + HOUR,
};

function documentOf(coverage: Coverage): unknown {
  return JSON.parse(toEvent(coverage, 'default').document.toString('utf8'));
}

describe('the event of a coverage', () => {
  it('has what every document has, and tells what began', () => {
    const { episode, id } = coverageIds(BEGIN);
    expect(documentOf(BEGIN)).toEqual({
      '@timestamp': '2026-11-20T12:00:00.000Z',
      ecs: { version: '8.17.0' },
      message: BEGIN.message,
      event: {
        ...{ id, kind: 'state', module: 'podwitness', dataset: 'podwitness.coverage' },
        ...{ type: ['start'], action: 'coverage-silent-begin', severity: 47 },
        ...{ start: '2026-11-20T11:45:00.000Z', reason: 'nothing_received' },
      },
      data_stream: { type: 'logs', dataset: expect.any(String), namespace: 'default' },
      orchestrator: { type: 'kubernetes', cluster: { name: 'prod-eu' } },
      podwitness: {
        coverage: {
          ...{ id: episode, kind: 'silent', state: 'begin', level: 'medium', cluster: 'prod-eu' },
          ...{ since: '2026-11-20T11:45:00.000Z', source: 'audit', sender: '10.0.0.7' },
          ...{ expected: 340, seen: 0, reason: 'nothing_received' },
        },
      },
    });
  });

  it('ends under the same episode and another id, with how long it was', () => {
    expect(coverageIds(END).episode).toBe(coverageIds(BEGIN).episode);
    expect(coverageIds(END).id).not.toBe(coverageIds(BEGIN).id);
    expect(documentOf(END)).toMatchObject({
      event: { type: ['end'], end: '2026-11-20T13:00:00.000Z', duration: 75 * 60 * 1e9 },
      podwitness: { coverage: { until: '2026-11-20T13:00:00.000Z' } },
    });
  });

  it('is a record that goes over the log', () => {
    const codec = codecOf('audit.events');
    const event = toEvent(BEGIN, 'default');
    const read = codec.decode(codec.encode(event));
    expect(read).toMatchObject({ ok: true, value: { kind: 'coverage', source: 'coverage' } });
  });
});

describe('words', () => {
  it.each([
    [0, '0 seconds'],
    [1000, '1 second'],
    [42 * MINUTE, '42 minutes'],
    [3 * HOUR + 20 * MINUTE + 5000, '3 hours 20 minutes'],
    [24 * HOUR, '1 day'],
    [49 * HOUR, '2 days 1 hour'],
    [HOUR + 5000, '1 hour'],
  ])('%d ms are %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });

  it.each([
    [340.4, '340 a minute'],
    [0.5, '30 an hour'],
    [0.001, 'less than one an hour'],
  ])('%d is %s', (perMinute, text) => {
    expect(pace(perMinute)).toBe(text);
  });

  it('tell the time in UTC', () => {
    expect(clock(START_MS)).toBe('2026-11-20 12:00 UTC');
  });
});
