import { describe, expect, it } from 'vitest';
import type { RequestFact } from '../../../../../../services/detector/sessions/facts/model.ts';
import { exec, line, live, offline, pod, request, T, unmarked } from './stage-story.ts';

const OTHER = { namespace: 'payments', pod: 'pay-1', container: 'app' };

describe('a session', () => {
  it('has the commands with its request UID, in the order of time', () => {
    const { sessions } = offline([
      ...exec('s', 10, 60),
      line(20, 'rm -f /etc/pay/config.yaml', { requestUid: 'uid-s' }),
      line(15, 'ls', { requestUid: 'uid-s' }),
    ]);
    expect(sessions['s']).toMatchObject({
      ...{ id: 's', cluster: 'prod', kind: 'exec', state: 'closed', confidence: 'exact' },
      ...{ requestedMs: T + 10_000, startedMs: T + 10_000, endedMs: T + 60_000 },
      ...{ endedBy: 'response', revision: 1, commandCount: 2, lastSeenMs: T + 60_000 },
      place: { namespace: 'payments', pod: 'pay-0', container: 'app', node: 'worker-1' },
      commands: [
        { commandLine: 'ls', confidence: 'exact', others: [] },
        { commandLine: 'rm -f /etc/pay/config.yaml', confidence: 'exact' },
      ],
    });
  });

  it('is told at once, live, and again with whatever changes it, and not for nothing', async () => {
    const [started, ended] = exec('s', 10, 60);
    const typed = line(20, 'ls', { requestUid: 'uid-s' });
    const steps = [started, typed, typed, 90, ended, 200].flatMap((step) => step ?? []);
    const { records, outcomes } = await live(steps);
    const told = records.map(({ commandCount, endedMs, revision, state }) => ({
      ...{ revision, state, commandCount, endedMs },
    }));
    expect(told).toEqual([
      { revision: 1, state: 'open', commandCount: 0, endedMs: undefined },
      { revision: 2, state: 'open', commandCount: 1, endedMs: undefined },
      { revision: 3, state: 'open', commandCount: 1, endedMs: T + 60_000 },
      { revision: 4, state: 'closed', commandCount: 1, endedMs: T + 60_000 },
    ]);
    expect(outcomes[3]).toEqual({ kind: 'drop', reason: 'repeat' });
  });

  it('takes what comes late, when it has been closed', async () => {
    const { sessions } = await live([
      ...exec('s', 10, 60),
      ...[100, 300],
      line(20, 'ls', { requestUid: 'uid-s' }),
    ]);
    expect(sessions['s']).toMatchObject({ state: 'closed', commandCount: 1 });
  });

  it('has what nobody else can have typed, as inferred', () => {
    const { sessions } = offline([...unmarked(exec('s', 10, 60)), line(20, 'id'), line(90, 'id')]);
    expect(sessions['s']).toMatchObject({ confidence: 'inferred', commandCount: 1 });
  });

  it('shares with another what may be of either', () => {
    const { sessions } = offline([
      ...unmarked(exec('s1', 10, 60)),
      ...unmarked(exec('s2', 15, 60)),
      line(20, 'id'),
    ]);
    expect(sessions['s1']?.commands).toMatchObject([{ confidence: 'ambiguous', others: ['s2'] }]);
    expect(sessions['s2']?.commands).toMatchObject([{ confidence: 'ambiguous', others: ['s1'] }]);
    expect(sessions['s2']?.coverage).toContain('other_session_in_pod');
  });

  it('gives a command back that turns out to be another’s', async () => {
    const lines = [line(20, 'id', { requestUid: 'uid-s2' })];
    const [started] = exec('s2', 15);
    const { records, sessions } = await live([
      ...unmarked(exec('s1', 10)),
      ...lines,
      ...(started === undefined ? [] : [started]),
    ]);
    expect(records[1]).toMatchObject({ id: 's1', commandCount: 1 });
    expect(sessions['s1']).toMatchObject({ commandCount: 0, confidence: 'none' });
    expect(sessions['s2']?.commands).toMatchObject([{ confidence: 'inferred' }]);
  });

  it('has what carries its request UID in its own pod, though another claims that, too', () => {
    const both = { requestUid: 'uid' };
    const { sessions } = offline([
      ...exec('s1', 5, 60, { ...both, place: OTHER }),
      ...exec('s2', 10, 60, both),
      line(20, 'id', both),
    ]);
    expect(sessions['s1']).toMatchObject({ commandCount: 0 });
    expect(sessions['s2']?.commands).toMatchObject([{ confidence: 'exact' }]);
  });

  it('counts the same line once, though it came again under another id', () => {
    const one = line(20, 'ls', { requestUid: 'uid-s', eventId: 'b' });
    const { outcomes, sessions } = offline([
      ...exec('s', 10, 60),
      ...[one, one, { ...one, eventId: 'c' }, { ...one, eventId: 'a' }],
    ]);
    expect(sessions['s']?.commands).toMatchObject([{ eventId: 'a' }]);
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      ...['emit', 'emit', 'emit', 'drop', 'drop', 'emit'],
    ]);
  });

  it('has commands of one moment in the order of their processes', () => {
    const typed = [30, 9, 101, 12, 10].map((pid) =>
      line(20, `c${pid}`, { pid, requestUid: 'uid-s' }),
    );
    const { sessions } = offline([...exec('s', 10, 60), ...typed]);
    expect(sessions['s']?.commands.map(({ pid }) => pid)).toEqual([9, 10, 12, 30, 101]);
  });

  it('does not have what the workload runs by itself', () => {
    const probe = (at: number) => line(at, '/bin/check --ready', { executable: '/app/server' });
    const { sessions } = offline([
      ...exec('s', 100, 160),
      ...[0, 10, 20, 110, 120].map(probe),
      line(130, 'env', { executable: '/bin/bash' }),
    ]);
    expect(sessions['s']?.commands.map(({ commandLine }) => commandLine)).toEqual(['env']);
  });

  it('gives the workload’s own back once that is known of another pod', async () => {
    const probe = (at: number, place = {}) =>
      line(at, '/bin/check --ready', { executable: '/app/server', ...place });
    const elsewhere = { place: { ...OTHER, node: 'worker-1' } };
    const { records, sessions } = await live([
      ...exec('s', 10),
      probe(20),
      ...[probe(20, elsewhere), probe(40, elsewhere), 400, 800],
    ]);
    expect(records.some(({ commandCount }) => commandCount === 1)).toBe(true);
    expect(sessions['s']).toMatchObject({ commandCount: 0 });
  });
});

