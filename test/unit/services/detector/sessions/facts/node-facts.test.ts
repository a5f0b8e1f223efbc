/** Commands of a node, in every shape that its enricher writes, and alerts of Falco. */
import { describe, expect, it } from 'vitest';
import type {
  AlertFact,
  LineFact,
} from '../../../../../../services/detector/sessions/facts/model.ts';
import { factOf } from '../../../../../../services/detector/sessions/facts/fact-of.ts';
import { eventsOf } from '../../../normalizer/batches.ts';
import { FALCO, SPO } from '../../../normalizer/map/leaves.ts';
import { documentOf, factOfRecord, factsOf } from './facts.ts';

/** As published: SPO pull request 3071, OpenShift's documentation, and shapes that its code gives. */
const IN_POD =
  '{"auditID":"310bd7f4-b20c-4bb0-ad90-8ccb2482989f","cmdLine":"ls -l /tmp ","executable":"/bin/dash","gid":0,"node":{"name":"bgudi-421-gbz8t-worker-c-sq569"},"pid":16037,"requestUID":"866ee807-6843-44d3-b0bf-68efa0296aa7","resource":{"container":"nginx","namespace":"security-profiles-operator","pod":"my-pod"},"syscalls":["execve"],"timestamp":"2026-03-10T14:45:33.000Z","uid":0,"version":"spo/v1_alpha"}';
const WRAPPER =
  '{"auditID":"cc5e8b03-45a7-434a-ad25-23d40ba42435","cmdLine":"env SPO_EXEC_REQUEST_UID=de193172-188c-4596-a2a0-b64f75a1b8e4 sh -c echo hello ","executable":"/usr/bin/crun","gid":0,"node":{"name":"bgudi-421-gbz8t-worker-c-sq569"},"pid":16054,"requestUID":"de193172-188c-4596-a2a0-b64f75a1b8e4","resource":{"container":"nginx","namespace":"security-profiles-operator","pod":"my-pod"},"syscalls":["execve","getpid"],"timestamp":"2026-03-10T14:45:38.000Z","uid":0,"version":"spo/v1_alpha"}';
const NODE_DEBUG =
  '{"auditID":"edce381a-998d-4f3f-99d8-d0c4d0c8a613","cmdLine":"touch demonodedebug","executable":"/usr/bin/bash","gid":0,"node":{"name":"worker-1"},"pid":99086,"resource":{"container":"container-00","namespace":"openshift-security-profiles","pod":"worker-1-debug"},"syscalls":["execve","getpid"],"timestamp":"2026-02-12T13:50:11.000Z","uid":0,"version":"spo/v1_alpha"}';
const OF_NODE =
  '{"auditID":"11111111-1111-4111-8111-111111111111","cmdLine":"","executable":"/","gid":0,"node":{"name":"worker-1"},"pid":4242,"resource":null,"syscalls":null,"timestamp":"2026-02-12T13:50:11.000Z","uid":0,"version":"spo/v1_alpha"}';
const MILLISECONDS =
  '{"auditID":"22222222-2222-4222-8222-222222222222","cmdLine":"sh -c curl http://a/?x=1\\u0026y=2 \\u003e /tmp/o ","executable":"/bin/bash","node":{"name":"worker-1"},"pid":4243,"requestUID":"866ee807-6843-44d3-b0bf-68efa0296aa7","resource":{"container":"app","namespace":"prod","pod":"pay-0"},"syscalls":["execve"],"timestamp":"2026-09-01T10:00:00.123Z","version":"spo/v1_alpha"}';

function lineOf(text: string, change: object = {}): LineFact {
  const fact = factOfRecord({ ...(JSON.parse(text) as object), ...change });
  if (fact?.kind !== 'line') throw new Error('No line');
  const { eventId, ...rest } = fact;
  expect(eventId).toMatch(/^[\w-]{27}$/);
  return rest as LineFact;
}

