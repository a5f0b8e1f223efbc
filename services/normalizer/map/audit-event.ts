/**
 * Owns: `event.*` of an audit event: what kind of request it was in the words of ECS 8.17, how it
 * ended and how long it took (docs/adr/0020).
 *
 * Every request is a call of an API, so `api` is among its categories, and `allowed` or `denied` may be
 * among its types. What else it is comes first: `iam` for who may do what, `authentication` for a
 * credential that was shown, `process` and `network` for ways into a pod, `configuration` for every
 * other write. Reading is `api` alone.
 */
import { COLLECTIONS } from '../../../shared/domain/collections.ts';
import type { JsonObject } from '../read/leaf.ts';
import type { Parts } from './audit-parts.ts';
import { text } from './fields.ts';
import { beginning } from './ingest.ts';

const { dataset: DATASET } = COLLECTIONS.events;
const MAX_REASON_CHARS = 1024;

/** Category and types, the latter without an answer, with a good and with a bad one. */
interface Class {
  readonly category: readonly string[];
  readonly plain: readonly string[];
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}

function classOf(category: string | undefined, ...types: readonly string[]): Class {
  return {
    category: category === undefined ? ['api'] : [category, 'api'],
    plain: types,
    allowed: [...types, 'allowed'],
    denied: [...types, 'denied'],
  };
}

/** What a write does; a map, since a client may send a verb `constructor` or `__proto__`. */
const CHANGES: ReadonlyMap<string, string> = new Map([
  ['create', 'creation'],
  ['update', 'change'],
  ['patch', 'change'],
  ['delete', 'deletion'],
  ['deletecollection', 'deletion'],
]);

type ByVerb = ReadonlyMap<string, Class>;

function writes(category: string, ...types: readonly string[]): ByVerb {
  return new Map(
    [...CHANGES].map(([verb, change]) => [verb, classOf(category, ...types, change)] as const),
  );
}

const READ = classOf(undefined, 'access');
const WRITE = writes('configuration');
const LOGIN = classOf('authentication', 'start');

/** Ways into a pod or node: while they are open, and once they are closed. */
const WAYS_IN: ReadonlyMap<string, readonly [open: Class, closed: Class]> = new Map([
  ['exec', [classOf('process', 'start'), classOf('process', 'end')]],
  ['attach', [classOf('process', 'start'), classOf('process', 'end')]],
  [
    'portforward',
    [classOf('network', 'connection', 'start'), classOf('network', 'connection', 'end')],
  ],
  [
    'proxy',
    [classOf('network', 'access', 'connection'), classOf('network', 'access', 'connection')],
  ],
]);
const DEBUG = classOf('process', 'change');

interface Known {
  readonly apiGroup: string;
  readonly verbs: ByVerb;
  /** Reading who may do what is about the same. */
  readonly read: Class;
}

function iam(apiGroup: string, ...types: readonly string[]): Known {
  return { apiGroup, verbs: writes('iam', ...types), read: classOf('iam', ...types, 'info') };
}

/** A question in the form of a create: nothing is there afterwards. */
function question(apiGroup: string, category: string): Known {
  const asked = classOf(category, 'info');
  return { apiGroup, verbs: new Map([['create', asked]]), read: asked };
}

const RBAC = 'rbac.authorization.k8s.io';
const AUTHORIZATION = 'authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';

/** By resource. The group counts: anybody may call a resource of their own `roles`. */
const KNOWN: ReadonlyMap<string, Known> = new Map([
  ['roles', iam(RBAC, 'admin')],
  ['clusterroles', iam(RBAC, 'admin')],
  ['rolebindings', iam(RBAC, 'admin')],
  ['clusterrolebindings', iam(RBAC, 'admin')],
  ['serviceaccounts', iam('', 'user')],
  ['certificatesigningrequests', iam('certificates.k8s.io', 'user')],
  ['users', iam('user.openshift.io', 'user')],
  ['identities', iam('user.openshift.io', 'user')],
  ['groups', iam('user.openshift.io', 'group')],
  ['oauthaccesstokens', iam('oauth.openshift.io', 'user')],
  ['oauthclients', iam('oauth.openshift.io', 'admin')],
  ['tokenreviews', question(AUTHENTICATION, 'authentication')],
  ['selfsubjectreviews', question(AUTHENTICATION, 'iam')],
  ['subjectaccessreviews', question(AUTHORIZATION, 'iam')],
  ['localsubjectaccessreviews', question(AUTHORIZATION, 'iam')],
  ['selfsubjectaccessreviews', question(AUTHORIZATION, 'iam')],
  ['selfsubjectrulesreviews', question(AUTHORIZATION, 'iam')],
]);

