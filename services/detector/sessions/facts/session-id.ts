/**
 * Owns: what identifies a request at all its stages, and the id of the session that it opens.
 */
import { contentId } from '../../../../shared/domain/ids.ts';
import { withoutHashes } from '../../../../shared/domain/redaction/marks.ts';
import { textAt } from '../../document.ts';
import type { EventDocument } from '../../rules/expression.ts';

/**
 * What one request has in common at all its stages. The client chooses the auditID, so the rest is
 * needed (architecture.md, Delivery). Without auditID or time of receipt it is the event alone.
 */
export function requestIdentity(event: EventDocument): readonly (string | null)[] {
  const audit = (...path: string[]) => textAt(event, 'kubernetes', 'audit', ...path) ?? null;
  const cluster = textAt(event, 'orchestrator', 'cluster', 'name') ?? null;
  const auditId = audit('auditID');
  const received = audit('requestReceivedTimestamp');
  if (auditId === null || received === null) return [cluster, textAt(event, 'event', 'id') ?? null];
  const uri = audit('requestURI');
  return [
    cluster,
    auditId,
    received,
    audit('verb'),
    // Files that are scanned without the key must give the same finding.
    uri === null ? null : withoutHashes(uri),
    audit('user', 'username'),
  ];
}

/** Of the session that a request opens: the same at all its stages, by file and webhook. */
export function sessionIdOf(document: EventDocument): string {
  return contentId(['session', ...requestIdentity(document)]);
}
