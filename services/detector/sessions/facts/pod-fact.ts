/**
 * Owns: what the audit log says of a pod that sessions may be in: that it was made, put on a node,
 * deleted.
 */
import type { AuditEvent } from '../../../../schemas/generated/avro.ts';
import type { EventDocument } from '../../rules/expression.ts';
import { defined } from './defined.ts';
import { factRoom, fitName, flagAt, timeOf } from './fitted.ts';
import type { PodFact } from './model.ts';
import { guardOf } from './request-fact.ts';
import { isCore, nodeOf, workload } from './request-kind.ts';

function isDone({ code, stage }: AuditEvent): boolean {
  return stage === 'ResponseComplete' && code !== null && code >= 200 && code < 300;
}

function changeOf({ subresource, verb }: AuditEvent): PodFact['change'] | undefined {
  const isOfPod = subresource === null || subresource === '';
  if (isOfPod && verb === 'create') return 'created';
  if (isOfPod && verb === 'delete') return 'deleted';
  return subresource === 'binding' && verb === 'create' ? 'bound' : undefined;
}

/** Undefined: it says nothing of one pod. What is deleted in bulk, or as a trial, names none. */
export function podFact(event: AuditEvent, document: EventDocument): PodFact | undefined {
  const change = event.resource === 'pods' && isDone(event) ? changeOf(event) : undefined;
  if (change === undefined || !isCore(document)) return undefined;
  if (flagAt(document, 'podwitness', 'request', 'dry_run') === true) return undefined;
  const room = factRoom();
  const pod = fitName(room, event.pod ?? event.name);
  const namespace = fitName(room, event.namespace);
  const node = fitName(room, nodeOf(event, document, undefined));
  if (pod === undefined || (change === 'bound' && node === undefined)) return undefined;
  return defined({
    kind: 'pod' as const,
    ...{ eventId: fitName(room, event.id) ?? '', timeMs: timeOf(event.time, document), change },
    place: defined({ namespace, pod, node }),
    ...(change === 'created' ? guardOf((name) => workload(document, name)) : {}),
  });
}
