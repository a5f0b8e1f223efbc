import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Circumstances } from '../../../../../../services/detector/sessions/evasion/circumstances.ts';
import {
  evasionsOf,
  markOfOtherPod,
  pastApiServer,
} from '../../../../../../services/detector/sessions/evasion/evasions-of.ts';
import {
  CONFIDENCES,
  type Command,
  type SessionView,
} from '../../../../../../services/detector/sessions/model.ts';
import { SESSION_KINDS } from '../../../../../../services/detector/sessions/facts/model.ts';
import { alert, command, request, view } from '../record/views.ts';
import {
  alertFact,
  around,
  line,
  marked,
  notMarked,
  omit,
  OTHER_UID,
  otherMark,
  STARTED_MS,
  strayAround,
  UID,
  unmarked,
} from './around.ts';

function rulesOf(session: SessionView, changes: Partial<Circumstances> = {}): readonly string[] {
  return evasionsOf(session, around(changes)).map(({ rule }) => rule);
}

type Row = readonly [name: string, session: SessionView, changes: Partial<Circumstances>];

const SHELL = marked(0, 'bash', '/usr/bin/crun');
const TOLD = [SHELL, marked(1, 'ls -l /tmp')];

describe('an ordinary session', () => {
  it('shows nothing', () => {
    expect(rulesOf(view({ commands: TOLD }))).toEqual([]);
  });

  it.each([
    ['an attach', view({ kind: 'attach' })],
    ['a port-forward', view({ kind: 'port-forward' })],
    ['a session through the proxy of a node', view({ kind: 'node-proxy' })],
    [
      'a debug pod that nobody came to',
      view({ kind: 'debug-pod', request: request({ argv: [] }) }),
    ],
  ])('without commands shows nothing where it is %s', (_, session) => {
    expect(rulesOf(session)).toEqual([]);
  });
});

describe('a session without a mark', () => {
  it('is told where the namespace has marks', () => {
    const [found, ...more] = evasionsOf(notMarked({ commands: [unmarked(1, 'ls')] }), around());
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      ...{ rule: 'session_mark_not_set', cluster: 'prod-eu', key: 'a-session' },
      ...{ timeMs: STARTED_MS, eventIds: ['started', 'complete'], place: { pod: 'pay-0' } },
    });
  });

  it('is told where the webhook changed nothing, whatever others have', () => {
    const session = notMarked({ commands: [unmarked(1, 'ls')] }, { marking: 'not_mutated' });
    expect(rulesOf(session, { marksInUse: false })).toEqual(['session_mark_not_set']);
  });

  const commands = [unmarked(1, 'ls')];
  it.each([
    ['the cluster has no webhook', notMarked({ commands }), { marksInUse: false }],
    ['the webhook failed, which has its rule', notMarked({ commands }, { marking: 'failed_open' })],
    ['the user named the mark, which has its rule', notMarked({ commands }, { namesMark: true })],
    ['its event was cut', notMarked({ commands }, { partial: true })],
    ['only its receipt was seen', notMarked({ commands }, { stage: 'RequestReceived' })],
    ['it was not answered yet', notMarked({ commands }, { state: 'asked' })],
    ['it was refused', notMarked({}, { state: 'refused', code: 403 })],
    ['it failed', notMarked({}, { code: 500 })],
    ['a debug pod has no label', notMarked({ commands }, { sessionKind: 'debug-node' })],
    [
      'a debug container was only attached to',
      notMarked({ commands, kind: 'ephemeral' }, { sessionKind: 'attach' }),
    ],
    ['it is an attach', notMarked({ commands, kind: 'attach' }, { sessionKind: 'attach' })],
    ['it is a port-forward', notMarked({ kind: 'port-forward' }, { sessionKind: 'port-forward' })],
  ])('is not told where %s', (_, session: SessionView, changes: Partial<Circumstances> = {}) => {
    expect(rulesOf(session, changes)).toEqual([]);
  });
});

