import { describe, expect, it } from 'vitest';
import { eventFields } from '../../../../../services/normalizer/map/audit-event.ts';
import { partsOf } from '../../../../../services/normalizer/map/audit-parts.ts';

/** ECS 8.17, generated/ecs/ecs_flat.yml: event.category, expected_event_types. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  api: [
    ...['access', 'admin', 'allowed', 'change', 'creation', 'deletion', 'denied', 'end', 'info'],
    ...['start', 'user'],
  ],
  authentication: ['start', 'end', 'info'],
  configuration: ['access', 'change', 'creation', 'deletion', 'info'],
  iam: ['admin', 'change', 'creation', 'deletion', 'group', 'info', 'user'],
  network: ['access', 'allowed', 'connection', 'denied', 'end', 'info', 'protocol', 'start'],
  process: ['access', 'change', 'end', 'info', 'start'],
};

interface Asked {
  readonly verb?: string;
  /** `group/resource`. */
  readonly of?: string | undefined;
  readonly sub?: string | undefined;
  readonly code?: number | undefined;
  readonly stage?: string;
  readonly decision?: string | undefined;
  readonly status?: object;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
}

function fields(asked: Asked) {
  const [resource, apiGroup] = (asked.of ?? '').split('/').toReversed();
  const event = {
    verb: asked.verb ?? 'get',
    stage: asked.stage ?? 'ResponseComplete',
    ...(asked.of ? { objectRef: { resource, apiGroup, subresource: asked.sub } } : {}),
    responseStatus: { code: asked.code, ...asked.status },
    annotations: {
      'authorization.k8s.io/decision': asked.decision,
      'authorization.k8s.io/reason': asked.reason,
    },
    requestReceivedTimestamp: asked.from,
    stageTimestamp: asked.to,
  };
  return eventFields(partsOf(event), 'id', undefined);
}

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const RESOURCES = [
  ...['pods', 'secrets', 'nodes', 'serviceaccounts', 'example.com/roles', undefined],
  ...['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'].map(
    (name) => `rbac.authorization.k8s.io/${name}`,
  ),
  ...['user.openshift.io/users', 'user.openshift.io/groups', 'oauth.openshift.io/oauthclients'],
  'certificates.k8s.io/certificatesigningrequests',
  ...['tokenreviews', 'selfsubjectreviews'].map((name) => `authentication.k8s.io/${name}`),
  ...['subjectaccessreviews', 'selfsubjectrulesreviews'].map(
    (name) => `authorization.k8s.io/${name}`,
  ),
];
const SUBRESOURCES = [
  ...[undefined, 'exec', 'attach', 'portforward', 'proxy', 'log', 'status', 'token'],
  ...['approval', 'ephemeralcontainers', 'eviction', '__proto__'],
];

