/**
 * Owns: the requests to the API server by which sessions are opened, as clients write them and
 * admission annotates them.
 */
import type { Mark, Request, Site, User } from '../model.ts';
import type { Random } from '../random.ts';

const CONFIGURATION = 'spo-mutating-webhook-configuration';
export const EXEC_WEBHOOK = 'execmetadata.spo.io';
export const NODE_WEBHOOK = 'nodedebuggingpod.spo.io';

export function allowed(user: User, namespace?: string): Readonly<Record<string, string>> {
  const groups = (user.actsAs ?? user).groups;
  const isAdmin = groups.some((g) => /admins$/.test(g));
  const group = groups[0] ?? 'dev';
  return {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': isAdmin
      ? `RBAC: allowed by ClusterRoleBinding "${group}" of ClusterRole "cluster-admin" to Group "${group}"`
      : `RBAC: allowed by RoleBinding "${group}/${namespace ?? 'default'}" of ClusterRole "edit" to Group "${group}"`,
  };
}

function mutation(webhook: string, mutated: boolean): Readonly<Record<string, string>> {
  const value = JSON.stringify({ configuration: CONFIGURATION, webhook, mutated });
  return { 'mutation.webhook.admission.k8s.io/round_0_index_0': value };
}

/** What the webhook leaves on an event. */
export function markAnnotations(mark: Mark, webhook: string): Readonly<Record<string, string>> {
  switch (mark.how) {
    case 'set':
      return { [`${webhook}/SPO_EXEC_REQUEST_UID`]: mark.uid, ...mutation(webhook, true) };
    case 'failed-open':
      return { 'failed-open.mutation.webhook.admission.k8s.io/round_0_index_0': webhook };
    case 'not-mutated':
      return mutation(webhook, false);
    case 'absent':
      return {};
  }
}

/** The JSON patch, which stands in events of level Request. */
export function patchAnnotations(mark: Mark, webhook: string, patch: unknown) {
  if (mark.how !== 'set') return {};
  const value = { configuration: CONFIGURATION, webhook, patch: [patch], patchType: 'JSONPatch' };
  return { 'patch.webhook.admission.k8s.io/round_0_index_0': JSON.stringify(value) };
}

/** What admission does with a request of that time and place. */
export function markAt(site: Site, at: number, namespace: string, random: Random): Mark {
  if (!site.hasWebhook || site.unmarkedNamespaces.includes(namespace)) return { how: 'absent' };
  if (site.webhookDown.some(({ from, to }) => from <= at && at < to)) return { how: 'failed-open' };
  return { how: 'set', uid: random.uuid() };
}

export interface Way {
  readonly subresource: 'exec' | 'attach' | 'portforward';
  readonly user: User;
  readonly namespace: string;
  readonly pod: string;
  /** As in the request; absent: not said. */
  readonly container?: string;
  readonly argv: readonly string[];
  readonly isTerminal: boolean;
  readonly isInput: boolean;
}

/** As url.Values.Encode of Go: keys sorted, blanks as +. */
export function uriOf({ argv, container, isInput, isTerminal, namespace, pod, subresource }: Way) {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/${subresource}`;
  if (subresource === 'portforward') return path;
  const query = new URLSearchParams();
  for (const arg of argv) query.append('command', arg);
  if (container !== undefined) query.append('container', container);
  if (!isTerminal) query.append('stderr', 'true');
  if (isInput) query.append('stdin', 'true');
  query.append('stdout', 'true');
  if (isTerminal) query.append('tty', 'true');
  return `${path}?${query.toString()}`;
}

export interface Times {
  readonly received: number;
  readonly started: number;
  readonly completed: number;
}

/** A stream that was opened, or refused. */
export function streamRequest(
  way: Way,
  times: Times,
  mark: Mark,
  more: Partial<Request> & Pick<Request, 'auditID'>,
): Request {
  const { namespace, pod, subresource, user } = way;
  const patched = mark.how === 'set' ? mark.uid : '';
  const value = ['env', `SPO_EXEC_REQUEST_UID=${patched}`, ...way.argv];
  const isMarked = subresource === 'exec';
  return {
    ...{ verb: user.transport === 'websocket' ? 'get' : 'create', uri: uriOf(way), user },
    ref: { resource: 'pods', namespace, name: pod, apiVersion: 'v1', subresource },
    ...times,
    code: 101,
    annotations: {
      ...allowed(user, namespace),
      ...(isMarked ? markAnnotations(mark, EXEC_WEBHOOK) : {}),
    },
    patchAnnotations: isMarked
      ? patchAnnotations(mark, EXEC_WEBHOOK, { op: 'add', path: '/command', value })
      : {},
    isSession: true,
    ...more,
  };
}

/** Any other request, done at once. */
export function plainRequest(
  made: Pick<Request, 'auditID' | 'verb' | 'uri' | 'user' | 'ref' | 'received'> & Partial<Request>,
): Request {
  const namespace = made.ref['namespace'];
  return {
    completed: made.received + 6,
    code: made.verb === 'create' ? 201 : 200,
    annotations: allowed(made.user, namespace),
    ...made,
  };
}
