/**
 * Owns: the record of a coverage event, as it goes to audit.events.
 * Does not own: its document (shared/domain/coverage.ts).
 */
import type { AuditEvent } from '../../../schemas/generated/avro.ts';
import { COLLECTIONS, collectionOfKind } from '../../../shared/domain/collections.ts';
import { type Coverage, coverageDocument, coverageIds } from '../../../shared/domain/coverage.ts';

const NOTHING = {
  ...{ auditId: null, stage: null, level: null, verb: null, code: null, decision: null },
  ...{ userName: null, impersonatedUserName: null, sourceIp: null },
  ...{ resource: null, subresource: null, namespace: null, name: null },
  ...{ node: null, pod: null, container: null, requestUid: null },
};

export function toEvent(coverage: Coverage, namespace: string): AuditEvent {
  const { dataset } = COLLECTIONS[collectionOfKind('coverage')];
  return {
    ...NOTHING,
    id: coverageIds(coverage).id,
    cluster: coverage.cluster,
    time: coverage.timeMs,
    receivedAt: coverage.timeMs,
    kind: 'coverage',
    source: 'coverage',
    format: '',
    partial: false,
    document: Buffer.from(JSON.stringify(coverageDocument(coverage, { dataset, namespace }))),
  };
}
