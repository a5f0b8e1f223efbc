import { describe, expect, it } from 'vitest';
import { actorOf } from '../../../../../services/normalizer/map/actor.ts';
import { changed, plain } from './trees.ts';

const EXTRA = 'authentication.kubernetes.io/';

describe('the kind of an identity', () => {
  it.each([
    ['alice', 'human'],
    ['alice@example.com', 'human'],
    ['kubernetes-admin', 'human'],
    ['kube:admin', 'human'],
    ['system:admin', 'human'],
    ['system:node:w1', 'node'],
    ['system:serviceaccount:ci:deployer', 'service-account'],
    ['system:serviceaccount:ci', 'system'],
    ['system:kube-scheduler', 'system'],
    ['system:apiserver', 'system'],
    ['system:bootstrap:abcdef', 'system'],
    ['eks:node-manager', 'system'],
    ['aksService', 'system'],
    ['masterclient', 'system'],
    ['system:anonymous', 'anonymous'],
    ['robot@acme.iam.gserviceaccount.com', 'cloud'],
    ['principal://iam.googleapis.com/projects/1/x', 'cloud'],
    ['gserviceaccount.com.evil.example', 'human'],
    ['', 'unauthenticated'],
  ])('%s is %s', (username, kind) => {
    expect(actorOf({ username }, undefined)).toMatchObject({ kind });
  });

  it('is unauthenticated without a name, and not known without a user', () => {
    expect(actorOf({}, undefined)).toStrictEqual({ kind: 'unauthenticated' });
    expect(actorOf(undefined, undefined)).toBeUndefined();
  });
});

it('tells where a service account and a node are', () => {
  expect(actorOf({ username: 'system:serviceaccount:ci:deployer' }, undefined)).toStrictEqual({
    ...{ kind: 'service-account', namespace: 'ci', name: 'deployer' },
  });
  expect(actorOf({ username: 'system:node:w1' }, undefined)).toStrictEqual({
    ...{ kind: 'node', name: 'w1', node: 'w1' },
  });
});

it('tells the credential, and what a token is bound to', () => {
  const extra = {
    [`${EXTRA}credential-id`]: ['JTI=7d1f'],
    [`${EXTRA}pod-name`]: ['web-0'],
    [`${EXTRA}pod-uid`]: ['u-1'],
    [`${EXTRA}node-name`]: ['w1'],
  };
  const user = { username: 'system:serviceaccount:ci:deployer', extra };
  expect(plain(actorOf(user, undefined))).toStrictEqual({
    ...{ kind: 'service-account', namespace: 'ci', name: 'deployer', node: 'w1' },
    ...{ pod: 'web-0', pod_uid: 'u-1' },
    ...{ credential_id: 'JTI=7d1f', credential_type: 'service-account-token' },
  });
  const scoped = { 'scopes.authorization.openshift.io': ['user:full'] };
  expect(actorOf({ username: 'dev', extra: scoped }, undefined)).toMatchObject({
    ...{ kind: 'human', credential_type: 'oauth-token', scopes: ['user:full'] },
  });
});

describe('the cloud below', () => {
  const amazon = (arn: string) =>
    actorOf(
      {
        username: 'kubernetes-admin',
        extra: { arn: [arn], sessionName: ['i-0'], accessKeyId: ['AKIA'], principalId: ['AROA'] },
      },
      undefined,
    );

  it('is told by EKS: a role may be a program’s, a user and single sign-on are people', () => {
    const arn = 'arn:aws:sts::111122223333:assumed-role/ci/i-0';
    expect(amazon(arn)).toMatchObject({
      kind: 'cloud',
      cloud: {
        ...{ provider: 'aws', principal: arn, account: '111122223333', session: 'i-0' },
        ...{ access_key_id: 'AKIA', id: 'AROA' },
      },
    });
    expect(amazon('arn:aws:iam::111122223333:user/alice')).toMatchObject({ kind: 'human' });
    expect(
      amazon('arn:aws:sts::1:assumed-role/AWSReservedSSO_Admin_0/alice@example.com'),
    ).toMatchObject({ kind: 'human' });
    const node = { username: 'system:node:ip-10-0-0-1', extra: { arn: ['arn:aws:sts::1:x/y'] } };
    expect(actorOf(node, undefined)).toMatchObject({ kind: 'node', cloud: { provider: 'aws' } });
  });

  it('is told by AKS and GKE', () => {
    const entra = { username: 'alice@example.com', extra: { oid: ['0-1'] } };
    expect(actorOf(entra, undefined)).toMatchObject({
      ...{ kind: 'human', cloud: { provider: 'azure', principal: '0-1' } },
    });
    expect(actorOf({ username: 'alice@example.com' }, 'gcp')).toMatchObject({
      ...{ kind: 'human', cloud: { provider: 'gcp', principal: 'alice@example.com' } },
    });
    expect(actorOf({ username: 'system:kube-scheduler' }, 'gcp')).not.toMatchObject({
      cloud: expect.anything(),
    });
  });

  it('is in the document, for who acted and for whom', () => {
    const { podwitness } = changed({ impersonatedUser: { username: 'system:node:w1' } });
    expect(podwitness).toMatchObject({
      actor: { kind: 'human', credential_id: 'X509SHA256=ab', credential_type: 'certificate' },
      effective_actor: { kind: 'node', node: 'w1' },
    });
  });
});

it('takes values of any type for what they are', () => {
  for (const extra of [null, 'x', [], { arn: 7 }, { arn: [{}] }, { oid: [] }, { arn: [] }]) {
    expect(actorOf({ username: 'a', extra }, undefined)).toHaveProperty('kind');
  }
  expect(actorOf({ username: { a: 1 } }, undefined)).toStrictEqual({ kind: 'unauthenticated' });
});
