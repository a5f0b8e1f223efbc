/**
 * Owns: who the actor is beside its name: who had its token issued, and the pod that it runs in.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { compact, object, texts } from '../../map/fields.ts';
import type { Subject } from '../enrich.ts';
import { podAt, workloadFields, textOf } from './describe-pod.ts';
import { factKey } from './fact.ts';
import { type Known, lookup } from './table.ts';

const CREDENTIAL = 'authentication.kubernetes.io/credential-id';
const POD = 'authentication.kubernetes.io/pod-name';
const ACCOUNT = 'system:serviceaccount:';

function extraOf(audit: JsonObject | undefined, name: string): string | undefined {
  return texts(object(object(audit?.['user'])?.['extra'])?.[name])?.[0];
}

/** By the id of the token that it came with. */
export function describeCredential(
  known: Known,
  { cluster, timeMs }: Subject,
  audit: JsonObject | undefined,
): JsonObject | undefined {
  const id = extraOf(audit, CREDENTIAL);
  if (id === undefined) return undefined;
  const token = lookup(known, factKey('token', cluster, '', id), timeMs);
  if (token === undefined) return undefined;
  const { says, sinceMs } = token;
  const credential = compact({
    issued_at: new Date(sinceMs).toISOString(),
    issued_by: textOf(says, 'by'),
    issued_to: textOf(says, 'account'),
    issued_from: textOf(says, 'from'),
    issued_with: textOf(says, 'agent'),
    audiences: says['audiences'],
    expires_at: textOf(says, 'expires'),
  });
  return { podwitness: { actor: { credential } } };
}

/** By the pod to which its token is bound. */
export function describeSourcePod(
  known: Known,
  subject: Subject,
  audit: JsonObject | undefined,
): JsonObject | undefined {
  const pod = extraOf(audit, POD);
  const { userName } = subject.facts;
  if (pod === undefined || typeof userName !== 'string' || !userName.startsWith(ACCOUNT)) {
    return undefined;
  }
  const namespace = userName.slice(ACCOUNT.length, userName.indexOf(':', ACCOUNT.length));
  const state = podAt(known, subject, namespace, pod);
  const actor = state === undefined ? undefined : compact(workloadFields(state));
  return actor === undefined ? undefined : { podwitness: { actor } };
}
