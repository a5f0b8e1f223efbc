/**
 * Owns: what kind of identity acted, as `podwitness.actor`: its place, its credential, and who it is to
 * the cloud below (docs/adr/0020). Everything here is said by the API server, or by a cloud's
 * authenticator through it: a client can't choose it.
 * Does not own: `user.*` (audit-document.ts), who that is in a directory (enrich/).
 */
import type { JsonObject } from '../read/leaf.ts';
import { compact, object, text, texts } from './fields.ts';
import { remembered } from '../remembered.ts';

export type ActorKind =
  | 'human'
  | 'service-account'
  | 'node'
  | 'system'
  | 'anonymous'
  | 'unauthenticated'
  | 'cloud';

interface Named {
  readonly kind: ActorKind;
  readonly name?: string;
  readonly namespace?: string;
  readonly node?: string;
}

const SERVICE_ACCOUNT = 'system:serviceaccount:';
const NODE = 'system:node:';
const GOOGLE_ACCOUNT = '.gserviceaccount.com';
const GOOGLE_PRINCIPAL = /^principal(Set)?:\/\/iam\.googleapis\.com\//;
/** Parts of clusters, of those who set them up and of clouds, with names of their own. */
const SYSTEM_NAMES = new Set([
  ...['aksService', 'acsService', 'masterclient', 'nodeclient', 'hcpService', 'kubelet-bootstrap'],
  ...['kubelet-nodepool-bootstrap', 'kube-apiserver-kubelet-client', 'apiserver', 'kubelet'],
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'],
]);
const SYSTEM_PREFIXES = ['system:', 'eks:', 'gke:'];
/** A certificate of OpenShift for people who were locked out. */
const ADMINISTRATOR = 'system:admin';

function serviceAccount(username: string): Named | undefined {
  const rest = username.slice(SERVICE_ACCOUNT.length);
  const colon = rest.indexOf(':');
  if (colon <= 0 || colon === rest.length - 1) return undefined;
  return {
    kind: 'service-account',
    namespace: rest.slice(0, colon),
    name: rest.slice(colon + 1),
  };
}

function isSystem(username: string): boolean {
  return (
    SYSTEM_NAMES.has(username) || SYSTEM_PREFIXES.some((prefix) => username.startsWith(prefix))
  );
}

/** What a user name says by itself. */
export const namedBy = remembered((username: string): Named => {
  const account = username.startsWith(SERVICE_ACCOUNT) ? serviceAccount(username) : undefined;
  if (account !== undefined) return account;
  if (username.startsWith(NODE)) {
    const node = username.slice(NODE.length);
    return { kind: 'node', name: node, node };
  }
  if (username === 'system:anonymous') return { kind: 'anonymous', name: username };
  if (username !== ADMINISTRATOR && isSystem(username)) return { kind: 'system', name: username };
  const isCloud = username.endsWith(GOOGLE_ACCOUNT) || GOOGLE_PRINCIPAL.test(username);
  return { kind: isCloud ? 'cloud' : 'human', name: username };
});

/** Values of `extra` are lists; those here have one element. */
function one(extra: JsonObject, key: string): string | undefined {
  const value = extra[key];
  return Array.isArray(value) ? text(value[0]) : text(value);
}

const ABOUT_TOKEN = 'authentication.kubernetes.io/';
const SCOPES = 'scopes.authorization.openshift.io';

function credentialType(id: string | undefined, extra: JsonObject): string | undefined {
  if (id?.startsWith('X509SHA256=') === true) return 'certificate';
  if (id?.startsWith('JTI=') === true) return 'service-account-token';
  if (extra[SCOPES] !== undefined) return 'oauth-token';
  return extra['arn'] === undefined ? undefined : 'iam';
}

/** EKS: `arn:aws:sts::111122223333:assumed-role/deployer/i-0abc` and its like. */
function amazon(extra: JsonObject): JsonObject | undefined {
  const arn = one(extra, 'arn') ?? one(extra, 'canonicalArn');
  if (arn === undefined) return undefined;
  return {
    provider: 'aws',
    principal: arn,
    canonical: one(extra, 'canonicalArn'),
    account: arn.split(':', 5)[4] || undefined,
    id: one(extra, 'principalId'),
    session: one(extra, 'sessionName'),
    access_key_id: one(extra, 'accessKeyId'),
  };
}

/** A person's own IAM user, or a session of single sign-on; any other role may be a program's. */
function isPerson(arn: unknown): boolean {
  return typeof arn === 'string' && (arn.includes(':user/') || arn.includes('AWSReservedSSO_'));
}

function cloudOf(
  extra: JsonObject | undefined,
  { kind, name }: Named,
  provider: string | undefined,
): JsonObject | undefined {
  const aws = extra && amazon(extra);
  if (aws !== undefined) return aws;
  const oid = extra && one(extra, 'oid');
  if (oid !== undefined) return { provider: 'azure', principal: oid };
  const isGoogle = kind === 'cloud' || (kind === 'human' && provider === 'gcp');
  return isGoogle ? { provider: 'gcp', principal: name } : undefined;
}

function kindOf({ kind }: Named, cloud: JsonObject | undefined): ActorKind {
  if (kind !== 'human' || cloud?.['provider'] !== 'aws') return kind;
  return isPerson(cloud['principal']) ? 'human' : 'cloud';
}

/**
 * `user`: an event's `user` or `impersonatedUser`; `provider`: of the cloud that told of the event.
 * An API server writes `{}` for who is not authenticated; no user at all is a gap of the record.
 */
export function actorOf(
  user: JsonObject | undefined,
  provider: string | undefined,
): JsonObject | undefined {
  if (user === undefined) return undefined;
  const username = text(user['username']);
  if (username === undefined || username === '') return { kind: 'unauthenticated' };
  const named = namedBy(username);
  const extra = object(user['extra']);
  if (extra === undefined && provider === undefined && named.kind !== 'cloud') return { ...named };
  const cloud = cloudOf(extra, named, provider);
  if (extra === undefined) return { ...named, cloud };
  const credential = one(extra, `${ABOUT_TOKEN}credential-id`);
  return {
    kind: kindOf(named, cloud),
    name: named.name,
    namespace: named.namespace,
    node: named.node ?? one(extra, `${ABOUT_TOKEN}node-name`),
    pod: one(extra, `${ABOUT_TOKEN}pod-name`),
    pod_uid: one(extra, `${ABOUT_TOKEN}pod-uid`),
    credential_id: credential,
    credential_type: credentialType(credential, extra),
    scopes: texts(extra[SCOPES]),
    cloud: cloud && compact(cloud),
  };
}
