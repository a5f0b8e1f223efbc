import { describe, expect, it } from 'vitest';
import { ownOf, write } from './events.ts';

describe('exposure', () => {
  const of = (where: string, spec: object, rest: object = {}): unknown =>
    ownOf(write(where, { spec }, rest))['exposure'];
  const patch = { verb: 'patch' };

  it('of services', () => {
    const ports = [{ port: 80, nodePort: 30080 }, { port: '443' }];
    expect(of('services', { type: 'NodePort', ports, externalIPs: ['1.2.3.4'] })).toEqual({
      ...{ type: 'NodePort', ports: [80], node_ports: [30080], external_ips: ['1.2.3.4'] },
    });
    expect(of('services', { type: 'ExternalName', externalName: 'evil.example' })).toEqual({
      ...{ type: 'ExternalName', external_name: 'evil.example' },
    });
    expect(of('services', { loadBalancerSourceRanges: ['0.0.0.0/0'] }, patch)).toEqual({
      source_ranges: ['0.0.0.0/0'],
    });
    const operation = [{ op: 'replace', path: '/spec/type', value: 'LoadBalancer' }];
    expect(ownOf(write('services', operation, patch))['exposure']).toEqual({
      type: 'LoadBalancer',
    });
  });

  it('of what leads to them', () => {
    const rules = [{ host: 'a.example' }];
    expect(of('ingresses.networking.k8s.io', { rules })).toEqual({
      ...{ hosts: ['a.example'], tls: false },
    });
    expect(of('ingresses.networking.k8s.io', { rules }, patch)).toEqual({ hosts: ['a.example'] });
    const tls = [{ hosts: ['b.example'] }];
    expect(of('ingresses.networking.k8s.io', { rules, tls })).toMatchObject({ tls: true });
    const listeners = [{ hostname: '*.example', port: 443 }];
    expect(of('gateways.gateway.networking.k8s.io', { listeners })).toEqual({
      ...{ hosts: ['*.example'], ports: [443] },
    });
    expect(of('httproutes.gateway.networking.k8s.io', { hostnames: ['c'] })).toEqual({
      hosts: ['c'],
    });
    expect(of('routes.route.openshift.io', { host: 'd', tls: {} })).toEqual({
      ...{ hosts: ['d'], tls: true },
    });
  });
});

