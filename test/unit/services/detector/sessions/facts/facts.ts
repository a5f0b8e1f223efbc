/**
 * Owns: for tests of facts: records as senders send them to facts, through the real normalizer.
 */
import type { AuditEvent, RawBatch } from '../../../../../../schemas/generated/avro.ts';
import { factOf } from '../../../../../../services/detector/sessions/facts/fact-of.ts';
import type { SessionFact } from '../../../../../../services/detector/sessions/facts/model.ts';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import { eventsOf } from '../../../normalizer/batches.ts';

export function documentOf({ document }: AuditEvent): EventDocument {
  return JSON.parse(document.toString('utf8')) as EventDocument;
}

/** Facts of all events of a body, in its order. */
export function factsOf(
  body: Buffer | string,
  rest: Partial<RawBatch> = {},
): readonly SessionFact[] {
  return eventsOf(body, rest).flatMap((event) => factOf(event, documentOf(event), []) ?? []);
}

/** The fact of one record; undefined: it is none. */
export function factOfRecord(record: object): SessionFact | undefined {
  const [fact, ...others] = factsOf(JSON.stringify(record), { source: 'logs' });
  if (others.length > 0) throw new Error('More than one fact');
  return fact;
}

/** `in payments/checkout-0 (app) on node-1`: what is known of a place. */
export function placeText({ place }: SessionFact): string {
  const { container, namespace, node, pod } = place;
  const inside = `${namespace ?? '-'}/${pod ?? '-'}`;
  return `${inside}${container === undefined ? '' : ` (${container})`}${node === undefined ? '' : ` on ${node}`}`;
}

/** One line of a table. */
export function factText(fact: SessionFact): string {
  if (fact.kind === 'pod') return `pod ${fact.change} ${placeText(fact)}`;
  if (fact.kind !== 'request') return `${fact.kind} ${placeText(fact)}`;
  const { code, commandLine = '', sessionKind, state, userName } = fact;
  const command = commandLine.length > 40 ? `${commandLine.slice(0, 40)}…` : commandLine;
  return `${sessionKind} ${state} ${code ?? '-'} ${userName} ${placeText(fact)} ${command}`.trimEnd();
}

/** An audit event of an exec that was let in, as it starts. */
export function execEvent(more: object = {}) {
  return {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata' },
    ...{ auditID: '4d434cd4-0000-4000-8000-2d9aa46292ce', stage: 'ResponseStarted', verb: 'get' },
    user: { username: 'alice', uid: 'u-alice', groups: ['dev', 'system:authenticated'] },
    sourceIPs: ['203.0.113.7', '10.0.0.9'],
    userAgent: 'kubectl/v1.33.1 (linux/amd64) kubernetes/8adc0f0',
    requestURI: '/api/v1/namespaces/payments/pods/checkout-0/exec?command=id&container=app',
    objectRef: {
      ...{ resource: 'pods', namespace: 'payments', name: 'checkout-0', apiVersion: 'v1' },
      subresource: 'exec',
    },
    responseStatus: { metadata: {}, code: 101 },
    requestReceivedTimestamp: '2026-11-21T06:10:00.029956Z',
    stageTimestamp: '2026-11-21T06:10:00.031892Z',
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    ...more,
  };
}

const URI = '/api/v1/namespaces/payments/pods';

/** A write of pods or of a subresource of one, that was let in. */
export function podWrite(verb: string, subresource: string | undefined, more: object = {}) {
  return execEvent({
    ...{ stage: 'ResponseComplete', verb, level: 'Request' },
    requestURI: subresource === undefined ? URI : `${URI}/checkout-0/${subresource}`,
    objectRef: {
      ...{ resource: 'pods', namespace: 'payments', name: 'checkout-0', apiVersion: 'v1' },
      subresource,
    },
    responseStatus: { code: verb === 'create' ? 201 : 200 },
    ...more,
  });
}

/** A request through the proxy of a node. */
export function proxyEvent(path: string, more: object = {}) {
  return execEvent({
    requestURI: `/api/v1/nodes/worker-1/proxy/${path}`,
    objectRef: { resource: 'nodes', name: 'worker-1', apiVersion: 'v1', subresource: 'proxy' },
    responseStatus: { code: 200 },
    ...more,
  });
}
