/**
 * Owns: the document collections, how each is written, and where a record of audit.events belongs.
 * `append`: immutable documents, written once by id. `latest`: updated in place by revision.
 */
export const COLLECTIONS = {
  events: { mode: 'append', dataset: 'kubernetes.audit_logs' },
  activity: { mode: 'append', dataset: 'podwitness.activity' },
  findings: { mode: 'append', dataset: 'podwitness.findings' },
  sessions: { mode: 'latest', dataset: 'podwitness.sessions' },
  alerts: { mode: 'latest', dataset: 'podwitness.alerts' },
} as const satisfies Record<string, { mode: 'append' | 'latest'; dataset: string }>;

export type CollectionName = keyof typeof COLLECTIONS;

/**
 * Collections that a user asks for as one: what happened, whoever told of it. Each document says in
 * `event.dataset` what it is.
 */
export const TOGETHER: Readonly<Partial<Record<CollectionName, readonly CollectionName[]>>> = {
  events: ['events', 'activity'],
};

/**
 * Where a record of audit.events is stored (docs/adr/0010): what has the form of the audit log beside
 * what Elastic's rules read, all else in `activity`.
 */
export function collectionOfKind(kind: string): CollectionName {
  return kind === 'audit' ? 'events' : 'activity';
}
