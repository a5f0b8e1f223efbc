/**
 * Owns: event.id of audit events. The auditID alone is the client's free choice (an `Audit-ID` request
 * header), so it never identifies anything by itself: docs/adr/0003-content-hash-event-ids.md.
 */
import { contentId } from '../../../shared/domain/ids.ts';
import type { JsonObject } from '../read/leaf.ts';
import { isObject } from '../read/node.ts';
import { canonicalJson } from './canonical-json.ts';
import { knownFields } from './known-fields.ts';

/** What makes an event this one; undefined where a part of it is missing. */
function identityOf(event: JsonObject): readonly string[] | undefined {
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
  return identity.every((part) => typeof part === 'string') ? identity : undefined;
}

function contentOf(event: JsonObject): string {
  return canonicalJson(knownFields('audit', event));
}

/**
 * Identity of one audit event in one cluster: equal for the same event by file, webhook, envelope
 * and retry, different for any two events ever recorded. Where a part of the identity is missing
 * (a failed authentication has no user name), the whole content stands in, without what is no
 * field of an audit event (kind and apiVersion among it, which only some senders add).
 */
export function eventId(cluster: string, event: JsonObject): string {
  const identity = identityOf(event);
  if (identity !== undefined) return contentId(['identity', cluster, ...identity]);
  return contentId(['content', cluster, contentOf(event)]);
}

export interface PartialId {
  readonly id: string;
  /** Id of the whole event, as far as the identity of this one is complete. */
  readonly whole?: string;
}

/**
 * Identity of what is left of an event. Never a whole one's, so that neither takes the other's place
 * in a store: what is there is hashed with a mark of its own (docs/adr/0010).
 */
export function partialEventId(cluster: string, event: JsonObject): PartialId {
  const id = contentId(['cut', cluster, contentOf(event)]);
  return identityOf(event) === undefined ? { id } : { id, whole: eventId(cluster, event) };
}
