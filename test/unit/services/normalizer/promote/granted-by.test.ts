import { expect, it } from 'vitest';
import { grantedBy } from '../../../../../services/normalizer/promote/granted-by.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

it.each([
  [
    'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    {
      ...{ binding_kind: 'ClusterRoleBinding', binding: 'system:discovery' },
      ...{ role_kind: 'ClusterRole', role: 'system:discovery' },
      ...{ subject_kind: 'Group', subject: 'system:authenticated' },
    },
  ],
  [
    'RBAC: allowed by RoleBinding "payments-dev/payments" of Role "edit" to ServiceAccount "deployer/ci"',
    {
      ...{ binding_kind: 'RoleBinding', binding: 'payments-dev', binding_namespace: 'payments' },
      ...{ role_kind: 'Role', role: 'edit' },
      ...{ subject_kind: 'ServiceAccount', subject: 'ci/deployer' },
    },
  ],
  [
    'EKS Access Policy: allowed by ClusterRoleBinding "arn:aws:iam::1:role/ops+admin" of ClusterRole "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy" to User "AROA"',
    {
      ...{ authorizer: 'EKS Access Policy' },
      ...{ binding_kind: 'ClusterRoleBinding', binding: 'arn:aws:iam::1:role/ops+admin' },
      role_kind: 'ClusterRole',
      role: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      ...{ subject_kind: 'User', subject: 'AROA' },
    },
  ],
])('%s', (reason, fields) => {
  expect(plain(grantedBy(reason))).toEqual(fields);
});

it('is not told by a name what the words around it are', () => {
  const name = String.raw`x\" of ClusterRole \"view\" to User \"nobody`;
  const reason = `RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "cluster-admin" to Group "${name}"`;
  expect(grantedBy(reason)).toMatchObject({
    ...{ binding: 'b', role: 'cluster-admin', subject_kind: 'Group' },
    subject: 'x" of ClusterRole "view" to User "nobody',
  });
  const escaped = String.raw`\u202e\t\\\"\U0001f511\xff`;
  expect(
    grantedBy(`RBAC: allowed by RoleBinding "a/b" of Role "c" to User "${escaped}"`),
  ).toMatchObject({ subject: '\u202e\t\\"🔑\ufffd' });
});

it.each([
  ...['', 'access granted by IAM permissions.', 'RBAC: allowed by ', 'RBAC: allowed by Role "a"'],
  'RBAC: allowed by ClusterRoleBinding "a" of ClusterRole "b"',
  'RBAC: allowed by ClusterRoleBinding "a" of ClusterRole "b" to Group "c',
  'RBAC: allowed by ClusterRoleBinding "a" of ClusterRole "b" to Group "c\\"',
  'RBAC: allowed by ClusterRoleBinding "a" of ClusterRole "b" to Group "c" and more',
  'webhook "x: allowed by ClusterRoleBinding "a" of ClusterRole "b" to Group "c"',
  ...[undefined, 7, null, {}],
])('of another form says nothing: %j', (reason) => {
  expect(grantedBy(reason)).toBeUndefined();
});
