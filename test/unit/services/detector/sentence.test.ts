import { describe, expect, it } from 'vitest';
import { sentenceOf } from '../../../../services/detector/sentence.ts';
import { documentOf, type RawEvent } from './audit-document.ts';

const POD = { resource: 'pods', namespace: 'payments', name: 'web-0' };
const EXEC = { ...POD, subresource: 'exec' };

function sentence(event: RawEvent): string {
  return sentenceOf(
    documentOf({ user: { username: 'alice' }, responseStatus: { code: 200 }, ...event }),
  );
}
function exec(query: string, code = 101): string {
  return sentence({
    verb: 'get',
    requestURI: `/x?${query}`,
    objectRef: EXEC,
    responseStatus: { code },
  });
}

describe('sentences', () => {
  it.each([
    [
      'command=/bin/bash&container=app',
      'opened a shell in pod payments/web-0 (container app): /bin/bash',
    ],
    ['command=sh&command=-i', 'opened a shell in pod payments/web-0: sh -i'],
    ['command=sh&command=-c&command=id', 'ran a command in pod payments/web-0: sh -c id'],
    ['command=sh&command=run.sh', 'ran a command in pod payments/web-0: sh run.sh'],
    ['command=cat&command=%2Fetc%2Fpasswd', 'ran a command in pod payments/web-0: cat /etc/passwd'],
    ['', 'ran a command in pod payments/web-0'],
    ['command=%E0%A4%A', 'ran a command in pod payments/web-0: \ufffd%A'],
  ])('exec %s', (query, expected) => {
    expect(exec(query)).toBe(`alice ${expected}`);
  });

  it('tells an attempt from a deed, and keeps the words of others last', () => {
    expect(exec('command=id', 403)).toBe(
      'alice tried to run a command in pod payments/web-0 and was refused (403): id',
    );
    expect(exec('command=id', 500)).toBe(
      'alice tried to run a command in pod payments/web-0 and failed (500): id',
    );
  });

  it.each<[RawEvent, string]>([
    [
      { verb: 'get', objectRef: { resource: 'secrets', namespace: 'p', name: 'db' } },
      'alice read secret p/db',
    ],
    [
      { verb: 'list', objectRef: { resource: 'secrets', namespace: 'p' } },
      'alice listed secrets in namespace p',
    ],
    [
      { verb: 'list', objectRef: { resource: 'secrets' } },
      'alice listed secrets in all namespaces',
    ],
    [{ verb: 'list', objectRef: { resource: 'nodes' } }, 'alice listed nodes'],
    [
      { verb: 'delete', objectRef: { resource: 'networkpolicies', name: 'n' } },
      'alice deleted networkpolicy n',
    ],
    [
      { verb: 'create', objectRef: { resource: 'ingressclasses', name: 'n' } },
      'alice created ingressclass n',
    ],
    [
      { verb: 'get', objectRef: { resource: 'namespaces', namespace: 'p', name: 'p' } },
      'alice read namespace p',
    ],
    [
      { verb: 'patch', objectRef: { resource: 'nodes', subresource: 'status', name: 'n' } },
      'alice changed status of node n',
    ],
    [
      {
        verb: 'create',
        objectRef: { ...POD, subresource: 'attach' },
        requestURI: '/x?container=c',
      },
      'alice attached to pod payments/web-0 (container c)',
    ],
    [
      { verb: 'get', objectRef: { ...POD, subresource: 'portforward' } },
      'alice opened a port-forward to pod payments/web-0',
    ],
    [{ verb: 'get', requestURI: '/metrics?x=1' }, 'alice read /metrics'],
    [{ verb: '', requestURI: '/x' }, 'alice did request on /x'],
    [
      { verb: 'approve', objectRef: { resource: 'signers', name: 's' } },
      'alice did approve on signer s',
    ],
    [{}, 'alice did request on an unknown path'],
    [
      {
        verb: 'list',
        user: {},
        sourceIPs: ['10.0.0.9'],
        objectRef: POD,
        responseStatus: { code: 401 },
      },
      'Someone unauthenticated from 10.0.0.9 tried to list pod payments/web-0 and was refused (401)',
    ],
    [
      { verb: 'list', user: { username: 'system:anonymous' }, objectRef: { resource: 'pods' } },
      'Someone anonymous listed pods in all namespaces',
    ],
    [
      { verb: 'get', objectRef: POD, impersonatedUser: { username: 'root' } },
      'alice (as root) read pod payments/web-0',
    ],
    [
      {
        verb: 'create',
        objectRef: { resource: 'clusterrolebindings', name: 'b' },
        requestObject: { roleRef: { name: 'cluster-admin' } },
        requestURI: '/x?dryRun=All',
      },
      'alice created clusterrolebinding b, which gives cluster-admin (dry run)',
    ],
  ])('%j', (event, expected) => {
    expect(sentence(event)).toBe(expected);
  });

  it('takes a dry run only for what the server takes for one', () => {
    const event = { verb: 'create', objectRef: POD, requestURI: '/x?y=?dryRun=All&z=dryRun%3DAll' };
    expect(sentence(event)).toBe('alice created pod payments/web-0');
  });

  it('is one line without control or direction characters', () => {
    expect(exec(`command=${encodeURIComponent('a\nb\u001b[31m\u202ec\u2028')}`)).toBe(
      String.raw`alice ran a command in pod payments/web-0: a\u{a}b\u{1b}[31m\u{202e}c\u{2028}`,
    );
  });

  it('is short, whatever was typed', () => {
    const long = exec(`command=${'x'.repeat(199)}${encodeURIComponent('😀')}${'y'.repeat(9000)}`);
    expect(long).toBe(`alice ran a command in pod payments/web-0: ${'x'.repeat(199)}…`);
    expect(
      sentence({ verb: 'get', user: { username: 'u'.repeat(9000) }, objectRef: POD }).length,
    ).toBeLessThan(400);
  });
});