describe('category and type', () => {
  it('are pairs that ECS expects, whatever was asked and answered', () => {
    let seen = 0;
    for (const of of RESOURCES)
      for (const verb of [...VERBS, '', 'constructor', 'connect', 'post'])
        for (const sub of SUBRESOURCES)
          for (const code of [undefined, 101, 200, 401, 403, 404, 500])
            for (const decision of [undefined, 'allow', 'forbid'])
              for (const stage of ['RequestReceived', 'ResponseStarted', 'ResponseComplete']) {
                const found = fields({ of, verb, sub, code, decision, stage });
                const categories = found['category'] as readonly string[];
                const types = found['type'] as readonly string[];
                const allowed = categories.map((category) => EXPECTED[category] ?? []);
                const isExpected =
                  allowed.every((list) => types.some((type) => list.includes(type))) &&
                  types.every((type) => allowed.some((list) => list.includes(type)));
                if (!isExpected) expect({ of, verb, sub, categories, types }).toBe('expected');
                expect(types.length).toBe(new Set(types).size);
                seen++;
              }
    expect(seen).toBeGreaterThan(10_000);
  });

  it.each([
    [{ of: 'secrets' }, ['api'], ['access']],
    [{ of: 'secrets', verb: 'create' }, ['configuration', 'api'], ['creation']],
    [{ of: 'secrets', verb: 'deletecollection' }, ['configuration', 'api'], ['deletion']],
    [{ of: 'secrets', decision: 'allow' }, ['api'], ['access', 'allowed']],
    [{ of: 'secrets', decision: 'allow', code: 403 }, ['api'], ['access', 'denied']],
    [{ of: 'secrets', decision: 'forbid' }, ['api'], ['access', 'denied']],
    [{ of: 'secrets', code: 403 }, ['api'], ['access', 'denied']],
    [{ of: 'secrets', code: 401 }, ['authentication', 'api'], ['start', 'denied']],
    [
      { of: 'rbac.authorization.k8s.io/roles', verb: 'create' },
      ['iam', 'api'],
      ['admin', 'creation'],
    ],
    [{ of: 'rbac.authorization.k8s.io/roles' }, ['iam', 'api'], ['admin', 'info']],
    [{ of: 'example.com/roles', verb: 'create' }, ['configuration', 'api'], ['creation']],
    [{ of: 'serviceaccounts', verb: 'delete' }, ['iam', 'api'], ['user', 'deletion']],
    [{ of: 'serviceaccounts', sub: 'token', verb: 'create' }, ['iam', 'api'], ['user', 'creation']],
    [
      { of: 'authentication.k8s.io/tokenreviews', verb: 'create' },
      ['authentication', 'api'],
      ['info'],
    ],
    [{ of: 'pods', sub: 'exec', stage: 'RequestReceived' }, ['process', 'api'], ['start']],
    [
      { of: 'pods', sub: 'exec', verb: 'create', code: 101 },
      ['process', 'api'],
      ['end', 'allowed'],
    ],
    [
      { of: 'pods', sub: 'exec', code: 101, stage: 'ResponseStarted' },
      ['process', 'api'],
      ['start', 'allowed'],
    ],
    [{ of: 'pods', sub: 'portforward' }, ['network', 'api'], ['connection', 'start']],
    [{ of: 'nodes', sub: 'proxy' }, ['network', 'api'], ['access', 'connection']],
    [{ of: 'pods', sub: 'ephemeralcontainers', verb: 'patch' }, ['process', 'api'], ['change']],
    [{ verb: 'get' }, ['api'], ['access']],
    [{ verb: 'create' }, ['api'], ['access']],
  ] as const)('of %j are %j and %j', (asked, category, type) => {
    expect(fields(asked)).toMatchObject({ category, type });
  });
});

describe('duration', () => {
  const between = (from: string, to: string, stage = 'ResponseComplete') =>
    fields({ from, to, stage });

  it('is in nanoseconds, of requests that are over', () => {
    const from = '2026-11-21T06:00:00.123456Z';
    expect(between(from, '2026-11-21T06:00:01.123457Z')).toMatchObject({
      start: from,
      end: '2026-11-21T06:00:01.123457Z',
      duration: 1_000_001_000,
    });
    expect(between('2026-11-21T06:00:00Z', '2026-11-21T06:00:00.000000001Z')['duration']).toBe(1);
    expect(between('2026-11-21T06:00:00.5Z', '2026-11-21T08:00:01+02:00')['duration']).toBe(5e8);
    expect(between(from, from, 'ResponseStarted')).toMatchObject({ start: from });
    expect(between(from, from, 'ResponseStarted')['end']).toBeUndefined();
  });

  it('is left out where clocks went backwards, or no time is known', () => {
    expect(between('2026-11-21T06:00:01Z', '2026-11-21T06:00:00Z')['duration']).toBeUndefined();
    expect(between('1970-01-01T00:00:00Z', '9999-12-31T00:00:00Z')['duration']).toBeUndefined();
    expect(between('yesterday', '2026-11-21T06:00:00Z')['duration']).toBeUndefined();
  });
});

it('says why: the answer’s words before the authorizer’s', () => {
  const status = { reason: 'NotFound', message: 'secrets "x" not found' };
  expect(fields({ code: 404, status, reason: 'RBAC' })).toMatchObject({
    code: 'NotFound',
    reason: 'secrets "x" not found',
  });
  expect(fields({ code: 200, reason: 'RBAC: allowed' })['reason']).toBe('RBAC: allowed');
  expect(fields({ code: 200, reason: '' })['reason']).toBeUndefined();
  expect(String(fields({ reason: 'x'.repeat(9000) })['reason'])).toHaveLength(1024);
});
