/**
 * Owns: what marks a session on its way into a pod: the variable that holds its request UID, and the
 * admission webhooks of the Security Profiles Operator that set it.
 */

export const REQUEST_UID_KEYS: readonly string[] = ['SPO_EXEC_REQUEST_UID'];

/** Of pods/exec and pods/ephemeralcontainers, and of the pods that kubectl debug makes. */
const OF_SESSIONS = 'execmetadata.spo.io';
export const OF_DEBUG_PODS = 'nodedebuggingpod.spo.io';

export const MARKING_WEBHOOKS: ReadonlySet<string> = new Set([OF_SESSIONS, OF_DEBUG_PODS]);

/** Also of other makers, by which the product can be told to join (normalizer.requestUidKeys). */
const KNOWN_KEYS: ReadonlySet<string> = new Set([...REQUEST_UID_KEYS, 'KUBERNETES_EXEC_AUDIT_ID']);
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a variable is a session's request UID: no secret, and what joins its commands to a user. */
export function isSessionMark(name: unknown, value: unknown): boolean {
  return (
    typeof name === 'string' &&
    KNOWN_KEYS.has(name) &&
    typeof value === 'string' &&
    UUID.test(value)
  );
}
