/**
 * Whatever an event holds, promote gives fields; what is planted is found in every form, and what is
 * not there is not claimed.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { promote } from '../../../../../services/normalizer/promote/promote.ts';
import { anyJson } from '../../../../support/odd-json.ts';
import { ownOf, write } from './events.ts';

const NAMES = [
  ...['objectRef', 'requestObject', 'responseObject', 'annotations', 'responseStatus', 'options'],
  ...['resource', 'subresource', 'apiGroup', 'name', 'kind', 'verb', 'requestURI', 'level', 'code'],
  ...['metadata', 'spec', 'status', 'template', 'jobTemplate', 'containers', 'securityContext'],
  ...['capabilities', 'add', 'volumes', 'hostPath', 'path', 'ports', 'rules', 'subjects', 'op'],
  ...['roleRef', 'verbs', 'resources', 'webhooks', 'clientConfig', 'service', 'data', 'request'],
  ...[
    'labels',
    'value',
    'from',
    'message',
    'authorization.k8s.io/reason',
    '__proto__',
    'listeners',
  ],
];
const WORDS = fc.constantFrom(
  ...['create', 'patch', 'delete', 'get', 'pods', 'nodes', 'proxy', 'exec', 'deployments', 'roles'],
  ...[
    'rolebindings',
    'services',
    'ingresses',
    'rbac.authorization.k8s.io',
    'apps',
    'x.io',
    '/a/0/-',
  ],
  ...['/api/v1/nodes/n/proxy/run/a/b/c?cmd=%&command=%zz', 'certificatesigningrequests', 'token'],
  ...['mutatingwebhookconfigurations', 'RBAC: allowed by RoleBinding "', '', 'add', 'move', 403, 0],
);
const shaped: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.oneof(anyJson, WORDS),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;
const ref = fc.record({ resource: WORDS, subresource: WORDS, apiGroup: WORDS, name: WORDS });
const event = fc.record(
  {
    ...{ verb: WORDS, requestURI: fc.oneof(WORDS, shaped), objectRef: fc.oneof(ref, ref, shaped) },
    ...{ requestObject: shaped, responseObject: shaped, responseStatus: shaped, options: shaped },
    annotations: shaped,
  },
  { requiredKeys: [] },
);

it('is total, says the same of the same, and changes nothing', () => {
  fc.assert(
    fc.property(event, (value) => {
      const before = JSON.stringify(value);
      const promoted = JSON.stringify(promote(value));
      expect(JSON.stringify(promote(JSON.parse(before) as typeof value))).toBe(promoted);
      expect(JSON.stringify(value)).toBe(before);
      expect(Object.keys(promote(value).own ?? {})).not.toContain('__proto__');
    }),
    { numRuns: 2000 },
  );
});

const KINDS: readonly (readonly [where: string, path: readonly string[]])[] = [
  ['pods', ['spec']],
  ['deployments.apps', ['spec', 'template', 'spec']],
  ['statefulsets.apps', ['spec', 'template', 'spec']],
  ['jobs.batch', ['spec', 'template', 'spec']],
  ['cronjobs.batch', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
  ['podtemplates', ['template', 'spec']],
  ['rollouts.argoproj.io', ['spec', 'template', 'spec']],
];
/** What may be planted, where in a pod's spec, and what tells of it. */
const PLANTS: readonly (readonly [field: string, path: readonly string[], value: unknown])[] = [
  ['privileged', ['containers', '1', 'securityContext', 'privileged'], true],
  ['privileged', ['initContainers', '0', 'securityContext', 'privileged'], true],
  ['privileged', ['ephemeralContainers', '0', 'securityContext', 'privileged'], true],
  ['host_pid', ['hostPID'], true],
  ['host_network', ['hostNetwork'], true],
];
const BENIGN = { containers: [{ name: 'app', image: 'a:1' }, { name: 'b' }, { name: 'c' }] };

type Any = Record<string, unknown>;

/** A copy in which `value` stands at `path`; indexes make lists. */
function put(into: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (!/^\d+$/.test(name)) {
    const from = (into ?? {}) as Any;
    return { ...from, [name]: put(from[name], rest, value) };
  }
  const list = [...((into ?? []) as unknown[])];
  list[Number(name)] = put(list[Number(name)], rest, value);
  return Array.from(list, (element) => element ?? {});
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, name) => (found as Any)[name], value);
}

function pointer(path: readonly string[]): string {
  return path.map((name) => `/${name}`).join('');
}

