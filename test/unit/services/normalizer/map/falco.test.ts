import { describe, expect, it } from 'vitest';
import { FALCO, map, UID } from './leaves.ts';

const alert = (change: object = {}, options = {}) =>
  map('falco', { ...FALCO, ...change }, { options });
const withFields = (fields: object, options = {}) =>
  alert({ output_fields: { ...FALCO.output_fields, ...fields } }, options);

it('an alert keeps every digit, and is found by ECS fields', () => {
  const { document, event } = alert();
  expect(event).toMatchObject({
    ...{ kind: 'alert', format: 'falco', partial: false, userName: null, auditId: null },
    ...{ node: 'worker-1', namespace: 'payments', pod: 'checkout-0', container: 'app' },
    time: Date.parse('2025-11-18T10:01:02.123Z'),
  });
  expect(document).toMatchObject({
    '@timestamp': '2025-11-18T10:01:02.123456789Z',
    message:
      'Falco, Terminal shell in container, in payments/checkout-0 (app) on worker-1: A shell was spawned',
    event: { kind: 'alert', dataset: 'falco.alerts', severity: 21, provider: 'syscall' },
    data_stream: { dataset: 'podwitness.activity' },
    log: { level: 'notice' },
    rule: { name: 'Terminal shell in container', ruleset: 'falco' },
    process: { pid: 48211, executable: '/bin/dash', command_line: 'sh -c id', interactive: true },
    user: { name: 'root', id: '0' },
    container: { id: '3ad7b26ded6d', name: 'app', image: { name: 'docker.io/library/nginx' } },
    tags: ['T1059', 'shell'],
    falco: { output_fields: { 'evt.time': '1763460062123456789', 'proc.pid': '48211' } },
  });
});

describe('severity', () => {
  it.each([
    ['Emergency', 99],
    ['CRITICAL', 99],
    ['error', 73],
    ['Warning', 47],
    ['Informational', 1],
    ['Debug', 1],
  ])('of %s', (priority, severity) => {
    expect(alert({ priority }).document).toMatchObject({ event: { severity } });
  });

  it('of a priority that is none is not made up', () => {
    expect(alert({ priority: 'constructor' }).document).not.toHaveProperty('event.severity');
  });
});

it('takes null and <NA> for no values, and host for no container', () => {
  const { document, event } = withFields({
    ...{ 'k8s.pod.name': null, 'k8s.ns.name': '<NA>', 'user.name': '<NA>', 'user.uid': null },
    ...{ 'container.id': 'host', 'container.name': 'host', 'container.image.repository': '' },
  });
  expect(event).toMatchObject({ pod: null, namespace: null, container: null, node: 'worker-1' });
  expect(document).not.toHaveProperty('container');
  expect(document).not.toHaveProperty('user');
  expect(document).not.toHaveProperty(['falco', 'output_fields', 'k8s.pod.name']);
});

it('has the time of its event where it has none', () => {
  const { time: _time, ...without } = FALCO;
  const { document } = map('falco', without);
  expect(document['@timestamp']).toBe('2025-11-18T10:01:02.123Z');
  expect(document).not.toHaveProperty('podwitness.missing');
  const never = map('falco', { ...without, output_fields: { 'evt.time': '9'.repeat(21) } });
  expect(never.event.time).toBe(never.event.receivedAt);
  expect(never.document).toMatchObject({ podwitness: { missing: ['time'] } });
});

describe('the request UID', () => {
  it.each([
    ['of the process', { spo_request_uid: UID, spo_request_uid_ancestor: 'x' }, UID],
    ['of its ancestor', { spo_request_uid: '<NA>', spo_request_uid_ancestor: UID }, UID],
    ['under a name like it', { spo_request_uid_parent: UID }, UID],
    ['not of any other field', { request_uid: UID }, null],
  ])('%s', (_, fields, uid) => {
    expect(withFields(fields).event.requestUid).toBe(uid);
  });

  it('of a field that the configuration names', () => {
    const name = 'proc.env[SPO_EXEC_REQUEST_UID]';
    const { event } = withFields({ [name]: UID }, { requestUidFields: [name] });
    expect(event.requestUid).toBe(UID);
  });
});

describe('falcosidekick', () => {
  it('gives a new uuid on every delivery, and the alert stays one', () => {
    const first = alert({ uuid: 'a' });
    expect(first.event.id).toBe(alert({ uuid: 'b' }).event.id);
    expect(first.event.id).toBe(alert().event.id);
    expect(first.document).toMatchObject({ falco: { uuid: 'a' } });
    expect(alert({ output: 'other' }).event.id).not.toBe(first.event.id);
  });

  it('sends a test, which is kept and marked: a name must not hide an alert', () => {
    const { document, event } = alert({ rule: 'Test rule' });
    expect(event.kind).toBe('alert');
    expect(document).toMatchObject({ podwitness: { test: true } });
  });
});

it('about the audit log is no second event of it', () => {
  const { document, event } = alert({
    source: 'k8s_audit',
    hostname: 'falco-plugin-0',
    output_fields: {
      ...{ 'ka.auditid': 'a-1', 'ka.verb': 'create', 'ka.user.name': 'alice' },
      ...{ 'ka.target.resource': 'pods', 'ka.target.subresource': 'exec' },
      ...{ 'ka.target.namespace': 'payments', 'ka.target.name': 'checkout-0' },
      'ka.response.code': '101',
    },
  });
  expect(event).toMatchObject({
    ...{ kind: 'alert', auditId: 'a-1', verb: 'create', userName: 'alice', code: 101 },
    ...{ resource: 'pods', subresource: 'exec', namespace: 'payments', name: 'checkout-0' },
    node: null,
  });
  expect(document).toMatchObject({ podwitness: { about: { dataset: 'audit', audit_id: 'a-1' } } });
  expect(document).not.toHaveProperty('kubernetes.audit');
});

describe('what Falco says of itself', () => {
  const drop = {
    ...{ source: 'internal', rule: 'Falco internal: syscall event drop', priority: 'Debug' },
    output_fields: { n_drops: '9007199254740993', n_evts: '1181' },
  };

  it('is a gap in coverage where it dropped, with its numbers exact', () => {
    const { document, event } = alert(drop);
    expect(event).toMatchObject({ kind: 'coverage', node: 'worker-1', format: 'falco' });
    expect(document).toMatchObject({
      event: { id: event.id, kind: 'state', dataset: 'podwitness.coverage' },
      data_stream: { dataset: 'podwitness.activity', namespace: 'default' },
      podwitness: {
        coverage: { kind: 'sensor_drop', state: 'once', sender: 'worker-1', reason: 'buffer_full' },
      },
      falco: { output_fields: { n_drops: '9007199254740993' } },
    });
    expect(document['message']).toContain('dropped 9007199254740993 system calls');
    expect(alert({ ...drop, output: 'other' }).event.id).not.toBe(event.id);
  });

  it('has one id whenever it comes, also without a time', () => {
    const { time: _time, ...without } = { ...FALCO, ...drop };
    const at = (receivedAt: number) => map('falco', without, { batch: { receivedAt } }).event.id;
    expect(at(1)).toBe(at(1e12));
  });

  it('is no alarm otherwise, and a rule may not call itself so', () => {
    const snapshot = alert({ source: 'internal', rule: 'Falco internal: metrics snapshot' });
    expect(snapshot.event.kind).toBe('alert');
    expect(snapshot.document).toMatchObject({ event: { kind: 'event' } });
    expect(alert({ ...drop, source: 'syscall' }).event.kind).toBe('alert');
  });
});
