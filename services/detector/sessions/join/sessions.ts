/**
 * Owns: sessions as their requests, the pod and each other make them: what is kept of each, and where
 * others find it. Whatever changes is carried to all that follows from it at once.
 * Does not own: what follows (derive.ts), what lies in a session (attribution.ts).
 *
 * Parts of a session's cell: `stages`, `ids`, `aged`, `site`, `record`; view.ts has the rest.
 * Parts of a slice's cell, by when the request was received: `session/<id>`, `try/<key>/<id>`; of the
 * site's: `debug/<id>`, of sessions that others attach to, and attaches; `pod`, its history.
 */
import type { Cell, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { PodFact, RequestFact } from '../facts/model.ts';
import type { SessionSettings } from '../settings.ts';
import { named, sessionKey, type Site, siteOf, sliceKey, sliceOf } from './cells.ts';
import { derive, RETRY_MS } from './derive.ts';
import { type PodHistory, withFact } from './pod.ts';
import {
  isDebug,
  type Kept,
  type Life,
  lifeOf,
  type SiteSession,
  type Try,
} from './session-state.ts';
import { carry } from './carry.ts';
import { siteCell, sliceCell } from './site.ts';
import { type Stages, withStage } from './stages.ts';

const MAX_EVENT_IDS = 32;

export function readSession(turn: Turn, cluster: string, id: string): Kept | undefined {
  return turn.cell(sessionKey(cluster, id)).get<Kept>('record');
}

/** False where all of it is known. */
export function addRequest(
  turn: Turn,
  cluster: string,
  fact: RequestFact,
  settings: SessionSettings,
): boolean {
  const cell = turn.cell(sessionKey(cluster, fact.session));
  const stages = cell.get<Stages>('stages') ?? {};
  const next = withStage(stages, fact);
  const isNew = addId(cell, fact.eventId);
  if (next === stages && !isNew) return false;
  cell.put('stages', next);
  placeSession(turn, cluster, cell, settings);
  return true;
}

function addId(cell: Cell, eventId: string): boolean {
  const ids = cell.get<readonly string[]>('ids') ?? [];
  if (ids.includes(eventId)) return false;
  const next = [...ids, eventId].sort().slice(0, MAX_EVENT_IDS);
  if (!next.includes(eventId)) return false;
  cell.put('ids', next);
  return true;
}

/** Its end was not seen, and it is as old as a session may be. */
export function ageSession(turn: Turn, cell: Cell, settings: SessionSettings): void {
  const kept = cell.get<Kept>('record');
  if (kept === undefined || kept.life.agedMs !== undefined) return;
  cell.put('aged', agedMsOf(kept.life, settings));
  placeSession(turn, kept.life.cluster, cell, settings);
}

export function agedMsOf({ receivedMs, startedMs }: Life, { maxAgeMs }: SessionSettings): number {
  return (startedMs ?? receivedMs) + maxAgeMs;
}

function placeSession(turn: Turn, cluster: string, cell: Cell, settings: SessionSettings): void {
  const stages = cell.get<Stages>('stages') ?? {};
  const ids = cell.get<readonly string[]>('ids') ?? [];
  const life = lifeOf(cluster, stages, ids, cell.get<number>('aged'));
  if (life === undefined) return;
  const site = siteOf(cluster, life.place);
  const before = cell.get<Kept>('record');
  const isMoved = before !== undefined && before.site.cell !== site.cell;
  if (before !== undefined) unlist(turn, before);
  if (isMoved) carry(turn, before, undefined, settings);
  const derived = derive(life, { ...NOBODY, clockSkewMs: settings.clockSkewMs });
  const known = isMoved || before === undefined ? undefined : before;
  keep(turn, { site, life, derived: known?.derived ?? derived }, known, settings);
  // Of what it was before something may have followed for others.
  if (before !== undefined) deriveAgain(turn, before.site, followersOf(turn, before), settings);
  deriveAgain(turn, site, [...followersOf(turn, { site, life }), life], settings);
}

const NOBODY = { pod: [], creators: [], attaches: [], tries: [] };

function isAttachable({ kind }: Life): boolean {
  return isDebug(kind) || kind === 'attach';
}

/** Puts down what is known of it now, wherever it is looked for. */
function keep(turn: Turn, kept: Kept, before: Kept | undefined, settings: SessionSettings): void {
  const { derived, life, site } = kept;
  const { answer, eventIds, id, isHandshake, receivedMs } = life;
  const slice = sliceCell(turn, site, sliceOf(receivedMs));
  slice.put(`session/${named(id)}`, { life, derived });
  slice.put(`try/${life.tryKey}/${named(id)}`, { id, answer, isHandshake, receivedMs, eventIds });
  if (isAttachable(life)) siteCell(turn, site).put(`debug/${named(id)}`, life);
  turn.cell(sessionKey(life.cluster, id)).put('record', kept);
  carry(turn, before, kept, settings);
}

/** Takes it from where it was looked for, as it was; its cell stays. */
export function unlist(turn: Turn, { life, site }: Kept): void {
  const slice = turn.cell(sliceKey(site.cell, sliceOf(life.receivedMs)));
  slice.delete(`session/${named(life.id)}`);
  slice.delete(`try/${life.tryKey}/${named(life.id)}`);
  turn.cell(site.cell).delete(`debug/${named(life.id)}`);
}

/** Sessions for which something may follow from this one. */
function followersOf(turn: Turn, { life, site }: Pick<Kept, 'life' | 'site'>): readonly Life[] {
  if (isAttachable(life)) return debugOf(turn, site);
  const tries = triesNear(turn, site, life);
  if (!tries.some(({ answer }) => answer === 'refused')) return [];
  return tries.flatMap(({ id }) => readSession(turn, life.cluster, id)?.life ?? []);
}

function debugOf(turn: Turn, site: Site): readonly Life[] {
  return turn
    .cell(site.cell)
    .entries<Life>('debug/')
    .map(([, life]) => life);
}

function triesNear(turn: Turn, site: Site, { receivedMs, tryKey }: Life): readonly Try[] {
  const [from, until] = [receivedMs - RETRY_MS, receivedMs + RETRY_MS];
  const slices = new Set([from, receivedMs, until].map((ms) => sliceOf(Math.max(0, ms))));
  return [...slices]
    .flatMap((slice) => turn.cell(sliceKey(site.cell, slice)).entries<Try>(`try/${tryKey}/`))
    .map(([, one]) => one)
    .filter((one) => one.receivedMs >= from && one.receivedMs <= until);
}

function deriveAgain(
  turn: Turn,
  site: Site,
  lives: readonly Life[],
  settings: SessionSettings,
): void {
  const pod = turn.cell(site.cell).get<PodHistory>('pod') ?? [];
  const debug = lives.some(isAttachable) ? debugOf(turn, site) : [];
  const around = {
    ...{ pod, clockSkewMs: settings.clockSkewMs },
    creators: debug.filter(({ kind }) => kind !== 'attach'),
    attaches: debug.filter(({ kind }) => kind === 'attach'),
  };
  const byId = new Map(lives.map((life) => [life.id, life]));
  for (const life of byId.values()) {
    const tries = isAttachable(life) ? [] : triesNear(turn, site, life);
    const listed = listedSession(turn, site, life);
    const derived = derive(life, { ...around, tries });
    if (listed === undefined || isEqual(listed.derived, derived)) continue;
    keep(turn, { site, life, derived }, { site, ...listed }, settings);
  }
}

function listedSession(turn: Turn, site: Site, life: Life): SiteSession | undefined {
  const slice = turn.cell(sliceKey(site.cell, sliceOf(life.receivedMs)));
  return slice.get<SiteSession>(`session/${named(life.id)}`);
}

/** Of plain JSON that was made in one way. */
function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What the audit log says of a pod, of any time, may change all that was ever in it. */
export function addPodFact(
  turn: Turn,
  cluster: string,
  fact: PodFact,
  settings: SessionSettings,
): boolean {
  const site = siteOf(cluster, fact.place);
  const cell = siteCell(turn, site);
  const history = cell.get<PodHistory>('pod') ?? [];
  const next = withFact(history, fact);
  if (next === history) return false;
  cell.put('pod', next);
  const lives = cell.entries('slice/').flatMap(([part]) => {
    const slice = turn.cell(sliceKey(site.cell, Number(part.slice('slice/'.length))));
    return slice.entries<SiteSession>('session/').map(([, { life }]) => life);
  });
  deriveAgain(turn, site, lives, settings);
  return true;
}
