/**
 * Owns: deciding again whose lines and alerts are, once everything of a batch is in its place, and
 * carrying that to the sessions.
 * Does not own: the decision (attribute.ts).
 */
import type { Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { SessionSettings } from '../settings.ts';
import { type Attribution, attribute, type Span } from './attribute.ts';
import { sessionKey, type Site, timeOf, uidKey } from './cells.ts';
import { evidenceOf, type Item, readItem } from './items.ts';
import { liesOf, type Lies, putLies, removeLies, watch, watchersOf } from './lies.ts';
import { type ItemRef, markUid, sliceCell, spansNear, takeDirty } from './site.ts';
import { isStaleMark } from './stale.ts';
import { isOfWorkload, watchWorkload } from './workload.ts';

/** What a batch changes, while it is finished. */
export interface Work {
  readonly turn: Turn;
  readonly settings: SessionSettings;
  /** Sites with something to decide, by their cell. */
  readonly sites: Map<string, Site>;
  /** Ids of sessions that may look different now, with their cluster. */
  readonly sessions: Map<string, readonly [cluster: string, id: string]>;
  /** What was decided, by site and item. */
  readonly decided: Map<string, readonly [site: Site, at: ItemRef]>;
}

export function touch(work: Work, cluster: string, id: string): void {
  work.sessions.set(sessionKey(cluster, id), [cluster, id]);
}

/** Until nothing is left: a decision at one site may be a reason for another elsewhere. */
export function decideSites(work: Work): void {
  for (let next = take(work.sites); next !== undefined; next = take(work.sites)) {
    const refs = takeDirty(work.turn, next);
    for (const at of refs) decideItem(work, next, at);
  }
}

function take(sites: Map<string, Site>): Site | undefined {
  const [first] = sites;
  if (first === undefined) return undefined;
  sites.delete(first[0]);
  return first[1];
}

export function queue(work: Work, site: Site): void {
  work.sites.set(site.cell, site);
}

function decideItem(work: Work, site: Site, at: ItemRef): void {
  const { turn } = work;
  const item = readItem(turn, site, at);
  if (item === undefined) return;
  const owner = ownerOf(turn, site, item);
  const verdict = decide(work, site, item, owner);
  work.decided.set(`${site.cell} ${at.item}`, [site, at]);
  const isNew = JSON.stringify(item.verdict) !== JSON.stringify(verdict);
  if (isNew) {
    sliceCell(turn, site, at.slice).put(`item/${at.item}`, { ...item, verdict });
    removeFrom(work, site, at, without(item.verdict, verdict));
  }
  enter(work, site, at, { ...item, verdict });
  watchWorkload(turn, site, { ...item, verdict });
  if (isNew && owner !== undefined)
    followOwner(work, { at, site, owner, item: { ...item, verdict } });
}

function without(before: Attribution | undefined, now: Attribution): readonly string[] {
  return (before?.sessions ?? []).filter((id) => !now.sessions.includes(id));
}

function removeFrom(work: Work, site: Site, at: ItemRef, sessions: readonly string[]): void {
  for (const id of sessions) {
    if (removeLies(work.turn.cell(sessionKey(site.cluster, id)), at)) touch(work, site.cluster, id);
  }
}

function enter(work: Work, site: Site, at: ItemRef, item: Item): void {
  const { turn } = work;
  const { verdict } = item;
  for (const id of verdict?.sessions ?? []) {
    const cell = turn.cell(sessionKey(site.cluster, id));
    if (verdict === undefined || cell.get('record') === undefined) continue;
    const lies: Lies = { ...liesOf(item, verdict, id), site, at };
    if (putLies(cell, lies)) touch(work, site.cluster, id);
  }
}

/** Of several that claim a request UID the one in the same pod counts, then the first. */
export function ownerOf(turn: Turn, site: Site, { fact }: Pick<Item, 'fact'>): Span | undefined {
  if (fact.requestUid === undefined) return undefined;
  const owners = turn
    .cell(uidKey(site.cluster, fact.requestUid))
    .entries<Span>('owner/')
    .map(([, span]) => span);
  const here = owners.filter(({ place }) => isAt(place, site));
  return [...(here.length > 0 ? here : owners)].sort(compareSpans)[0];
}

function isAt({ namespace, node, pod }: Span['place'], site: Site): boolean {
  if (site.pod === undefined) return node !== undefined && node === site.node;
  return pod === site.pod && (namespace ?? '') === site.namespace;
}

function compareSpans(a: Span, b: Span): number {
  if (a.fromMs !== b.fromMs) return a.fromMs - b.fromMs;
  return a.session < b.session ? -1 : Number(a.session > b.session);
}

function decide(work: Work, site: Site, item: Item, owner: Span | undefined): Attribution {
  const { settings, turn } = work;
  const evidence = evidenceOf(item.fact);
  const around = {
    spans: spansNear(turn, site, timeOf(item.fact.timeMs)),
    isWorkloads: isOfWorkload(turn, site, item),
    ...(owner === undefined ? {} : { owner }),
  };
  const isStale = owner !== undefined && isLeftOver(turn, site, item, owner);
  return attribute({ ...evidence, ...(isStale ? { isStale } : {}) }, around, settings);
}

function isLeftOver(turn: Turn, site: Site, { fact }: Item, owner: Span): boolean {
  // Only where it contradicts the owner is it worth a look at all that the owner ran.
  if (isAt(owner.place, site) && !differs(owner, fact.place.container)) return false;
  const known = turn
    .cell(sessionKey(site.cluster, owner.session))
    .entries<Lies>('lies/')
    .flatMap(([, { command, conflict }]) => (conflict === undefined ? (command ?? []) : []))
    .filter(({ requestUid }) => requestUid === fact.requestUid);
  return isStaleMark(fact, owner, known);
}

function differs({ containers = [], place }: Span, container: string | undefined): boolean {
  if (container === undefined) return false;
  if (containers.length > 0) return !containers.includes(container);
  return place.container !== undefined && place.container !== container;
}

interface Owned {
  readonly site: Site;
  readonly at: ItemRef;
  readonly item: Item;
  readonly owner: Span;
}

/** Its owner is told where else its request UID is, and what is elsewhere is told of its owner. */
function followOwner(work: Work, owned: Owned): void {
  const { turn } = work;
  const { item, owner, site } = owned;
  const { requestUid = '' } = item.fact;
  const isOwn = isAt(owner.place, site) && !differs(owner, item.fact.place.container);
  if (isOwn) {
    for (const other of watchersOf(turn, site.cluster, requestUid)) {
      markUid(turn, other, requestUid);
      queue(work, other);
    }
  } else watch(turn, site, requestUid);
  markElsewhere(work, owned);
}

/** More of them say nothing new. */
const MAX_ELSEWHERE = 100;

function markElsewhere(work: Work, { at, item, owner, site }: Owned): void {
  const cell = work.turn.cell(sessionKey(site.cluster, owner.session));
  const part = `elsewhere/${at.item}`;
  const isElsewhere = item.verdict?.conflict === 'other_pod';
  const isKnown = cell.get(part) !== undefined;
  if (isElsewhere === isKnown || cell.get('record') === undefined) return;
  if (isElsewhere && cell.entries('elsewhere/').length >= MAX_ELSEWHERE) return;
  cell.put(part, isElsewhere ? 1 : undefined);
  touch(work, site.cluster, owner.session);
}
