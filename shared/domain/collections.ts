/**
 * Owns: the document collections and how each is written.
 * `append`: immutable documents, written once by id. `latest`: updated in place by revision.
 */
export const COLLECTIONS = {
  events: { mode: 'append', dataset: 'kubernetes.audit_logs' },
  findings: { mode: 'append', dataset: 'podwitness.findings' },
  sessions: { mode: 'latest', dataset: 'podwitness.sessions' },
  alerts: { mode: 'latest', dataset: 'podwitness.alerts' },
} as const satisfies Record<string, { mode: 'append' | 'latest'; dataset: string }>;

export type CollectionName = keyof typeof COLLECTIONS;
