/**
 * Owns: raw batches and what the normalizer makes of them, for its tests.
 */
import type { AuditEvent, RawBatch } from '../../../../schemas/generated/avro.ts';
import { rawBatch as makeRawBatch } from '../../../../schemas/raw-batch.ts';
import { createNormalizerStage } from '../../../../services/normalizer/stage.ts';
import { type Ending, endings } from '../../../../shared/pipeline/outcome.ts';
import type { Envelope } from '../../../../shared/pipeline/stage.ts';

export const RECEIVED_MS = Date.UTC(2026, 10, 21, 7, 0, 0);

export const stage = createNormalizerStage({ dataStreamNamespace: 'default' });

export function rawBatch(body: Buffer | string, rest: Partial<RawBatch> = {}): Envelope<RawBatch> {
  const value = makeRawBatch({
    ...{ source: 'audit', cluster: 'prod', sender: '10.0.0.1', receivedAt: RECEIVED_MS },
    ...{ collectorId: 'c', sequence: 1 },
    body: Buffer.from(body as string),
    ...rest,
  });
  return { value, origin: { topic: 'audit.raw', partition: 0, offset: 0n, timestampMs: 0 } };
}

/** All endings of one body. */
export function decide(body: Buffer | string, rest: Partial<RawBatch> = {}) {
  return stage
    .apply([rawBatch(body, rest)])
    .flatMap((o): readonly Ending<AuditEvent>[] => endings(o));
}

/** `emit`, `drop empty`, `reject code: bytes`: one word per ending, to compare with. */
export function summary(body: Buffer | string, rest: Partial<RawBatch> = {}): readonly string[] {
  return decide(body, rest).map((ending) => {
    if (ending.kind === 'drop') return `drop ${ending.reason}`;
    if (ending.kind !== 'reject') return ending.kind;
    return `reject ${ending.fault.code} ${ending.part?.index}: ${ending.part?.bytes.toString()}`;
  });
}

/** Events of one body; throws where there is anything else. */
export function eventsOf(body: Buffer | string, rest: Partial<RawBatch> = {}): AuditEvent[] {
  return decide(body, rest).flatMap((ending) => {
    if (ending.kind !== 'emit') throw new Error(`No event: ${ending.kind}`);
    return ending.items;
  });
}

/** Any part of a document; a test that asks for what is not there fails at what it expects. */
export interface Document {
  readonly '@timestamp': string;
  readonly message: string;
  readonly annotations: Document;
  readonly audit: Document;
  readonly event: Document;
  readonly extra: Document;
  readonly impersonatedUser: Document;
  readonly ip: Document;
  readonly kubernetes: Document;
  readonly missing: Document;
  readonly objectRef: Document;
  readonly outcome: Document;
  readonly podwitness: Document;
  readonly related: Document;
  readonly requestObject: Document;
  readonly source: Document;
  readonly sourceIPs: Document;
  readonly stage: string;
  readonly user: Document;
}

export function documentOf(event: AuditEvent | undefined): Document {
  return JSON.parse(event?.document.toString('utf8') ?? 'null') as Document;
}

/** The record of one event given as an object. */
export function recordOf(event: unknown, rest: Partial<RawBatch> = {}): AuditEvent {
  const [first, ...others] = eventsOf(JSON.stringify(event), rest);
  if (first === undefined || others.length > 0) throw new Error('Not one event');
  return first;
}

export function normalize(event: unknown, rest: Partial<RawBatch> = {}): Document {
  return documentOf(recordOf(event, rest));
}

/** As a kube-apiserver writes it; an item of a list. */
export const ITEM = {
  level: 'Metadata',
  auditID: '5c2f3a9e-0000-4000-8000-000000000001',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/payments/secrets/db?limit=1',
  verb: 'get',
  user: {
    username: 'alice',
    uid: 'u-1',
    groups: ['dev', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab'] },
  },
  sourceIPs: ['203.0.113.7', '10.0.0.9'],
  userAgent: 'kubectl/v1.33.1',
  objectRef: { resource: 'secrets', namespace: 'payments', name: 'db', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 200 },
  requestReceivedTimestamp: '2026-11-21T06:00:00.123456Z',
  stageTimestamp: '2026-11-21T06:00:00.223456Z',
  annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': 'r' },
};

export const LINE = { kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...ITEM };
