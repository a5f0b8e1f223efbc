/**
 * Owns: the closed sets of words in an audit event, and words that no event has although rules do.
 * Sources: k8s.io/apiserver pkg/apis/audit/v1, pkg/endpoints/request/requestinfo.go (verbs).
 */
import { foldCase } from '../pattern.ts';

/** Resource requests, then the HTTP methods of all others, in lower case. */
const VERBS = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ...['post', 'put', 'head', 'options', 'connect', 'trace', 'proxy'],
];
const STAGES = ['requestreceived', 'responsestarted', 'responsecomplete', 'panic'];
const LEVELS = ['metadata', 'request', 'requestresponse'];

/** Field to its only values, folded (pattern.ts, foldCase). */
const CLOSED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['kubernetes.audit.verb', new Set(VERBS)],
  ['kubernetes.audit.stage', new Set(STAGES)],
  ['kubernetes.audit.level', new Set(LEVELS)],
]);

/** Resources of Kubernetes itself that a request may be for; a custom one may have any name. */
const RESOURCES = [
  ...['pods', 'services', 'secrets', 'configmaps', 'namespaces', 'nodes', 'serviceaccounts'],
  ...['deployments', 'daemonsets', 'statefulsets', 'replicasets', 'replicationcontrollers', 'jobs'],
  ...['cronjobs', 'ingresses', 'networkpolicies', 'roles', 'rolebindings', 'clusterroles'],
  ...['clusterrolebindings', 'persistentvolumes', 'persistentvolumeclaims', 'storageclasses'],
  ...['endpoints', 'endpointslices', 'events', 'leases', 'limitranges', 'resourcequotas'],
  ...['mutatingwebhookconfigurations', 'validatingwebhookconfigurations', 'apiservices'],
  ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'tokenreviews'],
  ...['customresourcedefinitions', 'certificatesigningrequests', 'horizontalpodautoscalers'],
  ...['poddisruptionbudgets', 'priorityclasses', 'runtimeclasses', 'podtemplates', 'csidrivers'],
  ...['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews'],
];
/** Short names that kubectl takes and the API server does not. */
const SHORT: Readonly<Record<string, string>> = {
  po: 'pods',
  svc: 'services',
  cm: 'configmaps',
  ns: 'namespaces',
  no: 'nodes',
  sa: 'serviceaccounts',
  deploy: 'deployments',
  ds: 'daemonsets',
  sts: 'statefulsets',
  rs: 'replicasets',
  cj: 'cronjobs',
  ing: 'ingresses',
  netpol: 'networkpolicies',
  pv: 'persistentvolumes',
  pvc: 'persistentvolumeclaims',
  crd: 'customresourcedefinitions',
  csr: 'certificatesigningrequests',
};
const SINGULAR: ReadonlyMap<string, string> = new Map([
  ...RESOURCES.map((name) => [singularOf(name), name] as const),
  ...Object.entries(SHORT),
]);
const RESOURCE_FIELD = 'kubernetes.audit.objectRef.resource';

function singularOf(plural: string): string {
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`;
  if (plural.endsWith('sses')) return plural.slice(0, -2);
  return plural === 'endpoints' ? 'endpoint' : plural.slice(0, -1);
}

/** The only values that the field has where it has one; undefined: any. */
export function closedValues(field: string): ReadonlySet<string> | undefined {
  return CLOSED.get(field);
}

/** Why no event has this value there, and what to write instead; undefined: one may. */
export function impossibleValue(
  field: string,
  text: string,
): { readonly reason: string; readonly remedy: string } | undefined {
  const folded = foldCase(text);
  const closed = CLOSED.get(field);
  if (closed !== undefined && !closed.has(folded)) {
    return {
      reason: `no audit event has the ${field.slice('kubernetes.audit.'.length)} "${text}"`,
      remedy:
        folded === 'replace' ? 'The API server says update.' : `Use: ${[...closed].join(', ')}.`,
    };
  }
  const plural = field === RESOURCE_FIELD ? SINGULAR.get(folded) : undefined;
  if (plural === undefined) return undefined;
  return {
    reason: `no audit event has the resource "${text}": resources are named in the plural`,
    remedy: `Write "${plural}".`,
  };
}

/** Fields with at most one value; of others two values may hold at once. */
const SINGLE: ReadonlySet<string> = new Set([
  ...['level', 'auditID', 'stage', 'requestURI', 'verb', 'userAgent', 'apiVersion', 'kind'].map(
    (name) => `kubernetes.audit.${name}`,
  ),
  ...['code', 'status', 'reason', 'message'].map((key) => `kubernetes.audit.responseStatus.${key}`),
  ...['user.username', 'user.uid', 'impersonatedUser.username'].map(
    (name) => `kubernetes.audit.${name}`,
  ),
  ...['event.dataset', 'event.outcome', 'data_stream.dataset'],
]);
const SINGLE_BELOW = ['kubernetes.audit.objectRef.', 'kubernetes.audit.annotations.'];

export function isSingleValued(field: string): boolean {
  return SINGLE.has(field) || SINGLE_BELOW.some((prefix) => field.startsWith(prefix));
}
