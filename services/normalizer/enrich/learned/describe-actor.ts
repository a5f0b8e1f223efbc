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

type Extra = (name: string) => string | undefined;

/** By the id of the token that it came with. */
function credentialOf(
  known: Known,
  { cluster, timeMs }: Subject,
  extra: Extra,
): JsonObject | undefined {
  const id = extra(CREDENTIAL);
  // Of a certificate nobody saw the issue.
  if (id?.startsWith('JTI=') !== true) return undefined;
  const token = lookup(known, factKey('token', cluster, '', id), timeMs);
  if (token === undefined) return undefined;
  const { says, sinceMs } = token;
  return compact({
    issued_at: new Date(sinceMs).toISOString(),
    issued_by: textOf(says, 'by'),
    issued_to: textOf(says, 'account'),
    issued_from: textOf(says, 'from'),
    issued_with: textOf(says, 'agent'),
    audiences: says['audiences'],
    expires_at: textOf(says, 'expires'),
  });
}

/** By the pod to which its token is bound. */
function workloadOf(known: Known, subject: Subject, extra: Extra): JsonObject | undefined {
  const { userName } = subject.facts;
  if (typeof userName !== 'string' || !userName.startsWith(ACCOUNT)) return undefined;
  const pod = extra(POD);
  if (pod === undefined) return undefined;
  const namespace = userName.slice(ACCOUNT.length, userName.indexOf(':', ACCOUNT.length));
  const state = podAt(known, subject, namespace, pod);
  return state === undefined ? undefined : compact(workloadFields(state));
}

export function describeActor(known: Known, subject: Subject): JsonObject | undefined {
  const audit = object(object(subject.document['kubernetes'])?.['audit']);
  const members = object(object(audit?.['user'])?.['extra']);
  if (members === undefined) return undefined;
  const extra = (name: string) => texts(members[name])?.[0];
  const credential = credentialOf(known, subject, extra);
  const workload = workloadOf(known, subject, extra);
  if ((credential ?? workload) === undefined) return undefined;
  return { podwitness: { actor: { ...workload, credential } } };
}