describe('tokens', () => {
  const noted = {
    annotations: { 'authentication.kubernetes.io/issued-credential-id': 'JTI=c7e27a13' },
  };

  it('that are asked for can be joined to their use', () => {
    const boundObjectRef = { kind: 'Pod', name: 'web-0', uid: 'u', apiVersion: 'v1' };
    const spec = { audiences: ['vault'], expirationSeconds: 600, boundObjectRef };
    const responseObject = { kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const event = write('serviceaccounts/token', { spec }, { ...noted, responseObject });
    expect(ownOf(event)['token']).toEqual({
      ...{ service_account: 'it', audiences: ['vault'], expiration_seconds: 600 },
      ...{ bound_to: { kind: 'Pod', name: 'web-0', uid: 'u' }, credential_id: 'JTI=c7e27a13' },
    });
    expect(ownOf(noted)['token']).toEqual({ credential_id: 'JTI=c7e27a13' });
  });

  it('that never expire are Secrets', () => {
    const metadata = { annotations: { 'kubernetes.io/service-account.name': 'robot' } };
    const body = { type: 'kubernetes.io/service-account-token', metadata };
    expect(ownOf(write('secrets', body))['token']).toEqual({
      ...{ legacy: true, service_account: 'robot' },
    });
    expect(ownOf(write('secrets', { type: 'Opaque', metadata }))).not.toHaveProperty('token');
  });
});

/** Made with `openssl req -new -subj "/O=system:masters/O=dev/CN=mallory"`. */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIME1JR2JBZ0VBTURreEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdFlYTjBaWEp6TVF3d0NnWURWUVFLREFOawpaWFl4RURBT0JnTlZCQU1NQjIxaGJHeHZjbmt3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVFRCm96SVM0NUJWcVdkWHhOYWdoSXE2bS9OSE92cFFyY0hIS28wK3JGZTlBc1pBekdBN0M2MlJQWDBHK3RyUmhFQmUKc083V3B3VUZLZUxLSU1POFE0R1pvQUF3Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUloQVBpODg4bHd1b0pQOUJQSwpQbjZxVVhVbXB2UStGQ0JFbnJRZ2VzN3lBQXVxQWlCN1RNSS9VNjFHWFA4MVdOTzd1eDZRUzBaTXVnbzU2ejRqCmRQb0FUODMyelE9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K';

describe('certificates', () => {
  const CSRS = 'certificatesigningrequests.certificates.k8s.io';

  it('are asked for somebody', () => {
    const signerName = 'kubernetes.io/kube-apiserver-client';
    const spec = { signerName, usages: ['client auth'], request: REQUEST, username: 'eve' };
    expect(ownOf(write(CSRS, { spec }))['csr']).toEqual({
      ...{ signer: signerName, usages: ['client auth'], requester: 'eve' },
      ...{ common_name: 'mallory', organizations: ['system:masters', 'dev'] },
    });
  });

  it.each([
    '',
    'x',
    REQUEST.slice(0, 200),
    Buffer.from('-----BEGIN REQUEST-----').toString('base64'),
    7,
  ])('that can not be read have no subject: %j', (request) => {
    const { csr } = ownOf(write(CSRS, { spec: { signerName: 's', request } }));
    expect(csr).toEqual({ signer: 's' });
  });

  it('are approved', () => {
    const status = { conditions: [{ type: 'Approved', status: 'True' }] };
    expect(ownOf(write(`${CSRS}/approval`, { status }, { verb: 'update' }))['csr']).toEqual({
      conditions: ['Approved'],
    });
  });
});

it('webhooks say whom they ask', () => {
  const webhooks = [
    {
      clientConfig: { service: { name: 'hook', namespace: 'evil' }, caBundle: 'x' },
      ...{ failurePolicy: 'Ignore', rules: [{ operations: ['*'], resources: ['secrets'] }] },
    },
    { clientConfig: { url: 'https://evil.example/' } },
  ];
  const where = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
  expect(ownOf(write(where, { webhooks }))['webhook']).toEqual({
    ...{ urls: ['https://evil.example/'], services: ['evil/hook'], failure_policies: ['Ignore'] },
    ...{ operations: ['*'], resources: ['secrets'] },
  });
});

it('reviews say what was asked', () => {
  const spec = { resourceAttributes: { verb: 'create', resource: 'pods', subresource: 'exec' } };
  const responseObject = { kind: 'SelfSubjectAccessReview', status: { allowed: false } };
  const event = write(
    'selfsubjectaccessreviews.authorization.k8s.io',
    { spec },
    { responseObject },
  );
  expect(ownOf(event)['access_review']).toEqual({
    ...{ verb: 'create', resource: 'pods', subresource: 'exec', allowed: false },
  });
});

describe('changes', () => {
  const changed = (where: string, body: unknown, verb = 'patch'): unknown =>
    ownOf(write(where, body, { verb }));

  it('are paths, and never values', () => {
    const patch = {
      data: { Corefile: 'forward . 6.6.6.6' },
      metadata: { labels: { 'a.b/c': 'd' } },
    };
    expect(changed('configmaps', patch)).toEqual({
      request: { patch_type: 'merge' },
      change: { paths: ['data.Corefile', 'metadata.labels.a.b/c'] },
    });
    expect(changed('configmaps', { data: { mapRoles: 'x' } }, 'update')).toEqual({
      change: { paths: ['data.mapRoles'] },
    });
    expect(changed('secrets', { stringData: { password: 'hunter2' } }, 'create')).toEqual({
      change: { paths: ['stringData.password'] },
    });
  });

  it('of operations, and of directives', () => {
    const operations = [
      { op: 'test', path: '/spec/x', value: 1 },
      { op: 'remove', path: '/spec/containers/0/image' },
      { op: 'add', path: '/metadata/annotations', value: { a: 'b' } },
    ];
    expect(changed('pods', operations)).toEqual({
      request: { patch_type: 'json' },
      change: { paths: ['spec.containers.image', 'metadata.annotations.a'] },
    });
    const strategic = {
      spec: { $setElementOrder: [], tolerations: [{ $patch: 'delete', key: 'k' }] },
    };
    expect(changed('pods', strategic)).toMatchObject({
      request: { patch_type: 'strategic' },
      change: { paths: ['spec.tolerations.key'] },
    });
  });

  it('are bounded, and say so', () => {
    const data = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, 'v']));
    const { change } = changed('configmaps', { data }) as { change: { paths: string[] } };
    expect(change.paths).toHaveLength(33);
    expect(change.paths.at(-1)).toBe('…');
  });
});
