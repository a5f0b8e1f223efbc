/**
 * Owns: for tests of the detector alone: a raw audit event as a document, without the normalizer.
 * The parts that the detector reads, under the names that the normalizer gives them.
 */
import { createRedact } from '../../../../shared/domain/redaction/redact.ts';
import type { EventDocument } from '../../../../services/detector/rules/expression.ts';

export interface RawEvent {
  readonly auditID?: string;
  readonly stage?: string;
  readonly verb?: string;
  readonly stageTimestamp?: string;
  readonly user?: { readonly username?: string; readonly groups?: readonly string[] };
  readonly sourceIPs?: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: Readonly<Record<string, string>>;
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

const redact = createRedact({});

/** `annotations` lose the dots of their keys, as in Elastic's integration. */
export function documentOf(event: RawEvent, cluster = 'test'): EventDocument {
  const { redaction } = redact(event, 'audit', false);
  const ip = event.sourceIPs?.at(-1);
  const annotations = Object.entries(event.annotations ?? {}).map(
    ([key, value]) => [key.replaceAll('.', '_'), value] as const,
  );
  return {
    '@timestamp': event.stageTimestamp ?? '2026-11-21T06:00:00.000000Z',
    event: { id: `${event.auditID}/${event.stage}`, kind: 'event', action: event.verb },
    data_stream: { type: 'logs', dataset: 'kubernetes.audit_logs', namespace: 'default' },
    ecs: { version: '8.17.0' },
    orchestrator: { type: 'kubernetes', cluster: { name: cluster } },
    user: { name: event.user?.username },
    source: { ip },
    user_agent: { original: event.userAgent },
    related: { ip: ip === undefined ? [] : [ip] },
    kubernetes: { audit: { ...event, annotations: Object.fromEntries(annotations) } },
    podwitness: redaction === undefined ? {} : { redaction },
  };
}