describe('a session that lost its mark', () => {
  const FOREIGN = { executable: '/usr/bin/python3' };

  it('is told with the first command that has none', () => {
    const commands = [...TOLD, unmarked(5, 'env -i bash'), unmarked(6, 'rm -rf /data')];
    expect(evasionsOf(view({ commands }), around())).toMatchObject([
      {
        ...{ rule: 'session_mark_stripped', key: 'a-session', timeMs: STARTED_MS + 5000 },
        ...{ commandLine: 'env -i bash', eventIds: ['started', 'complete', 'unmarked-5'] },
      },
    ]);
  });

  it.each<readonly [string, readonly Command[]]>([
    ['two of programs of the session', [unmarked(5, 'rm -rf /data'), unmarked(7, 'sync')]],
    [
      'one, and what that started',
      [unmarked(5, 'make all'), unmarked(8, 'cc x.c', { executable: '/usr/bin/make' })],
    ],
    ['one after the environment was emptied', [marked(4, 'env -i sh'), unmarked(5, 'rm -rf /')]],
    [
      'one after the mark was taken out of the environment',
      [marked(4, '/usr/bin/env -u SPO sh'), unmarked(5, 'rm -rf /'), marked(6, 'ls')],
    ],
    [
      'three of programs that the session does not show',
      [5, 6, 9].map((at) => unmarked(at, 'rm -rf /data', FOREIGN)),
    ],
    [
      'three in a row before marks go on',
      [...[5, 6, 7].map((at) => unmarked(at, 'rm -rf /data')), marked(8, 'ls')],
    ],
  ])('is told for %s', (_, more) => {
    expect(rulesOf(view({ commands: [...TOLD, ...more] }))).toEqual(['session_mark_stripped']);
  });

  it.each<readonly [string, readonly Command[]]>([
    ['one command, which may be a slip of the enricher', [unmarked(5, 'rm -rf /data')]],
    ['what comes at one moment', [unmarked(5, 'sh -c a'), unmarked(5, 'a'), unmarked(6, 'b')]],
    [
      'commands of the workload that were never seen before',
      [unmarked(5, 'convert a.png', FOREIGN), unmarked(9, 'convert b.png', FOREIGN)],
    ],
    [
      'children of a cron job between marked commands',
      [unmarked(5, 'sh -c backup'), unmarked(9, 'backup'), marked(10, 'ls')],
    ],
    [
      'a moment between marked commands',
      [...[5, 5, 6].map((at) => unmarked(at, 'sed -i')), marked(8, 'ls')],
    ],
    ['env without an option', [marked(4, 'env'), unmarked(5, 'rm -rf /data')]],
    ['env -v', [marked(4, 'env -v A=b sh'), unmarked(5, 'rm -rf /data')]],
    [
      'probes, which the runtime starts',
      [
        unmarked(5, 'cat /tmp/ready', { executable: '/usr/bin/runc' }),
        unmarked(15, 'cat /tmp/ready', {
          executable: '/memfd:runc_cloned:/proc/self/exe (deleted)',
        }),
        unmarked(25, 'cat /tmp/ready', { executable: '/usr/bin/runc' }),
      ],
    ],
    [
      'commands that may be of another session',
      [5, 6, 7].map((at) => unmarked(at, 'ls', { confidence: 'ambiguous' })),
    ],
    [
      'what the node could not put into a container',
      [5, 6, 7].map((at) => omit(unmarked(at, 'ls'), 'container')),
    ],
    [
      'commands with a mark of somebody else',
      [5, 6, 7].map((at) => unmarked(at, 'ls', { requestUid: OTHER_UID })),
    ],
    ['what ran when it had ended', [5, 6, 7].map((at) => unmarked(at, 'ls', { outlived: true }))],
    [
      'the first process of another session',
      [5, 6, 7].map((at) => unmarked(at, 'ls', { isSessionStart: true })),
    ],
  ])('is not told for %s', (_, more) => {
    expect(rulesOf(view({ commands: [...TOLD, ...more] }))).toEqual([]);
  });

  const stripped = [...TOLD, unmarked(5, 'rm -rf /data'), unmarked(8, 'sync')];

  it('is not told where marks do not reach the enricher', () => {
    const commands = [unmarked(4, 'env -i bash'), ...stripped.slice(2)];
    expect(rulesOf(view({ commands }))).toEqual([]);
    expect(rulesOf(view({ commands: commands.slice(0, 1) }))).toEqual([]);
  });

  it('is not told where it was not marked, or the user named the mark', () => {
    const none = notMarked({ commands: stripped });
    expect(rulesOf(none, { marksInUse: false })).toEqual([]);
    expect(rulesOf(view({ commands: stripped, request: request({ namesMark: true }) }))).toEqual(
      [],
    );
  });

  it('is not told before the commands have been waited for', () => {
    const session = view({ commands: stripped });
    expect(rulesOf(session, { settledUntilMs: STARTED_MS + 7999 })).toEqual([]);
    expect(rulesOf(session, { settledUntilMs: STARTED_MS + 8000 })).toEqual([
      'session_mark_stripped',
    ]);
  });
});

