/**
 * Owns: what is added to a document from what was learnt.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { compact, object } from '../../map/fields.ts';
import { type Enrich, enrichWith, type Subject } from '../enrich.ts';
import { describeCredential, describeSourcePod } from './describe-actor.ts';
import { describePod } from './describe-pod.ts';
import { bindingKey, grantOf, useKey } from './grant.ts';
import { factKey } from './fact.ts';
import { type Known, lookup } from './table.ts';
import { memberSince } from './timeline.ts';

function auditOf({ document }: Subject): JsonObject | undefined {
  return object(object(document['kubernetes'])?.['audit']);
}

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
  const since = binding && memberSince(binding, 'subjects', grant.subject, timeMs);
  const used = known.timeline(useKey(cluster, grant))?.[0]?.atMs;
  // It was so when it was first looked at, or used: it is older than that.
  const before = since?.isSinceBegin === false ? since.atMs : used;
  const isKnown = since?.isSinceBegin === true;
  const rbac = compact({
    granted_since: isKnown ? iso(since.atMs) : undefined,
    granted_by_user: isKnown ? since.says['by'] : undefined,
    granted_before: isKnown || before === undefined || before >= timeMs ? undefined : iso(before),
    role_rules: rulesOf(known, subject, grant.role, grant.namespace),
  });
  return rbac === undefined ? undefined : { podwitness: { rbac } };
}

/** All of it; total. */
export function createDescribing(known: Known): Enrich {
  const ofAudit = enrichWith([
    (subject) => describeCredential(known, subject, auditOf(subject)),
    (subject) => describeSourcePod(known, subject, auditOf(subject)),
    (subject) => describeRight(known, subject),
  ]);
  const ofPod: Enrich = (subject) => describePod(known, subject);
  const all = enrichWith([ofPod, ofAudit]);
  return (subject) => (subject.kind === 'audit' ? all(subject) : ofPod(subject));
}