function wayIn({ code, resource, stage, subresource }: Parts): Class | undefined {
  if (subresource === undefined || resource === undefined) return undefined;
  const way = WAYS_IN.get(subresource);
  if (way === undefined) return undefined;
  return stage === 'ResponseComplete' && code === 101 ? way[1] : way[0];
}

function classify(parts: Parts): Class {
  const { apiGroup, resource, subresource, verb = '' } = parts;
  if (parts.code === 401) return LOGIN;
  const way = wayIn(parts);
  if (way !== undefined) return way;
  const known = resource === undefined ? undefined : KNOWN.get(resource);
  if (known !== undefined && known.apiGroup === apiGroup) {
    return known.verbs.get(verb) ?? known.read;
  }
  const isChange = CHANGES.has(verb) && resource !== undefined;
  if (isChange && subresource === 'ephemeralcontainers') return DEBUG;
  return (isChange ? WRITE.get(verb) : undefined) ?? READ;
}

/** Who was refused, whoever refused: admission refuses what the authorizer allowed. */
function typesOf({ code, decision }: Parts, { allowed, denied, plain }: Class): readonly string[] {
  if (code === 401 || code === 403 || decision === 'forbid') return denied;
  return decision === 'allow' || (code !== undefined && code < 400) ? allowed : plain;
}

export type Outcome = 'success' | 'failure' | 'unknown';

/** Success is the server's answer, not the authorizer's. */
export function outcomeOf({ code, decision }: Parts): Outcome {
  if (decision === 'forbid') return 'failure';
  if (code === undefined) return 'unknown';
  return code < 400 ? 'success' : 'failure';
}

/** What a time has below its milliseconds, in nanoseconds. */
function belowMs(time: string): number {
  const dot = time.indexOf('.');
  if (dot < 0) return 0;
  let nanos = 0;
  let unit = 100_000;
  for (let i = dot + 4; unit >= 1; i++) {
    const digit = time.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    nanos += digit * unit;
    unit /= 10;
  }
  return nanos;
}

/** Nanoseconds; undefined where a clock went backwards, or for longer than a hundred days. */
function durationOf(start: string, end: string): number | undefined {
  const nanos = (Date.parse(end) - Date.parse(start)) * 1e6 + belowMs(end) - belowMs(start);
  return nanos >= 0 && Number.isSafeInteger(nanos) ? nanos : undefined;
}

function reasonOf({ reason, status }: Parts): string | undefined {
  const said = text(status?.['message']) || text(status?.['reason']) || reason;
  return said === undefined || said === '' ? undefined : beginning(said, MAX_REASON_CHARS);
}

/** `receivedAt`: by the collector. */
export function eventFields(parts: Parts, id: string, receivedAt: string | undefined): JsonObject {
  const { received, reached, stage, status, verb } = parts;
  const found = classify(parts);
  const end = stage === 'ResponseComplete' || stage === 'Panic' ? reached : undefined;
  const isTimed = received !== undefined && end !== undefined;
  return {
    id,
    kind: 'event',
    module: 'kubernetes',
    dataset: DATASET,
    category: found.category,
    type: typesOf(parts, found),
    outcome: outcomeOf(parts),
    action: verb === '' ? undefined : verb,
    code: text(status?.['reason']) || undefined,
    reason: reasonOf(parts),
    start: received,
    end,
    duration: isTimed ? durationOf(received, end) : undefined,
    created: receivedAt,
  };
}