describe('a session of which nothing is seen', () => {
  const silent = view();

  it('is told where its node told of others', () => {
    expect(evasionsOf(silent, around())).toMatchObject([
      { rule: 'session_without_telemetry', key: 'a-session', timeMs: STARTED_MS },
    ]);
  });

  it('is told where Falco told of it', () => {
    expect(rulesOf(view({ alerts: [alert()] }))).toEqual(['session_without_telemetry']);
  });

  it('is told of a debug container that somebody used', () => {
    const attachers = [{ session: 'attach', userName: 'bob', startedMs: STARTED_MS }];
    const debug = view({ kind: 'ephemeral', attachers, request: request({ argv: [] }) });
    expect(rulesOf(debug)).toEqual(['session_without_telemetry']);
  });

  const ENDED_MS = silent.endedMs ?? 0;
  it.each([
    ['its node has no enricher', silent, { nodeReported: 'no' }],
    ['its node is not known', silent, { nodeReported: 'unknown' }],
    ['lines may still come', silent, { settledUntilMs: ENDED_MS - 1 }],
    ['it is open', omit(view({ state: 'open' }), 'endedMs', 'endedBy')],
    ['the command could not be started', view({ endedMs: STARTED_MS + 999 })],
    ['only its receipt was seen', view({ request: request({ state: 'asked' }) })],
    ['its times are no times', view({ startedMs: Number.NaN })],
  ] as const)('is not told where %s', (_, session, changes: Partial<Circumstances> = {}) => {
    expect(rulesOf(session, changes)).toEqual([]);
  });

  it.each([
    ['privileged', around({ privileged: true }), silent],
    ['unconfined', around({ unconfined: true }), silent],
    ['made privileged', around(), view({ request: request({ privileged: true }) })],
    [
      'privileged, on a node that is not known',
      around({ nodeReported: 'unknown', privileged: true }),
      silent,
    ],
  ])('is told as not watched where the container is %s', (_, circumstances, session) => {
    expect(evasionsOf(session, circumstances).map(({ rule }) => rule)).toEqual([
      'session_container_not_watched',
    ]);
  });

  it.each<Row>([
    ['commands were seen all the same', view({ commands: TOLD }), { privileged: true }],
    ['the node has no enricher', silent, { privileged: true, nodeReported: 'no' }],
    [
      'no node has one',
      silent,
      {
        ...{ privileged: true, nodeReported: 'unknown', clusterReported: false },
      },
    ],
  ])('is not told as not watched where %s', (_, session, changes) => {
    expect(rulesOf(session, changes)).toEqual([]);
  });
});

describe('a process after its session', () => {
  const late = (changes: Partial<Command> = {}) =>
    command({
      ...{ eventId: 'late', timeMs: STARTED_MS + 900_000, pid: 2000, confidence: 'inferred' },
      ...{ commandLine: './miner', executable: '/bin/bash', outlived: true },
      ...changes,
    });

  it('is told', () => {
    expect(evasionsOf(view({ commands: [...TOLD, late()] }), around())).toMatchObject([
      { rule: 'session_outlived', commandLine: './miner', timeMs: STARTED_MS + 900_000 },
    ]);
  });

  it('is told of an alert with its mark', () => {
    const alerts = [alert({ eventId: 'late', outlived: true, pid: 2000, requestUid: UID })];
    expect(rulesOf(view({ commands: TOLD, alerts }))).toEqual(['session_outlived']);
  });

  it('is told where the process is one of the session, still there', () => {
    const daemon = marked(2, '/tmp/miner -o pool');
    const again = late({ pid: 1002, commandLine: '/tmp/miner -o pool', executable: '/tmp/miner' });
    expect(rulesOf(view({ commands: [...TOLD, daemon, again] }))).toEqual(['session_outlived']);
  });

  it.each([
    ['what may be in another pod', view({ commands: [...TOLD, omit(late(), 'container')] })],
    ['a process number that was given again', view({ commands: [...TOLD, late({ pid: 1001 })] })],
    ['a session that was closed by its age', view({ commands: [...TOLD, late()], endedBy: 'age' })],
    ['a pod that is gone', view({ commands: [...TOLD, late()], endedBy: 'pod_deleted' })],
    ['a debug container, which may go on', view({ kind: 'ephemeral', commands: [late()] })],
  ])('is not told for %s', (_, session) => {
    expect(rulesOf(session)).toEqual([]);
  });
});

