import { describe, expect, it } from 'vitest';
import { map, SPO, UID } from './leaves.ts';

const line = (change: object = {}) => map('spo', { ...SPO, ...change });
const { uid: _uid, gid: _gid, ...WITHOUT_USER } = SPO;
const { requestUID: _requestUID, ...WITHOUT_UID } = SPO;

it('a line is the start of a process', () => {
  const { document, event } = line();
  expect(event).toMatchObject({
    ...{ kind: 'process', format: 'spo', partial: false, requestUid: UID, userName: null },
    ...{ node: 'worker-1', namespace: 'payments', pod: 'checkout-0', container: 'app' },
    time: Date.parse('2026-11-18T14:45:33Z'),
  });
  expect(document).toMatchObject({
    '@timestamp': '2026-11-18T14:45:33.000Z',
    message: 'Command in payments/checkout-0 (app) on worker-1: ls -l /tmp',
    event: { category: ['process'], type: ['start'], dataset: 'podwitness.process', id: event.id },
    data_stream: { dataset: 'podwitness.activity', namespace: 'default' },
    process: { pid: 16037, executable: '/bin/dash', command_line: 'ls -l /tmp' },
    user: { id: '0', group: { id: '0' } },
    host: { name: 'worker-1' },
    kubernetes: { namespace: 'payments', pod: { name: 'checkout-0' }, container: { name: 'app' } },
    podwitness: { request_uid: UID, process: { scope: 'container', syscalls: ['execve'] } },
  });
  expect(document).not.toHaveProperty('podwitness.missing');
});

describe('the wrapper that a runtime starts first', () => {
  const cmdLine = `env SPO_EXEC_REQUEST_UID=${UID} sh -c id `;

  it('begins a session, and shows what was asked for', () => {
    const { document } = line({ cmdLine });
    expect(document).toMatchObject({
      message: 'A session in payments/checkout-0 (app) on worker-1 began with: sh -c id',
      process: { command_line: 'sh -c id' },
      podwitness: { process: { session_start: true, original_command_line: cmdLine.trimEnd() } },
    });
  });

  it('gives the request UID where nothing else does, and only at its beginning', () => {
    expect(map('spo', { ...WITHOUT_UID, cmdLine }).event.requestUid).toBe(UID);
    const forged = map('spo', { ...WITHOUT_UID, cmdLine: `sh -c x SPO_EXEC_REQUEST_UID=${UID} ` });
    expect(forged.event.requestUid).toBeNull();
    expect(forged.document).not.toHaveProperty('podwitness.process.session_start');
    const other = 'de193172-188c-4596-a2a0-b64f75a1b8e4';
    expect(line({ cmdLine, requestUID: other }).event.requestUid).toBe(other);
  });
});

describe('what releases did not know', () => {
  it.each([
    ['0 up to 1.0.0 may be anybody', SPO, false],
    ['another one is known', { ...SPO, uid: 1000 }, true],
    ['0 beside milliseconds is root', { ...SPO, timestamp: '2026-11-18T14:45:33.120Z' }, true],
    ['none is nobody', { ...WITHOUT_USER, timestamp: '2026-11-18T14:45:33.120Z' }, false],
  ])('a user: %s', (_, value, isKnown) => {
    expect(map('spo', value).document).toMatchObject({
      podwitness: { process: { uid_known: isKnown } },
    });
  });

  it('is told: no user, no command, no executable, no place', () => {
    const { document } = map('spo', {
      ...{ ...WITHOUT_USER, cmdLine: '', executable: '/', resource: null, syscalls: null },
    });
    expect(document).toMatchObject({
      podwitness: { missing: ['uid', 'cmdLine'], process: { scope: 'node' } },
      message: 'A command that is not known, started by an unknown program, on node worker-1',
    });
    expect(document).not.toHaveProperty('process.executable');
    expect(document).not.toHaveProperty('user');
    expect(document).not.toHaveProperty('kubernetes.pod');
    expect(document).not.toHaveProperty('podwitness.process.syscalls');
  });

  it('is not what a cut line does not say', () => {
    const { cmdLine, executable, auditID } = SPO;
    const { document, event } = map('spo', { auditID, cmdLine, executable }, { isCut: true });
    expect(event).toMatchObject({ partial: true, time: event.receivedAt });
    expect(document).toMatchObject({
      podwitness: {
        partial: true,
        missing: [
          ...['node', 'pid', 'syscalls', 'timestamp', 'requestUID', 'resource', 'uid', 'gid'],
        ],
      },
    });
    expect(document).not.toHaveProperty('podwitness.process.scope');
    const inside = map('spo', { ...SPO, resource: { container: 'app' } }, { isCut: true });
    expect(inside.document).toMatchObject({
      podwitness: { missing: ['resource.namespace', 'resource.pod'] },
    });
  });
});
