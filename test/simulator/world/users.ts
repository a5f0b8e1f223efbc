/**
 * Owns: who works in a cluster: people, service accounts, people of a cloud, people as somebody else.
 */
import type { User } from '../model.ts';
import type { Random } from '../random.ts';

const NAMES = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];
const KUBECTL_NEW = 'kubectl/v1.34.1 (linux/amd64) kubernetes/8adc0f0';
const KUBECTL_OLD = 'kubectl/v1.28.4 (darwin/arm64) kubernetes/bae2c62';
const OC = 'oc/4.19.0 (linux/amd64) kubernetes/298429b';

function address(random: Random): string {
  return `10.${random.int(0, 3)}.${random.int(0, 255)}.${random.int(1, 254)}`;
}

function person(name: string, i: number, random: Random): User {
  const isOld = i % 3 === 1;
  const groups =
    i % 4 === 0 ? ['platform-admins'] : ['dev', `${random.pick(['payments', 'web'])}-dev`];
  const forged = random.chance(0.1) ? ['203.0.113.7'] : [];
  const base = {
    name,
    groups: [...groups, 'system:authenticated'],
    ips: [...forged, address(random)],
    agent: isOld ? KUBECTL_OLD : KUBECTL_NEW,
    transport: isOld ? 'spdy' : 'websocket',
  } as const;
  if (i % 4 === 0) {
    const id = `X509SHA256=${random.hex(64)}`;
    return { ...base, extra: { 'authentication.kubernetes.io/credential-id': [id] } };
  }
  if (i % 4 !== 2) return { ...base, uid: `u-${name}` };
  const extra = {
    arn: [`arn:aws:sts::111122223333:assumed-role/Developer/${name}`],
    canonicalArn: ['arn:aws:iam::111122223333:role/Developer'],
    sessionName: [name],
    accessKeyId: [`ASIA${random.hex(16).toUpperCase()}`],
  };
  const uid = `aws-iam-authenticator:111122223333:${random.hex(12)}`;
  return { ...base, name: `arn-dev-${name}`, uid, extra };
}

function serviceAccount(namespace: string, name: string, random: Random): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid: random.uuid(),
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
    extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${random.uuid()}`] },
    ips: [address(random)],
    agent: 'kubectl/v1.31.0 (linux/amd64) kubernetes/9edcffc',
    transport: 'websocket',
  };
}

export function makeUsers(count: number, random: Random): readonly User[] {
  const people = Array.from({ length: count }, (_, i) => {
    const round = Math.floor(i / NAMES.length);
    const name = `${NAMES[i % NAMES.length]}${round === 0 ? '' : round}`;
    return person(i % 5 === 3 ? `${name}@corp.example` : name, i, random);
  });
  const support: User = {
    name: 'support-gateway',
    groups: ['gateways', 'system:authenticated'],
    ips: [address(random)],
    agent: KUBECTL_NEW,
    transport: 'websocket',
    actsAs: { name: 'oncall@corp.example', groups: ['platform-admins'] },
  };
  const openshift: User = {
    name: 'kube:admin',
    groups: ['system:cluster-admins', 'system:authenticated'],
    extra: { 'scopes.authorization.openshift.io': ['user:full'] },
    ips: [address(random)],
    agent: OC,
    transport: 'spdy',
  };
  return [...people, support, openshift, serviceAccount('ci', 'deployer', random)];
}
