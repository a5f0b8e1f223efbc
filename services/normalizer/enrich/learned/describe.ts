/**
 * Owns: what is added to a document from what was learnt.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { compact } from '../../map/fields.ts';
import { merged } from '../../map/merged.ts';
import type { Subject } from '../enrich.ts';
import { describeActor } from './describe-actor.ts';
import { createDescribePod } from './describe-pod.ts';
import { bindingKey, grantOf, isOfSystem, useKey } from './grant.ts';
import { factKey } from './fact.ts';
import { type Known, lookup } from './table.ts';
import { memberSince } from './timeline.ts';

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Rules of the role that the binding names, as they were then. */
function rulesOf(known: Known, { cluster, timeMs }: Subject, role: string, home: string) {
  const slash = role.indexOf('/');
  const namespace = role.slice(0, slash) === 'Role' ? home : '';
  const key = factKey('role', cluster, namespace, role.slice(slash + 1));
  return lookup(known, key, timeMs)?.says['rules'];
}

/** Since when the actor was allowed what it did, and by whom. */
function describeRight(known: Known, subject: Subject): JsonObject | undefined {
  const grant = grantOf(subject.document);
  if (grant === undefined) return undefined;
  const { cluster, timeMs } = subject;
  const binding = known.timeline(bindingKey(cluster, grant));
  const use = isOfSystem(grant) ? undefined : known.timeline(useKey(cluster, grant));
  if (binding === undefined && use === undefined) return undefined;
  const since = binding && memberSince(binding, 'subjects', grant.subject, timeMs);
  // It was so when it was first looked at, or used: it is older than that.
  const before = since?.isSinceBegin === false ? since.atMs : use?.[0]?.atMs;
  const isKnown = since?.isSinceBegin === true;
  const rbac = compact({
    granted_since: isKnown ? iso(since.atMs) : undefined,
    granted_by_user: isKnown ? since.says['by'] : undefined,
    granted_before: isKnown || before === undefined || before >= timeMs ? undefined : iso(before),
    role_rules: rulesOf(known, subject, grant.role, grant.namespace),
  });
  return rbac === undefined ? undefined : { podwitness: { rbac } };
}

function both(a: JsonObject | undefined, b: JsonObject | undefined): JsonObject | undefined {
  return a === undefined || b === undefined ? (a ?? b) : merged(a, b);
}

/** All that is known of a subject. */
export type Describe = (known: Known, subject: Subject) => JsonObject | undefined;

/** Total. Keeps what it made last, so that it is made once for all batches. */
export function createDescribe(): Describe {
  const describePod = createDescribePod();
  return (known, subject) => {
    const pod = describePod(known, subject);
    if (subject.kind !== 'audit') return pod;
    const actor = describeActor(known, subject);
    return both(both(pod, actor), describeRight(known, subject));
  };
}