describe('the node of a session', () => {
  const on = (at: number, node: string) =>
    line(at, 'probe', { place: { ...OTHER, pod: 'pay-0', node } });
  const nodeOf = (...facts: Parameters<typeof offline>[0]) => {
    const { sessions } = offline([...exec('s', 3600, 3610, { userName: 'alice' }), ...facts]);
    return sessions['s']?.place.node;
  };

  it('is the one that told of its pod', () => {
    expect(nodeOf(on(10, 'worker-1'))).toBe('worker-1');
    expect(nodeOf(on(4000, 'worker-1'))).toBe('worker-1');
    expect(nodeOf()).toBeUndefined();
  });

  it('is not that of a pod of the same name before or after', () => {
    const anew = [pod(2000, 'deleted'), pod(2001, 'created')];
    expect(nodeOf(...anew, on(10, 'worker-1'))).toBeUndefined();
    expect(nodeOf(...anew, on(10, 'worker-1'), on(2100, 'worker-2'))).toBe('worker-2');
    expect(nodeOf(pod(3700, 'deleted'), on(3800, 'worker-2'))).toBeUndefined();
  });

  it('is not known where it may be either', () => {
    expect(nodeOf(on(3500, 'worker-1'), on(3510, 'worker-2'))).toBeUndefined();
  });
});

