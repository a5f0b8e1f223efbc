import { describe, expect, it } from 'vitest';
import { ownOf, RBAC, write } from './events.ts';

const BINDING = {
  kind: 'ClusterRoleBinding',
  roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [
    { kind: 'User', name: 'mallory' },
    { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' },
    { kind: 'Group', name: 7 },
  ],
};

describe('a binding', () => {
  it('says who gets what', () => {
    expect(ownOf(write(`clusterrolebindings.${RBAC}`, BINDING))['rbac']).toEqual({
      ...{ role: 'cluster-admin', role_kind: 'ClusterRole', cluster_admin: true },
      subjects: ['User:mallory', 'ServiceAccount:ci/deployer'],
    });
    const view = { ...BINDING, roleRef: { kind: 'ClusterRole', name: 'view' } };
    const own = ownOf(write('rolebindings.authorization.openshift.io', view));
    expect(own['rbac']).toMatchObject({ role: 'view', cluster_admin: false });
  });

  it.each([
    [[{ op: 'add', path: '/subjects/-', value: { kind: 'User', name: 'eve' } }]],
    [{ subjects: [{ kind: 'User', name: 'eve' }] }],
  ])('that is patched gives what the result says: %j', (patch) => {
    const event = write(`clusterrolebindings.${RBAC}`, patch, { verb: 'patch' });
    const alone = ownOf(event)['rbac'];
    expect(alone).toEqual({ subjects: ['User:eve'] });
    const whole = ownOf({ ...event, responseObject: BINDING })['rbac'];
    expect(whole).toMatchObject({
      cluster_admin: true,
      subjects: ['User:eve', 'User:mallory', 'ServiceAccount:ci/deployer'],
    });
    const refused = { kind: 'Status', roleRef: BINDING.roleRef };
    expect(ownOf({ ...event, responseObject: refused })['rbac']).toEqual(alone);
  });

  it('of another group is none', () => {
    expect(ownOf(write('clusterrolebindings.evil.example', BINDING))).not.toHaveProperty('rbac');
  });
});

describe('a role', () => {
  it('says which rights it gives', () => {
    const rules = [
      { apiGroups: [''], resources: ['pods/exec', 'secrets', 'pods'], verbs: ['get', 'create'] },
      { apiGroups: [RBAC], resources: ['clusterroles'], verbs: ['escalate', 'bind'] },
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ];
    expect(ownOf(write(`roles.${RBAC}`, { rules }))['rbac']).toEqual({
      ...{ role: 'it', role_kind: 'Role', verbs: ['get', 'create', 'escalate', 'bind'] },
      resources: ['pods/exec', 'secrets', 'pods', 'clusterroles'],
      ...{ api_groups: ['', RBAC].filter(Boolean), non_resource_urls: ['/metrics'] },
      dangerous_verbs: ['escalate', 'bind'],
      dangerous_resources: ['pods/exec', 'secrets', 'clusterroles'],
    });
  });

  it.each([
    [{ rules: [{ verbs: ['*'] }] }],
    [{ rules: [{ resources: ['pods', '*'] }] }],
    [{ rules: [{ resources: ['*/scale'] }] }],
    [{ rules: [{ apiGroups: ['*'] }] }],
    [[{ op: 'add', path: '/rules/-', value: { verbs: ['*'] } }]],
    [[{ op: 'replace', path: '/rules/0/resources/1', value: '*' }]],
    [[{ op: 'add', path: '', value: { rules: [{ verbs: ['*'] }] } }]],
  ])('with a wildcard is found: %j', (body) => {
    const own = ownOf(write(`clusterroles.${RBAC}`, body, { verb: 'patch' }));
    expect(own['rbac']).toMatchObject({ wildcard: true });
  });

  it('is searched to its end, however long it is', () => {
    const harmless = Array.from({ length: 5000 }, (_, i) => `r${i}`);
    const rules = [{ verbs: ['get'], resources: [...harmless, 'secrets', '*'] }];
    const { rbac } = ownOf(write(`clusterroles.${RBAC}`, { rules }));
    expect(rbac).toMatchObject({ wildcard: true, dangerous_resources: ['secrets'] });
    const { resources } = rbac as { resources: readonly string[] };
    expect(resources).toHaveLength(65);
    expect(resources.at(-1)).toBe('…');
  });

  it('says what it is made of, and part of', () => {
    const body = {
      metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true', a: 'b' } },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { team: 'x' } }] },
    };
    expect(ownOf(write(`clusterroles.${RBAC}`, body))['rbac']).toMatchObject({
      ...{ aggregates: ['team=x'], aggregates_to: ['admin'] },
    });
  });
});
