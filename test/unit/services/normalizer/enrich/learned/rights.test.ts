import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../../../shared/domain/json.ts';
import { at, audit, createWorld } from './story.ts';

const SUBJECT = { kind: 'User', name: 'mallory', apiGroup: 'rbac.authorization.k8s.io' };

function binding(subjects: readonly JsonObject[]): JsonObject {
  return {
    kind: 'ClusterRoleBinding',
    roleRef: { kind: 'ClusterRole', name: 'ops' },
    subjects,
  };
}

function bind(seconds: number, verb: string, subjects: readonly JsonObject[], by = 'bob') {
  return audit(seconds, [verb, 'clusterrolebindings', undefined, 'ops-team'], {
    user: { username: by },
    responseObject: binding(subjects),
  });
}

function use(seconds: number, binding = 'ops-team', user = 'mallory'): JsonObject {
  return audit(seconds, ['get', 'secrets', 'shop', 'db'], {
    user: { username: user },
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': `RBAC: allowed by ClusterRoleBinding "${binding}" of ClusterRole "ops" to User "${user}"`,
    },
  });
}

describe('since when somebody was allowed what she did', () => {
  it('and who gave it, where that was seen', () => {
    const world = createWorld();
    world.feed([bind(0, 'create', [SUBJECT])]);
    const [document] = world.feed([use(60)]).documents;
    expect(document?.['podwitness']?.['rbac']).toMatchObject({
      granted_since: at(0),
      granted_by_user: 'bob',
    });
  });

  it('is when she was added, not when the binding was made', () => {
    const world = createWorld();
    world.feed([bind(0, 'create', [{ ...SUBJECT, name: 'alice' }])]);
    world.feed([bind(30, 'patch', [{ ...SUBJECT, name: 'alice' }, SUBJECT], 'eve')]);
    world.feed([bind(40, 'update', [SUBJECT, { ...SUBJECT, name: 'carol' }], 'bob')]);
    const [document] = world.feed([use(60)]).documents;
    expect(document?.['podwitness']?.['rbac']).toMatchObject({
      granted_since: at(30),
      granted_by_user: 'eve',
    });
  });

  it('begins anew when it was taken away in between', () => {
    const world = createWorld();
    world.feed([bind(0, 'create', [SUBJECT])]);
    world.feed([audit(10, ['delete', 'clusterrolebindings', undefined, 'ops-team'])]);
    world.feed([bind(20, 'create', [SUBJECT], 'eve')]);
    const [document] = world.feed([use(60)]).documents;
    expect(document?.['podwitness']?.['rbac']).toMatchObject({ granted_since: at(20) });
    const [early] = world.feed([use(5)]).documents;
    expect(early?.['podwitness']?.['rbac']).toMatchObject({ granted_since: at(0) });
  });

  it('is before its first use, where nobody saw it being given', () => {
    const world = createWorld();
    const [first] = world.feed([use(5)]).documents;
    expect(first?.['podwitness']?.['rbac']).not.toHaveProperty('granted_before');
    const { documents, facts } = world.feed([use(60)]);
    expect(facts).toStrictEqual([]);
    expect(documents[0]?.['podwitness']?.['rbac']).toMatchObject({ granted_before: at(5) });
    expect(documents[0]?.['podwitness']?.['rbac']).not.toHaveProperty('granted_since');
  });

  it('is not asked of the bindings that every cluster has', () => {
    const world = createWorld();
    expect(world.feed([use(5, 'system:basic-user')]).facts).toStrictEqual([]);
    world.feed([
      audit(6, ['create', 'clusterrolebindings', undefined, 'system:evil'], {
        responseObject: binding([SUBJECT]),
      }),
    ]);
    const [document] = world.feed([use(60, 'system:evil')]).documents;
    expect(document?.['podwitness']?.['rbac']).toMatchObject({ granted_since: at(6) });
  });

  it('comes with the rules of the role as they were then', () => {
    const world = createWorld();
    const rules = (verbs: readonly string[]) => ({
      responseObject: { rules: [{ apiGroups: [''], resources: ['secrets'], verbs }] },
    });
    world.feed([audit(0, ['create', 'clusterroles', undefined, 'ops'], rules(['get']))]);
    world.feed([audit(50, ['patch', 'clusterroles', undefined, 'ops'], rules(['*']))]);
    const { documents } = world.feed([use(40), use(60)]);
    expect(documents.map((d) => d['podwitness']?.['rbac']?.['role_rules'])).toStrictEqual([
      ['get secrets'],
      ['* secrets'],
    ]);
  });
});

describe('a token that was issued', () => {
  const ISSUED = 'authentication.kubernetes.io/issued-credential-id';
  const CREDENTIAL = 'authentication.kubernetes.io/credential-id';

  function request(user: string): JsonObject {
    return audit(0, ['create', 'serviceaccounts', 'ci', 'deployer', 'token'], {
      user: { username: user },
      annotations: { [ISSUED]: 'JTI=9776fdce' },
      responseObject: {
        spec: { audiences: ['https://kubernetes.default.svc'] },
        status: { token: 'REDACTED', expirationTimestamp: at(3600) },
      },
    });
  }
  const used = audit(600, ['get', 'secrets', 'shop', 'db'], {
    user: {
      username: 'system:serviceaccount:ci:deployer',
      extra: { [CREDENTIAL]: ['JTI=9776fdce'] },
    },
  });

  it('is joined to its use', () => {
    const world = createWorld();
    world.feed([request('mallory')]);
    const [document] = world.feed([used]).documents;
    expect(document?.['podwitness']?.['actor']?.['credential']).toMatchObject({
      issued_at: at(0),
      issued_by: 'mallory',
      issued_to: 'ci/deployer',
      issued_from: '10.0.0.9',
      audiences: ['https://kubernetes.default.svc'],
      expires_at: at(3600),
    });
  });

  it('by a kubelet for its pods is not remembered', () => {
    expect(createWorld().feed([request('system:node:worker-1')]).facts).toStrictEqual([]);
  });

  it('and bound to a pod names the workload that uses it', () => {
    const world = createWorld();
    const owner = { ownerReferences: [{ kind: 'DaemonSet', name: 'agent', controller: true }] };
    world.feed([
      audit(0, ['create', 'pods', 'ci', 'agent-8xk2p'], {
        requestObject: { metadata: owner, spec: { containers: [] } },
      }),
    ]);
    const extra = { 'authentication.kubernetes.io/pod-name': ['agent-8xk2p'] };
    const user = { username: 'system:serviceaccount:ci:deployer', extra };
    const [document] = world.feed([
      audit(9, ['list', 'pods', 'shop', undefined], { user }),
    ]).documents;
    expect(document?.['podwitness']?.['actor']).toMatchObject({
      workload_kind: 'DaemonSet',
      workload: 'agent',
    });
  });
});
