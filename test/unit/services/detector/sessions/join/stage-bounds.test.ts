import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSessionsStage } from '../../../../../../services/detector/sessions/join/stage.ts';
import { isObject } from '../../../../../../shared/domain/json.ts';
import { runKeyedOffline } from '../../../../../../shared/pipeline/keyed/offline.ts';
import {
  alert,
  exec,
  finding,
  line,
  live,
  offline,
  PAY,
  pod,
  request,
  SETTINGS,
  signalOf,
  type Step,
  T,
  unmarked,
} from './stage-story.ts';

const DAY = 24 * 3600;

it('lists the first commands in time, and counts all, whatever came first', async () => {
  const typed = Array.from({ length: 50 }, (_, i) =>
    line(11 + i, `c${i}`, { requestUid: 'uid-s' }),
  );
  const settings = { maxCommands: 10 };
  const shuffled = [...typed].sort((a, b) => ((a.timeMs * 7919) % 101) - ((b.timeMs * 7919) % 101));
  const facts = [...exec('s', 10, 100), ...shuffled];
  const told = [
    offline(facts, settings),
    await live([...facts, ...typed.slice(20), 200, 500, 800], undefined, { settings }),
  ];
  for (const { sessions } of told) {
    expect(sessions['s']).toMatchObject({ commandCount: 50, confidence: 'exact' });
    expect(sessions['s']?.coverage).toContain('commands_not_listed');
    expect(sessions['s']?.commands.map(({ commandLine }) => commandLine)).toEqual(
      typed.slice(0, 10).map(({ commandLine }) => commandLine),
    );
  }
});

