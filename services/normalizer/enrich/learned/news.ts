/**
 * Owns: whether a fact is news beside what is known: kubelets and operators say the same all day.
 */
import { type Fact, isMutable, type Says } from './fact.ts';
import { insert, knownAt, stateAt, type Timeline } from './timeline.ts';

/** Who said it is news only with what was said. */
const BY = 'by';

function isEqual(a: Says[string] | undefined, b: Says[string] | undefined): boolean {
  return a === b || (Array.isArray(a) && Array.isArray(b) && a.join('\n') === b.join('\n'));
}

function saysMore(known: Says, { says }: Fact): boolean {
  for (const name in says) {
    if (name !== BY && !isEqual(known[name], says[name])) return true;
  }
  return false;
}

function isNewSetting(timeline: Timeline, fact: Fact): boolean {
  const at = isMutable(fact.key) ? stateAt : knownAt;
  return saysMore(at(timeline, fact.atMs)?.says ?? {}, fact);
}

/** The end of what nobody knows is none, except of a right: its beginning may come later. */
function isNewEnd(timeline: Timeline | undefined, fact: Fact): boolean {
  if (timeline === undefined) return isMutable(fact.key);
  const last = timeline.findLast(({ atMs }) => atMs <= fact.atMs);
  return last?.change !== 'end';
}

/** The timeline with the fact; undefined: it is no news. */
export function withNews(
  timeline: Timeline | undefined,
  fact: Fact,
  maxObservations: number,
): Timeline | undefined {
  const known = timeline ?? [];
  if (fact.change === 'set' && !isNewSetting(known, fact)) return undefined;
  if (fact.change === 'end' && !isNewEnd(timeline, fact)) return undefined;
  const { atMs, change, says } = fact;
  const next = insert(known, { atMs, change, says }, maxObservations);
  return next === known ? undefined : next;
}