describe('a command', () => {
  const MY_POD = {
    ...{ namespace: 'security-profiles-operator', pod: 'my-pod', container: 'nginx' },
    node: 'bgudi-421-gbz8t-worker-c-sq569',
  };

  it.each([
    [
      'in a pod',
      IN_POD,
      {
        ...{ kind: 'line', timeMs: Date.parse('2026-03-10T14:45:33Z'), isWholeSecond: true },
        ...{ place: MY_POD, scope: 'container', pid: 16037, groupId: '0', partial: false },
        ...{ executable: '/bin/dash', commandLine: 'ls -l /tmp', isSessionStart: false },
        ...{
          requestUid: '866ee807-6843-44d3-b0bf-68efa0296aa7',
          syscalls: ['execve'],
          findings: [],
        },
      },
    ],
    [
      'that the runtime starts first',
      WRAPPER,
      {
        ...{ kind: 'line', timeMs: Date.parse('2026-03-10T14:45:38Z'), isWholeSecond: true },
        ...{ place: MY_POD, scope: 'container', pid: 16054, groupId: '0', partial: false },
        ...{ executable: '/usr/bin/crun', commandLine: 'sh -c echo hello', isSessionStart: true },
        requestUid: 'de193172-188c-4596-a2a0-b64f75a1b8e4',
        ...{ syscalls: ['execve', 'getpid'], findings: [] },
      },
    ],
    [
      'in a pod to debug a node with',
      NODE_DEBUG,
      {
        ...{ kind: 'line', timeMs: Date.parse('2026-02-12T13:50:11Z'), isWholeSecond: true },
        place: {
          ...{ namespace: 'openshift-security-profiles', pod: 'worker-1-debug' },
          ...{ container: 'container-00', node: 'worker-1' },
        },
        ...{ scope: 'container', pid: 99086, groupId: '0', partial: false, isSessionStart: false },
        ...{ executable: '/usr/bin/bash', commandLine: 'touch demonodedebug' },
        ...{ syscalls: ['execve', 'getpid'], findings: [] },
      },
    ],
    [
      'of which next to nothing is known',
      OF_NODE,
      {
        ...{ kind: 'line', timeMs: Date.parse('2026-02-12T13:50:11Z'), isWholeSecond: true },
        ...{ place: { node: 'worker-1' }, scope: 'node', pid: 4242, groupId: '0' },
        ...{ isSessionStart: false, partial: false, findings: [] },
      },
    ],
    [
      'of a later release, with characters that JSON escapes',
      MILLISECONDS,
      {
        ...{ kind: 'line', timeMs: Date.parse('2026-09-01T10:00:00.123Z'), isWholeSecond: false },
        place: { namespace: 'prod', pod: 'pay-0', container: 'app', node: 'worker-1' },
        ...{ scope: 'container', pid: 4243, isSessionStart: false, partial: false },
        ...{ executable: '/bin/bash', commandLine: 'sh -c curl http://a/?x=1&y=2 > /tmp/o' },
        ...{
          requestUid: '866ee807-6843-44d3-b0bf-68efa0296aa7',
          syscalls: ['execve'],
          findings: [],
        },
      },
    ],
  ])('%s', (_, text, fact) => {
    expect(lineOf(text)).toStrictEqual(fact);
  });

  it('has a user where that is known: 0 of a release that writes it for anybody is not', () => {
    expect(lineOf(IN_POD)).not.toHaveProperty('userId');
    expect(lineOf(IN_POD, { uid: 1000 }).userId).toBe('1000');
    expect(lineOf(MILLISECONDS, { uid: 0 }).userId).toBe('0');
    expect(lineOf(MILLISECONDS)).not.toHaveProperty('userId');
  });

  it.each([
    ['2026-03-10T14:45:33Z', true],
    ['2026-03-10T14:45:33.000000Z', true],
    ['2026-03-10T14:45:33.000001Z', false],
    ['2026-03-10T15:45:33.000+01:00', true],
    ['yesterday', false],
  ])('of %s: the time was cut to whole seconds: %s', (timestamp, isWholeSecond) => {
    expect(lineOf(IN_POD, { timestamp }).isWholeSecond).toBe(isWholeSecond);
  });

  it('without node, pod or request UID is none: it could be joined with nothing', () => {
    const nowhere = { resource: null, node: undefined, requestUID: undefined };
    const fact = (change: object) =>
      factOfRecord({ ...(JSON.parse(IN_POD) as object), ...nowhere, ...change });
    expect(fact({})).toBeUndefined();
    expect(fact({ resource: { pod: 'my-pod', namespace: '', container: '' } })).toBeUndefined();
    expect(fact({ requestUID: 'u' })?.place).toEqual({});
    expect(fact({ node: { name: 'n' } })?.place).toEqual({ node: 'n' });
    expect(fact({ resource: { pod: 'p', namespace: 'x', container: '' } })?.place).toEqual({
      ...{ namespace: 'x', pod: 'p' },
    });
  });

  it('that was cut says so, and what is missing is not there', () => {
    const [fact] = factsOf(IN_POD.slice(0, IN_POD.indexOf('"syscalls"')), { source: 'spo' });
    expect(fact).toMatchObject({ kind: 'line', partial: true, place: MY_POD });
    const cut = IN_POD.slice(0, IN_POD.indexOf('"resource"'));
    expect(factsOf(cut, { source: 'spo' })[0]).toMatchObject({ partial: true, scope: 'node' });
  });
});