describe('a shell without a request', () => {
  it('is told of a line', () => {
    expect(pastApiServer(line(), strayAround())).toMatchObject({
      ...{ rule: 'session_past_api_server', cluster: 'prod-eu', commandLine: '/bin/bash' },
      ...{ eventIds: ['a-line'], place: { pod: 'pay-1', node: 'worker-1' }, pid: 4242 },
    });
  });

  it('is told once of the line, its repeat and the alert on it', () => {
    const keys = [line(), line({ eventId: 'again' }), alertFact({ timeMs: STARTED_MS + 5900 })].map(
      (stray) => pastApiServer(stray, strayAround())?.key,
    );
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toBeDefined();
  });

  it.each([
    ['who started it is not known', omit(line(), 'executable'), {}],
    ['a later record of it is seen', line({ executable: '/bin/bash' }), {}],
    ['the making of the pod was not seen', line(), { podCreatedMs: undefined }],
    ['Falco does not know the parent', omit(alertFact(), 'parentName'), {}],
  ])('is told where %s', (_, stray, changes) => {
    const circumstances = omit({ ...strayAround(), ...changes } as ReturnType<typeof strayAround>);
    expect(pastApiServer(stray, circumstances)?.rule).toBe('session_past_api_server');
  });

  it.each([
    ['it has a mark, so that it came through the API server', line({ requestUid: UID }), {}],
    ['a session was near', line(), { isNearSession: true }],
    ['the workload does so by itself', line(), { isWorkloads: true }],
    ['the audit log may still come', line(), { isSettled: false }],
    ['there is no audit log', line(), { auditReported: false }],
    ['the pod is new', line(), { podCreatedMs: STARTED_MS - 60_000 }],
    ['it is a probe', line({ commandLine: 'sh -c test -f /tmp/ready' }), {}],
    ['it runs a script', line({ commandLine: '/bin/sh /entrypoint.sh' }), {}],
    ['a program of the workload started it', line({ executable: '/usr/bin/python3' }), {}],
    ['it is on the node', line({ scope: 'node' }), {}],
    ['no pod is known', line({ place: { node: 'worker-1' } }), {}],
    ['its command is not known', omit(line(), 'commandLine'), {}],
    ['Falco names another parent', alertFact({ parentName: 'nginx' }), {}],
    [
      'Falco is about something else',
      alertFact({
        rule: 'Read sensitive file untrusted',
        commandLine: 'cat /etc/shadow',
        processName: 'cat',
      }),
      {},
    ],
  ])('is not told where %s', (_, stray, changes) => {
    expect(pastApiServer(stray, strayAround(changes))).toBeUndefined();
  });
});

describe('a mark in another pod', () => {
  const stolen = line({ requestUid: UID, commandLine: 'curl evil', executable: '/bin/bash' });

  it('is told with whose it is', () => {
    expect(markOfOtherPod(stolen, otherMark())).toMatchObject({
      ...{ rule: 'session_mark_of_other_pod', cluster: 'prod-eu', commandLine: 'curl evil' },
      ...{ owner: { session: 'a-session', userName: 'alice' }, place: { pod: 'pay-1' } },
    });
  });

  it('is told once for a session and a pod', () => {
    const again = line({ requestUid: UID, eventId: 'again', pid: 1 });
    const key = (stray: typeof stolen) => markOfOtherPod(stray, otherMark())?.key;
    expect(key(again)).toBe(key(stolen));
    const elsewhere = { ...again, place: { ...again.place, pod: 'pay-2' } };
    expect(key(elsewhere)).not.toBe(key(stolen));
  });

  it.each([
    ['it is left over from a process of the owner', stolen, { isStale: true }],
    ['it is in its own pod', { ...stolen, place: { namespace: 'payments', pod: 'pay-0' } }, {}],
    ['no pod is known', { ...stolen, place: { node: 'worker-1' } }, {}],
    ['the enricher could not tell the container', { ...stolen, scope: 'node' as const }, {}],
    [
      'the name of the debug pod is not known',
      stolen,
      {
        owner: { session: 'a-session', place: { namespace: 'payments' } },
      },
    ],
    ['there is no mark', line(), {}],
  ])('is not told where %s', (_, stray, changes) => {
    expect(markOfOtherPod(stray, otherMark(changes))).toBeUndefined();
  });
});

describe('whatever is known', () => {
  const time = fc.oneof(fc.integer(), fc.constantFrom(Number.NaN, Infinity, 1e300));
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('bash', '', '/', UID));
  const commands = fc.array(
    fc.record({
      ...{ timeMs: time, confidence: fc.constantFrom(...CONFIDENCES), outlived: fc.boolean() },
      ...{ commandLine: text, executable: text, requestUid: text, eventId: text },
      pid: fc.option(fc.integer(), { nil: undefined }),
    }),
    { maxLength: 12 },
  );

  const sessions = fc.record({
    kind: fc.constantFrom(...SESSION_KINDS),
    ...{ endedMs: time, startedMs: time, commands, isMarked: fc.boolean() },
  });

  it('nothing throws, and each rule is told once', () => {
    fc.assert(
      fc.property(sessions, time, ({ commands: made, isMarked, ...changes }, settledUntilMs) => {
        const told = made.map(({ pid, ...rest }) =>
          command({ ...rest, ...(pid === undefined ? {} : { pid }) }),
        );
        const session = isMarked ? view({ commands: told }) : notMarked({ commands: told });
        const found = rulesOf({ ...session, ...changes }, { settledUntilMs });
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });

  it('nothing is told of lines before anything is settled', () => {
    fc.assert(
      fc.property(commands, (made) => {
        const told = made.map(({ pid: _, ...rest }) => command(rest));
        expect(rulesOf(view({ commands: told }), { settledUntilMs: -Infinity })).toEqual([]);
      }),
    );
  });
});
