/**
 * Owns: which requests open a way into a pod or a node, which way that is, and where it leads.
 * Does not own: what a fact says of one (request-fact.ts).
 */
import type { AuditEvent } from '../../../../schemas/generated/avro.ts';
import { OF_DEBUG_PODS } from '../../../../shared/domain/session-marks.ts';
import { textAt, valueAt } from '../../document.ts';
import type { EventDocument } from '../../rules/expression.ts';
import { flagAt } from './fitted.ts';
import type { RequestFact, SessionKind } from './model.ts';

/** Endpoints of the kubelet in which something runs; its logs and figures are only read. */
const KUBELET_WAYS: ReadonlySet<unknown> = new Set([
  ...['run', 'exec', 'attach', 'portForward', 'cri'],
]);
const WRITES: ReadonlySet<unknown> = new Set(['create', 'update', 'patch']);
const NODE_DEBUGGER = 'node-debugger-';
/** As kubectl makes it: what follows the node's name is five characters at random. */
const DEBUGGER_OF_NODE = /^node-debugger-(.{1,253})-[a-z0-9]{5}$/;

/** Done when it is answered: what follows is somebody attaching to it. */
export const DONE_AT_ONCE: ReadonlySet<SessionKind> = new Set<SessionKind>([
  ...(['ephemeral', 'debug-pod', 'debug-node'] as const),
]);

export function requested(document: EventDocument, ...path: readonly string[]): unknown {
  return valueAt(document, 'podwitness', 'request', ...path);
}

function includes(list: unknown, test: (item: string) => boolean): boolean {
  return Array.isArray(list) && list.some((item) => typeof item === 'string' && test(item));
}

/** The webhook for debug pods is asked about nothing else, whatever came of it. */
function wasAskedAsDebugPod(document: EventDocument): boolean {
  const own = (name: string) => valueAt(document, 'podwitness', name);
  return (
    includes(own('failed_open'), (webhook) => webhook === OF_DEBUG_PODS) ||
    includes(own('not_mutated_by'), (webhook) => webhook.endsWith(`/${OF_DEBUG_PODS}`))
  );
}

export function workload(document: EventDocument, name: string): unknown {
  return valueAt(document, 'podwitness', 'workload', name);
}

/** Its processes see the node's: its namespaces, or its files. */
function reachesHost(document: EventDocument): boolean {
  const flags = ['host_network', 'host_pid', 'host_ipc', 'host_process'];
  if (flags.some((flag) => workload(document, flag) === true)) return true;
  return includes(workload(document, 'host_paths'), () => true);
}

function nameOf(event: AuditEvent, document: EventDocument): string {
  const generated = requested(document, 'generate_name');
  return event.name ?? (typeof generated === 'string' ? generated : '');
}

/** Of the level Metadata there is no body: then the name is all that tells. */
function isNodeDebugger(event: AuditEvent, document: EventDocument): boolean {
  const isOnNode = typeof workload(document, 'node_name') === 'string';
  if (!nameOf(event, document).startsWith(NODE_DEBUGGER)) return isOnNode && reachesHost(document);
  const isBodyShown = valueAt(document, 'podwitness', 'workload') !== undefined;
  return !isBodyShown || isOnNode || reachesHost(document);
}

function debugKind(event: AuditEvent, document: EventDocument): SessionKind | undefined {
  const isMade = event.verb === 'create';
  const isDebug =
    requested(document, 'debug') !== undefined ||
    event.requestUid !== null ||
    wasAskedAsDebugPod(document) ||
    nameOf(event, document).startsWith(NODE_DEBUGGER);
  if (!isMade || !isDebug) return undefined;
  return isNodeDebugger(event, document) ? 'debug-node' : 'debug-pod';
}

function kindOnPod(event: AuditEvent, document: EventDocument): SessionKind | undefined {
  switch (event.subresource ?? '') {
    case 'exec':
      return requested(document, 'copy') === undefined ? 'exec' : 'cp';
    case 'attach':
      return 'attach';
    case 'portforward':
      return 'port-forward';
    case 'ephemeralcontainers':
      return WRITES.has(event.verb) ? 'ephemeral' : undefined;
    case '':
      return debugKind(event, document);
    default:
      return undefined;
  }
}

/** Of Kubernetes itself: anybody may call a resource of their own `pods`. */
export function isCore(document: EventDocument): boolean {
  return textAt(document, 'kubernetes', 'audit', 'objectRef', 'apiGroup') === undefined;
}

/** Undefined: it opens none. A dry run opens none either. */
export function sessionKindOf(event: AuditEvent, document: EventDocument): SessionKind | undefined {
  if (!isCore(document) || flagAt(document, 'podwitness', 'request', 'dry_run') === true) {
    return undefined;
  }
  if (event.resource === 'pods') return kindOnPod(event, document);
  const isProxy = event.resource === 'nodes' && event.subresource === 'proxy';
  return isProxy && KUBELET_WAYS.has(requested(document, 'kubelet')) ? 'node-proxy' : undefined;
}

/** As far as this stage knows. Stages that are not told follow from the answer. */
export function stateOf(
  { code, decision, stage }: AuditEvent,
  kind: SessionKind,
): RequestFact['state'] {
  const isRefused = (code !== null && code >= 400) || (code === null && decision === 'forbid');
  const isAtOnce = DONE_AT_ONCE.has(kind);
  if (stage === 'RequestReceived') return 'asked';
  // Whatever was open ended with it; what was to be made was not.
  if (stage === 'Panic') return isAtOnce ? 'refused' : 'ended';
  if (isRefused) return 'refused';
  if (isAtOnce) return code === null && stage === null ? 'asked' : 'changed';
  if (stage === 'ResponseComplete') return 'ended';
  return code === null && stage !== 'ResponseStarted' ? 'asked' : 'started';
}

/** The node that a request leads to, by what it says itself, else by what is known of its pod. */
export function nodeOf(
  event: AuditEvent,
  document: EventDocument,
  kind: SessionKind | undefined,
): string | undefined {
  const known =
    event.node ??
    textAt(document, 'kubernetes', 'node', 'name') ??
    textAt(document, 'podwitness', 'pod', 'node');
  if (kind === 'node-proxy') {
    const target = requested(document, 'target');
    return typeof target === 'string' ? target : (event.name ?? known);
  }
  const chosen = workload(document, 'node_name');
  if (typeof chosen === 'string' && chosen !== '') return chosen;
  const name = event.name ?? event.pod ?? '';
  return known ?? (kind === 'debug-node' ? DEBUGGER_OF_NODE.exec(name)?.[1] : undefined);
}
