import { describe, expect, it } from 'vitest';
import { LINE, normalize, recordOf } from './batches.ts';

const changed = (change: object) => normalize({ ...LINE, ...change });
const audit = (change: object) => changed(change).kubernetes.audit;

describe('values of other types', () => {
  it('leave out what is no object where an object is mapped', () => {
    expect(audit({ objectRef: 'pods' })).not.toHaveProperty('objectRef');
    expect(audit({ user: 'alice', impersonatedUser: ['bob'] })).not.toHaveProperty('user');
    expect(audit({ responseStatus: 200 })).not.toHaveProperty('responseStatus');
    expect(recordOf({ ...LINE, objectRef: 'pods', user: 7 })).toMatchObject({
      resource: null,
      userName: null,
    });
  });

  it('leave out objects where a text is mapped, and take numbers as texts', () => {
    const objectRef = { name: { a: 1 }, namespace: ['x'], resource: 7, uid: true };
    expect(audit({ objectRef }).objectRef).toStrictEqual({ resource: '7', uid: 'true' });
  });

  it('leave out booleans that are none, and numbers that are not whole', () => {
    const spec = { hostPID: 'maybe', hostNetwork: true, hostIPC: 1, containers: 'none' };
    expect(audit({ requestObject: { spec } }).requestObject).toStrictEqual({
      spec: { hostNetwork: true },
    });
    for (const code of [1.5, 2 ** 31, '200', Number.MAX_VALUE, null]) {
      expect(changed({ responseStatus: { code } })).not.toHaveProperty('http.response');
    }
  });

  it('keep the texts of a list and no more', () => {
    const groups = ['a', 1, { b: 2 }, ['c'], null, true];
    expect(audit({ user: { groups } }).user).toStrictEqual({ groups: ['a', '1', 'true'] });
    expect(audit({ sourceIPs: 'not a list' })).not.toHaveProperty('sourceIPs');
  });

  it('take bodies that are lists, texts or deep for what they are', () => {
    const patch = [{ op: 'add', path: '/spec', value: { privileged: true } }];
    expect(audit({ requestObject: patch, responseObject: 'Success' })).not.toHaveProperty(
      'requestObject',
    );
    expect(
      audit({ requestObject: { spec: { containers: [[], 1, null, {}] } } }),
    ).not.toHaveProperty('requestObject.spec.containers');
  });
});

describe('keys that the client chooses', () => {
  it('lose dots in annotations, as the rules expect', () => {
    const annotations = {
      'a..b': 'x',
      '.': 'y',
      'pod-security.kubernetes.io/exempt': 'ns',
      '': 'z',
    };
    expect(audit({ annotations }).annotations).toStrictEqual({
      ...{ a__b: 'x', _: 'y', 'pod-security_kubernetes_io/exempt': 'ns' },
    });
    expect(audit({ annotations: { a: { b: 1 } } })).not.toHaveProperty('annotations');
  });

  it('never make a path in `extra` that a store refuses, and keep those that rules ask for', () => {
    const extra = {
      ...{ 'a..b': ['1'], '.x': ['2'], 'y.': ['3'], '': ['4'], ' ': ['5'], 'a. .b': ['6'] },
      ...{
        authentication: ['7'],
        'authentication.kubernetes.io': ['8'],
        'authentication.x': ['9'],
      },
      ...{ 'authentication.kubernetes.io/pod-name': ['web-0'], 'example.com/ok': ['10'] },
    };
    const keys = Object.keys(audit({ user: { extra } }).user.extra);
    for (const key of keys) expect(key.split('.').every((part) => part.trim() !== '')).toBe(true);
    const dotted = keys.filter((key) => key.startsWith('authentication.'));
    expect(dotted).toStrictEqual(['authentication.kubernetes.io/pod-name']);
    expect(keys).not.toContain('authentication');
    expect(keys).toContain('example.com/ok');
  });

  it('may be __proto__', () => {
    const text =
      '{"verb":"get","annotations":{"__proto__":"x"},"user":{"extra":{"__proto__":["y"]}}}';
    const document = normalize(JSON.parse(text));
    const { annotations, user } = document.kubernetes.audit;
    expect(Object.entries(annotations)).toStrictEqual([['__proto__', 'x']]);
    expect(Object.entries(user.extra)).toStrictEqual([['__proto__', ['y']]]);
    expect(({} as Record<string, unknown>)['auditID']).toBeUndefined();
  });
});

describe('verbs and subresources that are names of every object', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s', (name) => {
    const objectRef = { resource: 'pods', subresource: name };
    const document = changed({ verb: name, objectRef });
    expect(document.event).toMatchObject({ action: name, type: ['access', 'allowed'] });
    expect(document.message).toBe(
      `alice did "${name}" on ${name} of a pod from 10.0.0.9 — allowed`,
    );
  });
});

it('says what was done where the verb depends on the client', () => {
  const message = (subresource: string, verb: string) =>
    changed({ verb, objectRef: { resource: 'pods', namespace: 'n', name: 'p', subresource } })[
      'message'
    ];
  for (const verb of ['get', 'create']) {
    expect(message('exec', verb)).toBe('alice ran a command in pod n/p from 10.0.0.9 — allowed');
  }
  expect(message('ephemeralcontainers', 'patch')).toContain('added a debug container to pod n/p');
});

it('says something of an event with nothing in it', () => {
  expect(normalize({ verb: '' })).toMatchObject({
    message: 'someone unknown asked to send a request to an unknown resource — answer not known',
    event: { type: ['access'], outcome: 'unknown' },
  });
  expect(normalize({ verb: '' }).event).not.toHaveProperty('action');
});
