import { describe, expect, it } from 'vitest';
import type {
  Place,
  RequestFact,
} from '../../../../../../services/detector/sessions/facts/model.ts';
import { exec, line, live, offline, type Parts, pod, request, T } from './stage-story.ts';

const NAME = 'node-debugger-worker-1-abcde';
const DEBUGGER = { namespace: 'default', pod: NAME, container: 'debugger' };
const NODE_LINE = { place: { node: 'worker-1' }, scope: 'node' as const };

function made(session: string, at: number, parts: Parts<RequestFact> = {}): RequestFact {
  return request(session, 'changed', at, {
    ...{ sessionKind: 'debug-node', place: DEBUGGER, argv: [], containers: ['debugger'] },
    ...{ requestUid: `uid-${session}`, marking: 'marked', code: 201, privileged: true },
    ...parts,
  });
}

function attached(
  session: string,
  from: number,
  until?: number,
  place: Place = DEBUGGER,
): RequestFact[] {
  return exec(session, from, until, {
    ...{ sessionKind: 'attach', place, userName: 'bob', marking: 'unsaid' },
    ...{ requestUid: `none-${session}`, who: { source: { ip: '10.0.0.9' } } },
  });
}

describe('a debug session of a node', () => {
  it('has its attachers, and ends when the last one leaves', () => {
    const { sessions } = offline([
      ...attached('a2', 40, 90),
      made('d', 10),
      ...attached('a1', 20, 50),
    ]);
    expect(Object.keys(sessions)).toEqual(['d']);
    expect(sessions['d']).toMatchObject({
      ...{ kind: 'debug-node', state: 'closed', endedMs: T + 90_000, endedBy: 'response' },
      place: { ...DEBUGGER, node: 'worker-1' },
      attachers: [
        { session: 'a1', userName: 'bob', sourceIp: '10.0.0.9', startedMs: T + 20_000 },
        { session: 'a2', startedMs: T + 40_000, endedMs: T + 90_000 },
      ],
    });
  });

  it('opens again with the next one', async () => {
    const { records } = await live([
      ...[made('d', 10), ...attached('a1', 20, 50), 100],
      ...[...attached('a2', 110), 200],
    ]);
    expect(records.map(({ state }) => state)).toEqual(
      expect.arrayContaining(['open', 'closed', 'open']),
    );
    expect(records.at(-1)).toMatchObject({ id: 'd', state: 'open' });
  });

  it('has what ran in its pod, and on its node without a container', () => {
    const { sessions } = offline([
      made('d', 10),
      ...attached('a', 20, 90),
      line(30, 'chroot /host', { place: { ...DEBUGGER, node: 'worker-1' }, requestUid: 'uid-d' }),
      line(40, 'cat /etc/shadow', NODE_LINE),
      line(41, 'cat /etc/shadow', { ...NODE_LINE, place: { node: 'worker-2' } }),
    ]);
    expect(sessions['d']?.commands).toMatchObject([
      { commandLine: 'chroot /host', confidence: 'exact' },
      { commandLine: 'cat /etc/shadow', confidence: 'inferred', node: 'worker-1' },
    ]);
  });

  it('shares what no container is known of with another on the node', () => {
    const other = { place: { ...DEBUGGER, pod: 'node-debugger-worker-1-fghij' } };
    const { sessions } = offline([
      made('d1', 10),
      made('d2', 12, other),
      line(40, 'id', NODE_LINE),
    ]);
    expect(sessions['d1']?.commands).toMatchObject([{ confidence: 'ambiguous', others: ['d2'] }]);
  });

  it('ends with its pod', () => {
    const gone = pod(60, 'deleted', { place: { namespace: 'default', pod: NAME } });
    const { sessions } = offline([made('d', 10), ...attached('a', 20), gone]);
    expect(sessions['d']).toMatchObject({ endedMs: T + 60_000, endedBy: 'pod_deleted' });
  });
});

