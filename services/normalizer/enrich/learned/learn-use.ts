/**
 * Owns: that somebody used what a binding gives, where nobody saw it being given: the right is at
 * least as old.
 */
import type { Subject } from '../enrich.ts';
import type { Fact } from './fact.ts';
import { bindingKey, grantOf, isOfSystem, useKey } from './grant.ts';
import type { Known } from './table.ts';
import { memberSince } from './timeline.ts';

export function learnUse({ cluster, document, timeMs }: Subject, known: Known): Fact | undefined {
  const grant = grantOf(document);
  if (grant === undefined || isOfSystem(grant)) return undefined;
  const key = useKey(cluster, grant);
  if (known.timeline(key) !== undefined) return undefined;
  const given = known.timeline(bindingKey(cluster, grant));
  const since = given && memberSince(given, 'subjects', grant.subject, timeMs);
  if (since !== undefined) return undefined;
  return { key, atMs: timeMs, change: 'set', says: { role: grant.role } };
}