const form = fc.constantFrom('object', 'update', 'merge', 'json', 'moved', 'apply');
const planted = fc.record({
  form,
  kind: fc.constantFrom(...KINDS),
  plant: fc.constantFrom(...PLANTS),
  level: fc.nat(9),
  noise: fc.array(
    fc.record({
      op: fc.constantFrom('test', 'add', 'remove'),
      path: fc.constantFrom('/a', '/b/0'),
    }),
  ),
});

function eventOf(sample: typeof planted extends fc.Arbitrary<infer T> ? T : never, value: unknown) {
  const [where, specPath] = sample.kind;
  const path = [...specPath, ...sample.plant[1]];
  const whole = put(put({}, specPath, BENIGN), path, value);
  const patch = { verb: 'patch' };
  const prefix = path.slice(0, sample.level % (path.length + 1));
  const operation = { op: 'add', path: pointer(prefix), value: at(whole, prefix) };
  const stash = { op: 'add', path: '/stash', value: at(whole, prefix) };
  const move = { op: 'move', from: '/stash', path: pointer(prefix) };
  switch (sample.form) {
    case 'object':
      return write(where, whole);
    case 'update':
      return write(where, whole, { verb: 'update' });
    case 'merge':
      return write(where, put({}, path, value), patch);
    case 'json':
      return write(where, [...sample.noise, operation], patch);
    case 'moved':
      return write(where, [stash, ...sample.noise, move], patch);
    default:
      return write(where, { apiVersion: 'v1', kind: 'X', ...(whole as Any) }, patch);
  }
}

it('finds what is planted in any form, and does not claim what is not there', () => {
  fc.assert(
    fc.property(planted, (sample) => {
      const [field, , value] = sample.plant;
      const found = ownOf(eventOf(sample, value))['workload'] as Any | undefined;
      expect(found).toMatchObject({ [field]: true });
      for (const other of ['maybe', 'true', 1, null, undefined, {}]) {
        const none = ownOf(eventOf(sample, other))['workload'] as Any | undefined;
        expect(none?.[field]).toBeUndefined();
      }
      expect((ownOf(eventOf(sample, false))['workload'] as Any | undefined)?.[field]).not.toBe(
        true,
      );
    }),
    { numRuns: 500 },
  );
});

const short = fc.string({ minLength: 1, maxLength: 12 });
const spec = fc.record({
  containers: fc.array(
    fc.record({
      ...{ name: short, image: short },
      securityContext: fc.record({
        capabilities: fc.record({ add: fc.array(short, { maxLength: 4 }) }),
      }),
    }),
    { maxLength: 4 },
  ),
  volumes: fc.array(fc.record({ name: short, hostPath: fc.record({ path: short }) })),
  ...{ serviceAccountName: short, nodeName: short },
});

it('lists nothing that is not in the event', () => {
  fc.assert(
    fc.property(spec, (value) => {
      const texts = new Set<unknown>();
      JSON.stringify(value, (_, v: unknown) => {
        texts.add(v);
        return v;
      });
      const { kind, name, source, ...rest } = (ownOf(write('pods', { spec: value }))['workload'] ??
        {}) as Any;
      expect([kind, name, source]).toEqual(['Pod', 'it', 'object']);
      for (const said of Object.values(rest).flat()) {
        if (said !== true || !('runtime_socket' in rest)) expect(texts).toContain(said);
      }
    }),
  );
});

const MANY = 300_000;

it.each([
  ['pairs', { verb: 'list', requestURI: `/a?${'b&'.repeat(MANY)}limit=1` }],
  [
    'escapes',
    {
      annotations: {
        'authorization.k8s.io/reason': `RBAC: allowed by RoleBinding "${'\\\\'.repeat(MANY)}"`,
      },
    },
  ],
  [
    'copies of what is large',
    write(
      'roles.rbac.authorization.k8s.io',
      [
        {
          op: 'add',
          path: '/rules',
          value: Array.from({ length: 30_000 }, () => ({ verbs: ['*'] })),
        },
        ...Array.from({ length: 9999 }, () => ({ op: 'copy', from: '/rules', path: '/rules' })),
      ],
      { verb: 'patch' },
    ),
  ],
])('takes no longer than its length says: %s', (_, value) => {
  const start = process.cpuUsage().user;
  promote(value as Any);
  expect(process.cpuUsage().user - start).toBeLessThan(2_000_000);
});