describe('a request', () => {
  it('that is refused is no session', () => {
    const { evasions, sessions } = offline([
      request('s', 'asked', 10),
      request('s', 'refused', 10, { code: 403 }),
      line(11, 'ls'),
    ]);
    expect(sessions).toEqual({});
    expect(evasions).toEqual([]);
  });

  it('that is tried again over another protocol is one session', () => {
    const refused = request('first', 'refused', 10, { code: 400 });
    const { sessions } = offline([...exec('s', 12, 60), refused]);
    expect(Object.keys(sessions)).toEqual(['s']);
    expect(sessions['s']?.retries).toBe(1);
    expect(sessions['s']?.eventIds).toContain(refused.eventId);
  });

  it.each<[string, Partial<RequestFact>]>([
    ['by another user', { userName: 'bob' }],
    ['of another command', { argv: ['ls'] }],
    ['long before', { receivedMs: T }],
    ['for another reason', { code: 500 }],
  ])('that was refused %s is no try of it', (_, parts) => {
    const refused = request('first', 'refused', 10, { code: 400, ...parts });
    const { sessions } = offline([refused, ...exec('s', 12, 60)]);
    expect(sessions['s']).toMatchObject({ retries: 0 });
  });

  it('is a try of the next session only', () => {
    const refused = request('first', 'refused', 10, { code: 400 });
    const { sessions } = offline([...exec('s2', 14, 60), refused, ...exec('s1', 12, 60)]);
    expect([sessions['s1']?.retries, sessions['s2']?.retries]).toEqual([1, 0]);
  });

  it('whose answer is not seen is told when it was waited for', async () => {
    const { records, sessions } = await live([request('s', 'asked', 10), 100, 150, 200]);
    expect(records).toHaveLength(1);
    expect(sessions['s']).toMatchObject({ state: 'open' });
    expect(sessions['s']?.coverage).toContain('answer_not_seen');
  });
});

describe('an end', () => {
  const [started] = exec('s', 10);
  const open = started === undefined ? [] : [started];

  it('is that of the pod where there is no answer', () => {
    const { sessions } = offline([...open, pod(100, 'deleted')]);
    expect(sessions['s']).toMatchObject({
      ...{ state: 'closed', endedMs: T + 100_000, endedBy: 'pod_deleted' },
    });
    expect(sessions['s']?.coverage).toContain('end_not_seen');
  });

  it('is the answer’s, though the pod was deleted before', () => {
    const { sessions } = offline([pod(100, 'deleted'), ...exec('s', 10, 110)]);
    expect(sessions['s']).toMatchObject({ endedMs: T + 110_000, endedBy: 'response' });
  });

  it('is not that of a pod of the same name before', () => {
    const { sessions } = offline([pod(5, 'deleted'), ...open]);
    expect(sessions['s']).toMatchObject({ state: 'open' });
  });

  it('is its greatest age where nothing else comes', async () => {
    const day = 24 * 3600;
    const later = line(day + 20, 'ls', { place: { ...OTHER, node: 'worker-1' } });
    const told = { state: 'closed', endedBy: 'age', endedMs: T + 10_000 + day * 1000 };
    expect(offline(open).sessions['s']).toMatchObject({ state: 'open' });
    expect(offline([...open, later]).sessions['s']).toMatchObject(told);
    const { sessions } = await live([...open, day - 10, day + 11, day + 100]);
    expect(sessions['s']).toMatchObject(told);
  });

  it('that comes after all takes the place of its age', async () => {
    const day = 24 * 3600;
    const [, ended] = exec('s', 10, day + 50);
    const { sessions } = await live([
      ...[...open, day + 20, day + 40],
      ...(ended === undefined ? [] : [ended]),
      day + 100,
    ]);
    expect(sessions['s']).toMatchObject({ endedBy: 'response', state: 'closed' });
  });
});
