/**
 * Owns: `podwitness.rbac` of what is written: rights that a role gives, and to whom a binding gives it.
 * Does not own: which binding allowed the request itself (granted-by.ts).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { object, objects, text } from '../map/fields.ts';
import { listed, note, noteAll, short } from './lists.ts';
import type { Written } from './written.ts';

/** OpenShift serves the same objects in a group of its own, too. */
const GROUPS = new Set(['rbac.authorization.k8s.io', 'authorization.openshift.io']);
const ROLE_KINDS: ReadonlyMap<unknown, string> = new Map([
  ['roles', 'Role'],
  ['clusterroles', 'ClusterRole'],
]);
const BINDINGS = new Set<unknown>(['rolebindings', 'clusterrolebindings']);

const DANGEROUS_VERBS = new Set(['escalate', 'bind', 'impersonate']);
/** With them comes more than they say: other identities, other pods, other rights, the node. */
const DANGEROUS_RESOURCES = new Set([
  ...['secrets', 'serviceaccounts/token', 'certificatesigningrequests/approval', 'signers'],
  ...['pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers', 'pods/proxy'],
  ...['nodes', 'nodes/proxy', 'services/proxy', 'persistentvolumes'],
  ...['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'],
  ...['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
  ...['mutatingadmissionpolicies', 'validatingadmissionpolicies'],
  ...['users', 'groups', 'serviceaccounts', 'userextras', 'uids'],
]);
const AGGREGATE_TO = 'rbac.authorization.k8s.io/aggregate-to-';

interface Rights {
  readonly verbs: Set<string>;
  readonly resources: Set<string>;
  readonly groups: Set<string>;
  readonly urls: Set<string>;
  readonly dangerousVerbs: Set<string>;
  readonly dangerousResources: Set<string>;
  isWildcard: boolean;
}

function noteOf(rights: Rights, into: Set<string>, values: unknown): void {
  if (!Array.isArray(values)) return;
  noteAll(into, values);
  for (const value of values) {
    if (typeof value !== 'string') continue;
    if (value === '*' || value.startsWith('*/')) rights.isWildcard = true;
    if (into === rights.verbs && DANGEROUS_VERBS.has(value)) rights.dangerousVerbs.add(value);
    if (into === rights.resources && DANGEROUS_RESOURCES.has(value)) {
      rights.dangerousResources.add(value);
    }
  }
}

function noteRules(rights: Rights, part: JsonObject): void {
  for (const rule of objects(part['rules'])) {
    noteOf(rights, rights.verbs, rule['verbs']);
    noteOf(rights, rights.resources, rule['resources']);
    noteOf(rights, rights.groups, rule['apiGroups']);
    noteOf(rights, rights.urls, rule['nonResourceURLs']);
  }
}

/** What it takes in, by label, and what takes it in: `key=value`, and names of roles. */
function aggregation(parts: readonly JsonObject[]): JsonObject {
  const takes = new Set<string>();
  const into = new Set<string>();
  for (const part of parts) {
    const selectors = objects(object(part['aggregationRule'])?.['clusterRoleSelectors']);
    for (const selector of selectors) {
      const labels = object(selector['matchLabels']) ?? {};
      for (const key in labels) note(takes, `${key}=${text(labels[key]) ?? ''}`);
    }
    const labels = object(object(part['metadata'])?.['labels']) ?? {};
    for (const key in labels) {
      if (key.startsWith(AGGREGATE_TO) && text(labels[key]) === 'true') {
        note(into, key.slice(AGGREGATE_TO.length));
      }
    }
  }
  return { aggregates: listed(takes), aggregates_to: listed(into) };
}

function roleFields(parts: readonly JsonObject[], kind: string, name: unknown): JsonObject {
  const rights: Rights = {
    ...{ verbs: new Set(), resources: new Set(), groups: new Set(), urls: new Set() },
    ...{ dangerousVerbs: new Set(), dangerousResources: new Set(), isWildcard: false },
  };
  for (const part of parts) noteRules(rights, part);
  return {
    role: short(name),
    role_kind: kind,
    wildcard: rights.isWildcard ? true : undefined,
    verbs: listed(rights.verbs),
    resources: listed(rights.resources),
    api_groups: listed(rights.groups),
    non_resource_urls: listed(rights.urls),
    dangerous_verbs: listed(rights.dangerousVerbs),
    dangerous_resources: listed(rights.dangerousResources),
    ...aggregation(parts),
  };
}

/** `User:alice`, `ServiceAccount:payments/checkout`; undefined: no subject. */
function subjectOf(subject: JsonObject): string | undefined {
  const { kind, name, namespace } = subject;
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined;
  const isAccount = kind === 'ServiceAccount' && typeof namespace === 'string' && namespace !== '';
  return isAccount ? `${kind}:${namespace}/${name}` : `${kind}:${name}`;
}

function bindingFields(parts: readonly JsonObject[]): JsonObject {
  const subjects = new Set<string>();
  let role: string | undefined;
  let kind: string | undefined;
  for (const part of parts) {
    for (const subject of objects(part['subjects'])) note(subjects, subjectOf(subject));
    const ref = object(part['roleRef']);
    role ??= short(ref?.['name']);
    kind ??= short(ref?.['kind']);
  }
  const isAdmin = role === 'cluster-admin' && kind !== 'Role';
  const admin = role === undefined ? undefined : isAdmin;
  return { role, role_kind: kind, subjects: listed(subjects), cluster_admin: admin };
}

/**
 * Of a patch, both what it sets and the object that came of it: what a binding gives does not stand in
 * a patch that adds a subject. Undefined: no role and no binding.
 */
export function rbacOf({ isPatch, parts, ref, result }: Written): JsonObject | undefined {
  if (!GROUPS.has(text(ref['apiGroup']) ?? '')) return undefined;
  const all = isPatch && result !== undefined ? [...parts, result] : parts;
  if (all.length === 0) return undefined;
  const resource = ref['resource'];
  if (BINDINGS.has(resource)) return bindingFields(all);
  const kind = ROLE_KINDS.get(resource);
  if (kind === undefined) return undefined;
  return roleFields(all, kind, ref['name'] ?? object(all[0]?.['metadata'])?.['name']);
}
