/**
 * Owns: event.id. The auditID alone is the client's free choice (an `Audit-ID` request header), so
 * it never identifies anything by itself: docs/adr/0003-content-hash-event-ids.md.
 */
import { contentId } from '../../shared/domain/ids.ts';
import { canonicalJson } from './canonical-json.ts';
import { isObject, type JsonObject } from './read-body.ts';

/**
 * Identity of one audit event in one cluster: equal for the same event by file, webhook, envelope
 * and retry, different for any two events ever recorded. Where a part of the identity is missing
 * (a failed authentication has no user name), the whole content stands in, without kind and
 * apiVersion, which only some senders add.
 */
export function eventId(cluster: string, event: JsonObject): string {
  const user = event['user'];
  const identity = [
    event['auditID'],
    event['stage'],
    event['requestReceivedTimestamp'],
    event['stageTimestamp'],
    event['verb'],
    event['requestURI'],
    isObject(user) ? user['username'] : undefined,
  ];
  if (identity.every((part) => typeof part === 'string')) {
    return contentId(['identity', cluster, ...identity]);
  }
  const { kind: _kind, apiVersion: _apiVersion, ...content } = event;
  return contentId(['content', cluster, canonicalJson(content)]);
}