describe('an attach', () => {
  it('to a debug pod whose maker was not seen is a session that says so', async () => {
    const { sessions } = await live([...attached('a', 20, 90), 30, 100]);
    expect(sessions['a']).toMatchObject({ kind: 'debug-node', place: { node: 'worker-1' } });
    expect(sessions['a']?.coverage).toContain('creator_not_seen');
  });

  it('waits for who made what it attached to', async () => {
    const { records } = await live([...attached('a', 20), 30, made('d', 10), 100, 200]);
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(['d']));
  });

  it('that was told before its maker came is closed, and stands there as well', async () => {
    const { sessions } = await live([...attached('a', 20), 100, made('d', 10), 200]);
    expect(sessions['a']).toMatchObject({ state: 'closed' });
    expect(sessions['d']?.attachers).toMatchObject([{ session: 'a' }]);
  });

  it('to any other container is a session of its own, and blind', () => {
    const { sessions } = offline([
      ...attached('a', 20, 90, { namespace: 'payments', pod: 'pay-0', container: 'app' }),
    ]);
    expect(sessions['a']).toMatchObject({
      kind: 'attach',
      coverage: ['node_not_known', 'attach_is_blind'],
    });
  });

  it('to a debug container is one of who made that, to its neighbour is not', () => {
    const app = { namespace: 'payments', pod: 'pay-0', container: 'app' };
    const made2 = request('e', 'changed', 10, {
      ...{ sessionKind: 'ephemeral', containers: ['debugger-x'], argv: [] },
      place: { namespace: 'payments', pod: 'pay-0' },
    });
    const { sessions } = offline([
      ...[made2, ...attached('a', 20, 90, { ...app, container: 'debugger-x' })],
      ...attached('b', 20, 90, app),
    ]);
    expect(Object.keys(sessions).sort()).toEqual(['b', 'e']);
    expect(sessions['e']).toMatchObject({
      ...{ place: { container: 'debugger-x' }, attachers: [{ session: 'a' }] },
    });
  });

  it('to a pod that was made anew is not one to the pod before', () => {
    const gone = pod(15, 'deleted', { place: { namespace: 'default', pod: NAME } });
    const { sessions } = offline([made('d', 10), gone, ...attached('a', 20, 90)]);
    expect(sessions['a']).toMatchObject({ kind: 'debug-node' });
    expect(sessions['d']?.attachers).toEqual([]);
  });
});

describe('an attach to what oc debug made of a node', () => {
  it.each(['worker-1-debug', 'worker-1-debug-x7k2p'])('is the session of the node: %s', (name) => {
    const place = { namespace: 'openshift-debug', pod: name, container: 'container-00' };
    const { sessions } = offline(attached('a', 20, 60, place));
    expect(sessions['a']).toMatchObject({ kind: 'debug-node', place: { node: 'worker-1' } });
    expect(sessions['a']?.coverage).toContain('creator_not_seen');
  });

  it('is not one to another container of such a pod', () => {
    const place = { namespace: 'a', pod: 'shop-debug', container: 'app' };
    expect(offline(attached('a', 20, 60, place)).sessions['a']).toMatchObject({ kind: 'attach' });
  });
});

describe('a debug container whose name the audit level does not say', () => {
  const IN_POD = { namespace: 'payments', pod: 'pay-0' };
  const creator = request('d', 'changed', 10, {
    ...{ sessionKind: 'ephemeral', place: IN_POD, argv: [], marking: 'marked' as const },
    ...{ requestUid: 'uid-d', code: 200 },
  });

  it('has who attaches to a container of such a name', () => {
    const place = { ...IN_POD, container: 'debugger-cww2f' };
    const { sessions } = offline([creator, ...attached('a', 20, 60, place)]);
    expect(Object.keys(sessions)).toEqual(['d']);
    expect(sessions['d']).toMatchObject({ kind: 'ephemeral', attachers: [{ session: 'a' }] });
  });

  it('has nobody who attaches to another container', () => {
    const place = { ...IN_POD, container: 'app' };
    const { sessions } = offline([creator, ...attached('a', 20, 60, place)]);
    expect(Object.keys(sessions).sort()).toEqual(['a', 'd']);
    expect(sessions['a']).toMatchObject({ kind: 'attach' });
  });
});