describe('an alert', () => {
  function alertOf(record: object): AlertFact | undefined {
    const fact = factOfRecord(record);
    if (fact !== undefined && fact.kind !== 'alert') throw new Error('No alert');
    return fact;
  }
  const fields = (more: object) => ({
    ...FALCO,
    output_fields: { ...FALCO.output_fields, ...more },
  });

  it('says where, what and which process', () => {
    const fact = alertOf(
      fields({ 'proc.name': 'sh', 'proc.pname': 'runc', spo_request_uid: 'u-1' }),
    );
    expect(fact).toMatchObject({
      ...{ rule: 'Terminal shell in container', priority: 'notice', pid: 48211 },
      ...{ timeMs: Date.parse('2025-11-18T10:01:02.123Z'), partial: false, findings: [] },
      place: { namespace: 'payments', pod: 'checkout-0', container: 'app', node: 'worker-1' },
      ...{
        commandLine: 'sh -c id',
        executable: '/bin/dash',
        processName: 'sh',
        parentName: 'runc',
      },
      ...{ hasTerminal: true, requestUid: 'u-1', message: FALCO.output },
    });
  });

  it('on the node itself has a node', () => {
    const host = { 'container.id': 'host', 'container.name': 'host' };
    const none = { 'k8s.ns.name': null, 'k8s.pod.name': '<NA>', 'proc.tty': 0 };
    expect(alertOf(fields({ ...host, ...none }))).toMatchObject({
      ...{ place: { node: 'worker-1' }, hasTerminal: false },
    });
  });

  it.each([
    ['about a request that the audit log tells of', { source: 'k8s_audit' }],
    ['about Falco itself', { source: 'internal', rule: 'Falco internal: metrics snapshot' }],
    ['about drops', { source: 'internal', rule: 'Falco internal: syscall event drop' }],
    ['of a cloud', { source: 'aws_cloudtrail' }],
    ['of nowhere', { hostname: undefined, output_fields: {} }],
  ])('%s is none', (_, change) => {
    expect(alertOf({ ...FALCO, ...change })).toBeUndefined();
  });

  it('through falcosidekick is one, whatever it calls the source', () => {
    expect(alertOf({ ...FALCO, uuid: 'x', source: 'syscalls' })?.kind).toBe('alert');
    const { source: _source, ...unsaid } = FALCO;
    expect(alertOf(unsaid)?.kind).toBe('alert');
  });
});

it('what a pod is of is told where it was learnt', () => {
  for (const record of [SPO, FALCO]) {
    const [event] = eventsOf(JSON.stringify(record), { source: 'logs' });
    if (event === undefined) throw new Error('no event');
    const document = documentOf(event);
    const pod = { workload_kind: 'StatefulSet', workload: 'checkout' };
    expect(factOf(event, document, [])).not.toHaveProperty('workload');
    const known = { ...document, podwitness: { pod } };
    expect(factOf(event, known, [])).toMatchObject({ workload: 'StatefulSet/checkout' });
    const half = { ...document, podwitness: { pod: { workload: 'checkout' } } };
    expect(factOf(event, half, [])).not.toHaveProperty('workload');
  }
});