it('keeps no more lines of a session than it lists, and some', async () => {
  const typed = Array.from({ length: 200 }, (_, i) =>
    line(11 + i, `c${i}`, { requestUid: 'uid-s' }),
  );
  const few = { settings: { maxCommands: 10 } };
  const { state } = await live([...exec('s', 10), ...typed], undefined, few);
  const kept = [...state.values()].join('\n').match(/"item\/\d+\/l/g) ?? [];
  expect(kept.length).toBeGreaterThanOrEqual(10);
  expect(kept.length).toBeLessThanOrEqual(12);
});

it('tells of a large session now and then, and in the end all', async () => {
  const typed = Array.from({ length: 600 }, (_, i) =>
    line(11 + i, `c${i}`, { requestUid: 'uid-s' }),
  );
  const { records, sessions } = await live([...exec('s', 10), ...typed, 700, 710]);
  expect(sessions['s']).toMatchObject({ commandCount: 600 });
  expect(records.length).toBeGreaterThan(256);
  expect(records.length).toBeLessThan(350);
});

it('forgets everything in the end', async () => {
  const where = {
    namespace: 'default',
    pod: 'node-debugger-worker-1-abcde',
    container: 'debugger',
  };
  const facts = [
    ...[
      pod(0, 'created'),
      pod(1, 'bound', { place: PAY }),
      request('x', 'refused', 5, { code: 403 }),
    ],
    ...[...exec('s1', 10, 60), ...unmarked(exec('s2', 20)), request('s3', 'asked', 30)],
    request('d', 'changed', 10, { sessionKind: 'debug-node', place: where, requestUid: 'uid-d' }),
    ...exec('a', 20, 90, { sessionKind: 'attach', place: where }),
    ...['uid-s1', 'uid-d', 'uid-nobody'].map((requestUid) => line(40, 'ls', { requestUid })),
    ...[line(41, 'bash'), line(42, 'probe', { executable: '/app' }), line(300, 'late')],
    line(43, 'id', { place: { node: 'worker-1' }, scope: 'node' }),
    line(44, 'id', { place: { ...PAY, pod: 'web-1' }, requestUid: 'uid-s1' }),
    alert(45, 'Rule', { findings: [finding('f')] }),
    pod(100, 'deleted'),
  ];
  const days: readonly Step[] = Array.from({ length: 80 }, (_, i) => (i + 1) * DAY);
  const soon = [200, 400, 600, 900, 1200, 1800, 3600].map((at): Step => at);
  const { state } = await live([
    ...facts,
    ...soon,
    ...days,
    line(80 * DAY, 'probe'),
    81 * DAY,
    120 * DAY,
    130 * DAY,
  ]);
  // The engine's own know of times, and the cluster's audit log of its own.
  const left = [...state.keys()].filter((key) => !key.includes('*'));
  expect(left.filter((key) => !key.startsWith('c/audit'))).toEqual([]);
});

const text = fc.oneof(
  fc.constantFrom(
    '',
    '/',
    '%',
    '\u0000',
    '__proto__',
    'constructor',
    '\ud800',
    'a'.repeat(300),
    '…/../',
  ),
  fc.string({ maxLength: 12 }),
);
const time = fc.constantFrom(0, 1, T, T + 1, T + 1500, 253_402_300_799_999);
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const place = fc.record(
  { namespace: text, pod: text, container: text, node: text },
  { requiredKeys: [] },
);
const base = { eventId: text, timeMs: time, place };
const hostile = fc.oneof(
  fc.record({
    ...{ base: fc.constant(request('s', 'started', 0)), session: fc.constantFrom('s', '/', '') },
    ...{
      ...base,
      receivedMs: time,
      argv: fc.array(text),
      userName: some(text),
      partial: fc.boolean(),
    },
    state: fc.constantFrom('asked', 'started', 'ended', 'refused', 'changed'),
    sessionKind: fc.constantFrom(
      'exec',
      'attach',
      'ephemeral',
      'debug-pod',
      'debug-node',
      'node-proxy',
    ),
    ...{ requestUid: some(text), containers: some(fc.array(text)) },
  }),
  fc.record({
    ...{
      base: fc.constant(line(0, 'x')),
      ...base,
      requestUid: some(text),
      commandLine: some(text),
    },
    ...{ pid: some(fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER)), executable: some(text) },
    ...{ scope: fc.constantFrom('container', 'node'), workload: some(text) },
    findings: fc.array(text.map(finding), { maxLength: 2 }),
  }),
  fc.record({ base: fc.constant(alert(0, 'x')), ...base, rule: text, requestUid: some(text) }),
  fc.record({
    ...{ base: fc.constant(pod(0, 'created')), ...base },
    change: fc.constantFrom('created', 'deleted', 'bound'),
  }),
);

it('takes whatever stands in facts', async () => {
  const facts = hostile.map(({ base: fact, ...parts }) => ({ ...fact, ...parts }) as typeof fact);
  await fc.assert(
    fc.asyncProperty(fc.array(facts, { maxLength: 12 }), async (all) => {
      const { outcomes } = offline(all);
      expect(outcomes.every(({ kind }) => kind !== 'reject')).toBe(true);
      await live([...all, 300, 900, DAY + 100, 3 * DAY]);
    }),
    { numRuns: 150 },
  );
});

it('rejects what is no fact, and leaves what is another’s', () => {
  const stage = createSessionsStage(SETTINGS);
  const options = { cacheBytes: 1000, maxTimersPerTick: 10, idleMs: 1000, maxAheadMs: 1000 };
  const good = signalOf(line(0, 'x'));
  const signals = [
    { ...good, kind: 'source' },
    { ...good, body: Buffer.from('{"kind":"line"}') },
    { ...good, body: Buffer.from('no') },
  ];
  const origin = { topic: 'in', partition: 0, offset: 0n, timestampMs: 0 };
  const inputs = signals.map((value) => ({ value, origin }));
  const { outcomes } = runKeyedOffline(stage, options, inputs);
  expect(outcomes.map((one) => (isObject(one) ? one.kind : ''))).toEqual([
    'drop',
    'reject',
    'reject',
  ]);
});
