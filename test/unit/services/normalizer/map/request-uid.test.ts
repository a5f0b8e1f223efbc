/** The key that joins a request with its commands, in every disguise that it comes in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrap } from '../../../../../services/normalizer/map/request-uid.ts';
import { ADMISSION, FALCO, GKE, map, SPO, UID } from './leaves.ts';

const KEY = 'SPO_EXEC_REQUEST_UID';
const KEP = 'KUBERNETES_EXEC_AUDIT_ID';

const exec = (annotations: object, more: object = {}) => ({
  ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID: 'a-1' },
  ...{ stage: 'ResponseStarted', verb: 'get', user: { username: 'alice' } },
  requestURI: '/api/v1/namespaces/payments/pods/checkout-0/exec?command=id&container=app',
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'payments', name: 'checkout-0' },
  responseStatus: { code: 101 },
  requestReceivedTimestamp: '2026-11-18T10:30:00.029056Z',
  stageTimestamp: '2026-11-18T10:30:00.031892Z',
  annotations,
  ...more,
});
const keys = (...requestUidKeys: readonly string[]) => ({ options: { requestUidKeys } });

describe('an annotation', () => {
  it.each([
    ['execmetadata.spo.io', 'execmetadata.spo.io'],
    ['execmetadata_spo_io', 'execmetadata.spo.io'],
    ['nodedebuggingpod.spo.io', 'nodedebuggingpod.spo.io'],
    ['any.webhook.example', 'any.webhook.example'],
  ])('of %s has it, and names the webhook', (prefix, by) => {
    const { document, event } = map('audit', exec({ [`${prefix}/${KEY}`]: UID }));
    expect(event.requestUid).toBe(UID);
    expect(document).toMatchObject({
      podwitness: { request_uid: UID, request: { container: 'app', marked_by: by } },
    });
  });

  it.each([
    ['no webhook', { [KEY]: UID }],
    ['another name behind it', { [`w/${KEY}2`]: UID }],
    ['another name before it', { [`w/X${KEY}`]: UID }],
    ['no value', { [`w/${KEY}`]: '' }],
    ['a placeholder', { [`w/${KEY}`]: 'unknown' }],
    ['an object', { [`w/${KEY}`]: { a: UID } }],
  ])('does not with %s', (_, annotations) => {
    const { document, event } = map('audit', exec(annotations));
    expect(event.requestUid).toBeNull();
    expect(document).not.toHaveProperty('podwitness.request.marked_by');
  });

  it('is a label at Google', () => {
    const { document, event } = map('gke', GKE);
    expect(event.requestUid).toBe(UID);
    expect(document).toMatchObject({
      podwitness: { request: { marked_by: 'execmetadata.spo.io' } },
    });
  });

  it('of the first name that is configured counts, whatever the order in the event', () => {
    const annotations = { 'a/OTHER_UID': 'other', [`b/${KEY}`]: UID };
    expect(map('audit', exec(annotations)).event.requestUid).toBe(UID);
    const around = keys('OTHER_UID', KEY);
    expect(map('audit', exec(annotations), around).event.requestUid).toBe('other');
    expect(map('audit', exec(annotations), keys('NONE')).event.requestUid).toBeNull();
  });

  it('is cut, and not believed to be short', () => {
    const { event } = map('audit', exec({ [`w/${KEY}`]: 'u'.repeat(100_000) }));
    expect(event.requestUid).toBe('u'.repeat(128));
  });
});

describe('the auditID', () => {
  it('is the UID of an exec where the kubelet hands it to the process, and no webhook has spoken', () => {
    const around = keys(KEP, KEY);
    const { document, event } = map('audit', exec({}), around);
    expect(event.requestUid).toBe('a-1');
    expect(document).not.toHaveProperty('podwitness.request.marked_by');
    expect(map('audit', exec({ [`w/${KEY}`]: UID }), around).event.requestUid).toBe(UID);
    expect(map('audit', exec({})).event.requestUid).toBeNull();
    const attach = { objectRef: { resource: 'pods', subresource: 'attach', name: 'checkout-0' } };
    expect(map('audit', exec({}, attach), around).event.requestUid).toBeNull();
    expect(map('audit', exec({}, { auditID: undefined }), around).event.requestUid).toBeNull();
  });
});

describe('the wrapper before a command', () => {
  it('may be of any variable that is configured, and of several', () => {
    const cmdLine = `env ${KEP}=audit-1 ${KEY}=${UID} sh -c id `;
    const { document, event } = map(
      'spo',
      { ...SPO, requestUID: undefined, cmdLine },
      keys(KEY, KEP),
    );
    expect(event.requestUid).toBe('audit-1');
    expect(document).toMatchObject({
      process: { command_line: 'sh -c id' },
      podwitness: { process: { session_start: true } },
    });
    const other = map('spo', { ...SPO, requestUID: undefined, cmdLine });
    expect(other.event.requestUid).toBeNull();
    expect(other.document).toMatchObject({ process: { command_line: cmdLine.trimEnd() } });
  });

  it.each([
    ['', undefined],
    ['env', undefined],
    [`env ${KEY}=`, undefined],
    [`env ${KEY}=u`, undefined],
    [`env ${KEY}= id`, undefined],
    [`env  ${KEY}=u id`, undefined],
    [`/usr/bin/env ${KEY}=u id`, undefined],
    [`env ${KEY}=${'u'.repeat(129)} id`, undefined],
    [`env ${KEY}=u id`, { line: 'id', uid: 'u' }],
    [`env ${KEY}=unknown id`, { line: 'id', uid: undefined }],
    [`env ${KEY}=u env ${KEY}=v id`, { line: `env ${KEY}=v id`, uid: 'u' }],
    [`env ${KEY}=${'u'.repeat(128)} id`, { line: 'id', uid: 'u'.repeat(128) }],
  ])('%j', (line, unwrapped) => {
    expect(unwrap(line, [KEY])).toEqual(unwrapped);
  });

  it('is taken off any command that it was put before', () => {
    const word = fc.stringMatching(/^[!-~]{1,128}$/).filter((text) => text !== 'unknown');
    fc.assert(
      fc.property(word, fc.string({ minLength: 1 }), (uid, command) => {
        fc.pre(!command.startsWith(`${KEY}=`));
        expect(unwrap(`env ${KEY}=${uid} ${command}`, [KEY])).toEqual({ line: command, uid });
      }),
    );
  });
});

it('a placeholder is no UID in what ran on a node, either', () => {
  expect(map('spo', { ...SPO, requestUID: 'unknown' }).event.requestUid).toBeNull();
  const fields = (more: object) => ({
    ...FALCO,
    output_fields: { ...FALCO.output_fields, ...more },
  });
  const both = fields({ spo_request_uid: 'unknown', spo_request_uid_ancestor: UID });
  expect(map('falco', both).event.requestUid).toBe(UID);
  expect(map('falco', fields({ spo_request_uid: '<NA>' })).event.requestUid).toBeNull();
  expect(map('falco', fields({ spo_request_uid_2: UID })).event.requestUid).toBe(UID);
});

describe('a command that names the variable', () => {
  const named = (query: string, around = {}) => {
    const uri = `/api/v1/namespaces/payments/pods/checkout-0/exec?${query}`;
    const { document } = map('audit', exec({}, { requestURI: uri }), around);
    return document['podwitness']?.['request']?.['names_mark'];
  };

  it.each([
    ['in an argument of its own', 'command=sh&command=SPO_EXEC_REQUEST_UID=x', true],
    ['inside of one', 'command=sh&command=-c&command=unset+SPO_EXEC_REQUEST_UID', true],
    ['with escapes', 'command=sh&comm%61nd=SPO%5fEXEC_REQUEST_UID=x', true],
    ['behind a thousand', `${'command=a&'.repeat(1000)}command=SPO_EXEC_REQUEST_UID=x`, true],
    ['far into a long one', `command=${'a'.repeat(50_000)}SPO_EXEC_REQUEST_UID=x`, true],
    ['nowhere', 'command=sh', undefined],
    ['in another parameter', 'command=sh&container=SPO_EXEC_REQUEST_UID', undefined],
  ])('%s', (_, query, is) => {
    expect(named(query)).toBe(is);
  });

  it('is told for every variable that is configured', () => {
    const query = `command=env&command=${KEP}=x&command=id`;
    expect(named(query)).toBeUndefined();
    expect(named(query, keys(KEP))).toBe(true);
  });

  it('through the proxy of a node, too', () => {
    const { document } = map(
      'audit',
      exec(
        {},
        {
          requestURI: `/api/v1/nodes/worker-1/proxy/exec/payments/checkout-0/app?command=${KEY}=x`,
          objectRef: { resource: 'nodes', name: 'worker-1', subresource: 'proxy' },
        },
      ),
    );
    expect(document).toMatchObject({
      podwitness: { request: { kubelet: 'exec', names_mark: true } },
    });
  });

  it('is not the one that the webhook has changed before another webhook was asked', () => {
    const review = (command: readonly string[]) => ({
      ...ADMISSION,
      request: {
        ...ADMISSION.request,
        ...{ operation: 'CONNECT', subResource: 'exec' },
        resource: { group: '', version: 'v1', resource: 'pods' },
        object: { kind: 'PodExecOptions', command },
      },
    });
    const { document } = map('admission', review(['env', `${KEY}=${UID}`, 'tar', 'xf', '-']));
    expect(document).not.toHaveProperty('podwitness.request.names_mark');
    expect(document).toMatchObject({ podwitness: { request: { copy: 'to_container' } } });
    const forged = map('admission', review(['env', `${KEY}=${UID}`, 'sh', `${KEY}=x`]));
    expect(forged.document).toMatchObject({ podwitness: { request: { names_mark: true } } });
  });
});
