/** What is told of what was taken out, marks, and what stays. */
import { describe, expect, it } from 'vitest';
import { createRedact } from '../../../../../shared/domain/redaction/redact.ts';
import { base64 } from './places.ts';

const KEY = Buffer.from('a key for tests, of 32 bytes or so');
const redact = createRedact({ key: KEY });
const MARK = /^REDACTED~[\w-]{16}$/;

function bodyOf(resource: string, requestObject: unknown, by = redact) {
  const { redaction, value } = by({ objectRef: { resource }, requestObject }, 'audit', false);
  return { redaction, body: value['requestObject'] as Record<string, unknown> };
}

describe('marks', () => {
  it('are equal for equal secrets, however they are written, and differ by key', () => {
    const data = { a: base64('hunter2-x') };
    const stringData = { b: 'hunter2-x', c: 'other' };
    const { body } = bodyOf('secrets', { data, stringData });
    const { a } = body['data'] as { a: string };
    const { b, c } = body['stringData'] as { b: string; c: string };
    expect(a).toMatch(MARK);
    expect(b).toBe(a);
    expect(c).not.toBe(a);
    const other = bodyOf('secrets', { data }, createRedact({ key: Buffer.from('another') }));
    expect(other.body['data']).not.toEqual({ a });
    expect(bodyOf('secrets', { data }, createRedact({})).body['data']).toEqual({ a: 'REDACTED' });
  });

  it('need no escape where they stand', () => {
    const { a } = bodyOf('secrets', { stringData: { a: 'x' } }).body['stringData'] as {
      a: string;
    };
    expect(encodeURIComponent(a)).toBe(a);
    expect(JSON.stringify(a)).toBe(`"${a}"`);
  });
});

describe('what is told', () => {
  it('counts places, and names kinds and fields, sorted, without positions in lists', () => {
    const env = [
      { name: 'A', value: 'x' },
      { name: 'B', value: 'y' },
    ];
    const spec = { containers: [{ name: 'a', env, args: ['--token=z'] }], password: 'p' };
    expect(bodyOf('pods', { spec }).redaction).toEqual({
      count: 4,
      kinds: ['argument', 'credential', 'env'],
      fields: [
        'requestObject.spec.containers.args',
        'requestObject.spec.containers.env.value',
        'requestObject.spec.password',
      ],
    });
  });

  it('is bounded, whatever the record', () => {
    const data = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`${'k'.repeat(400)}${i}`, 'eA==']),
    );
    const { redaction } = bodyOf('secrets', { data });
    expect(redaction?.count).toBe(500);
    expect(redaction?.fields.length).toBeLessThanOrEqual(32);
    expect(redaction?.fields.every((field) => field.length <= 256)).toBe(true);
  });

  it('does not tell a secret that is a key, too', () => {
    const { body, redaction } = bodyOf('databases', {
      password: 'hunter2hunter2',
      of: { hunter2hunter2: 'postgres://a:pw@b' },
    });
    expect(JSON.stringify([body, redaction])).not.toContain('hunter2hunter2');
  });
});

describe('who and what', () => {
  it('stay, even where a variable or a secret has the same text', () => {
    const record = {
      user: { username: 'mallory-the-admin', groups: ['system:masters'] },
      objectRef: { resource: 'pods', namespace: 'kube-system', name: 'mallory-the-admin' },
      requestURI: '/api/v1/namespaces/kube-system/pods/mallory-the-admin',
      requestObject: {
        spec: {
          containers: [
            {
              ...{ name: 'a', image: 'registry.example/miner:latest' },
              env: [
                { name: 'A_TOKEN', value: 'registry.example/miner:latest' },
                { name: 'B_TOKEN', value: 'mallory-the-admin' },
                { name: 'C_TOKEN', value: '/var/run/docker.sock' },
              ],
            },
          ],
          volumes: [{ name: 'v', hostPath: { path: '/var/run/docker.sock' } }],
        },
      },
    };
    const { value } = redact(record, 'audit', false);
    const { user, objectRef, requestURI } = record;
    expect(value).toMatchObject({ user, objectRef, requestURI });
    const { spec } = value['requestObject'] as typeof record.requestObject;
    expect(spec.volumes).toEqual(record.requestObject.spec.volumes);
    expect(spec.containers[0]?.image).toBe('registry.example/miner:latest');
  });

  it('need no copy where nothing is secret', () => {
    const requestObject = {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'a' },
      spec: { a: [1] },
    };
    const record = { objectRef: { resource: 'pods' }, requestObject };
    expect(redact(record, 'audit', false)).toStrictEqual({ value: record, redaction: undefined });
    expect(redact(record, 'audit', false).value).toBe(record);
  });

  it('share what did not change', () => {
    const stays = { a: { b: 'c' } };
    const { body } = bodyOf('databases', { stays, password: 'x' });
    expect(body['stays']).toBe(stays);
  });
});

describe('the mark of a session', () => {
  const UID = 'c78ef2e1-893f-4e66-8f22-a0f866756679';
  const KEY_OF_MARK = 'execmetadata.spo.io/SPO_EXEC_REQUEST_UID';
  const debugging = (value: string) => {
    const env = [{ name: 'SPO_EXEC_REQUEST_UID', value }];
    const patch = [{ op: 'add', path: '/spec/ephemeralContainers/0/env', value: env }];
    const event = {
      objectRef: { resource: 'pods', subresource: 'ephemeralcontainers' },
      requestObject: { spec: { ephemeralContainers: [{ name: 'debugger', env }] } },
      annotations: {
        [KEY_OF_MARK]: value,
        'patch.webhook.admission.k8s.io/round_0_index_0': JSON.stringify({ patch }),
      },
    };
    return JSON.stringify(redact(event, 'audit', false).value);
  };

  it('is no secret, wherever it stands: by it commands are joined to a user', () => {
    expect(debugging(UID).split(UID)).toHaveLength(4);
  });

  it('is none by its name alone', () => {
    expect(debugging('hunter2-and-more-1')).not.toContain('"value":"hunter2-and-more-1"');
  });

  it('is none under another name', () => {
    const env = [{ name: 'OTHER_UID', value: UID }];
    const { body } = bodyOf('pods', { spec: { containers: [{ name: 'a', env }] } });
    expect(JSON.stringify(body)).not.toContain(UID);
  });

  it('stays in what Falco tells of an environment', () => {
    const line = { output_fields: { 'proc.env': `A=secret-x1 SPO_EXEC_REQUEST_UID=${UID}` } };
    const told = JSON.stringify(redact(line, 'falco', false).value);
    expect(told).toContain(UID);
    expect(told).not.toContain('secret-x1');
  });
});
