/**
 * Owns: what marks a session on its way into a pod: the variable that holds its request UID, and the
 * admission webhooks of the Security Profiles Operator that set it.
 */

export const REQUEST_UID_KEYS: readonly string[] = ['SPO_EXEC_REQUEST_UID'];

/** Of pods/exec and pods/ephemeralcontainers, and of the pods that kubectl debug makes. */
const OF_SESSIONS = 'execmetadata.spo.io';
export const OF_DEBUG_PODS = 'nodedebuggingpod.spo.io';

export const MARKING_WEBHOOKS: ReadonlySet<string> = new Set([OF_SESSIONS, OF_DEBUG_PODS]);
