/**
 * Owns: what the resources of Kubernetes are called in English, one and many of them.
 * Does not own: which of them a request is about.
 */
import { named } from './quoted.ts';

export interface Noun {
  readonly one: string;
  readonly many: string;
  /** Undefined for resources of others: nobody can tell. */
  readonly isNamespaced: boolean | undefined;
  /** In front of one without a name. */
  readonly article: string;
}

const NAMESPACED = [
  ...['pod', 'secret', 'config map', 'service account', 'service', 'endpoints', 'endpoint slice'],
  ...['event', 'limit range', 'resource quota', 'replication controller', 'pod template'],
  ...['persistent volume claim', 'deployment', 'replica set', 'stateful set', 'daemon set'],
  ...['controller revision', 'job', 'cron job', 'horizontal pod autoscaler', 'lease', 'ingress'],
  ...['network policy', 'pod disruption budget', 'role', 'role binding', 'binding'],
  ...['CSI storage capacity', 'resource claim', 'resource claim template', 'route', 'build'],
  ...['build config', 'deployment config', 'image stream'],
];
const OF_CLUSTER = [
  ...['node', 'namespace', 'persistent volume', 'cluster role', 'cluster role binding'],
  ...['storage class', 'volume attachment', 'CSI driver', 'CSI node', 'priority class'],
  ...['runtime class', 'ingress class', 'mutating webhook configuration', 'flow schema'],
  ...['validating webhook configuration', 'validating admission policy', 'IP address'],
  ...['validating admission policy binding', 'mutating admission policy', 'service CIDR'],
  ...['mutating admission policy binding', 'custom resource definition', 'API service'],
  ...['certificate signing request', 'cluster trust bundle', 'priority level configuration'],
  ...['component status', 'pod security policy', 'device class', 'resource slice', 'project'],
  ...['security context constraints', 'user', 'group', 'identity', 'OAuth client'],
  ...['OAuth access token', 'cluster operator', 'cluster version'],
];
/** Already more than one. */
const PLURAL = new Set(['endpoints', 'security context constraints']);

/** Groups whose resources are those above; in any other group `secrets` are somebody's own. */
const GROUPS = new Set([
  ...['', 'apps', 'batch', 'autoscaling', 'policy', 'extensions', 'events.k8s.io'],
  ...['networking.k8s.io', 'rbac.authorization.k8s.io', 'storage.k8s.io', 'discovery.k8s.io'],
  ...['coordination.k8s.io', 'certificates.k8s.io', 'admissionregistration.k8s.io', 'node.k8s.io'],
  ...['scheduling.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io', 'resource.k8s.io'],
  ...['flowcontrol.apiserver.k8s.io', 'route.openshift.io', 'build.openshift.io'],
  ...['apps.openshift.io', 'image.openshift.io', 'project.openshift.io', 'user.openshift.io'],
  ...['security.openshift.io', 'oauth.openshift.io', 'config.openshift.io'],
]);

function plural(one: string): string {
  if (PLURAL.has(one)) return one;
  if (/[^aeiou]y$/.test(one)) return `${one.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(one) ? `${one}es` : `${one}s`;
}

/** `a pod`, `an ingress`; said aloud, a user begins with a consonant. */
function articleOf(one: string): string {
  if (PLURAL.has(one)) return '';
  return /^([aeio]|O?API|IP)/i.test(one) && !/^one/.test(one) ? 'an ' : 'a ';
}

function entry(one: string, isNamespaced: boolean): readonly [string, Noun] {
  const many = plural(one);
  const noun = { one, many, isNamespaced, article: articleOf(one) };
  return [many.replaceAll(' ', '').toLowerCase(), noun];
}

/** By resource. */
const NOUNS: ReadonlyMap<string, Noun> = new Map([
  ...NAMESPACED.map((one) => entry(one, true)),
  ...OF_CLUSTER.map((one) => entry(one, false)),
]);

/** Resources of others are called as they call themselves: `widgets.example.com`. */
export function nounOf(resource: string, apiGroup: string): Noun {
  const known = GROUPS.has(apiGroup) ? NOUNS.get(resource) : undefined;
  if (known !== undefined) return known;
  const own = named(apiGroup === '' ? resource : `${resource}.${apiGroup}`);
  return { one: own, many: own, isNamespaced: undefined, article: 'one of ' };
}
