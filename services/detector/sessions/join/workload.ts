/**
 * Owns: what workloads run by themselves, in their cells: who is to be told when more is known of it.
 * Does not own: what counts for it (baseline.ts).
 *
 * Parts of a workload's cell: `baseline`; `watch/<site>`, pods in which something that may be the
 * workload's own was taken for a session's.
 */
import type { Cell, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { SessionSettings } from '../settings.ts';
import { addToBaseline, type Baseline, isOutside, isWorkloads } from './baseline.ts';
import { LAST_MS, named, type Site, timeOf, workloadKey } from './cells.ts';
import type { Item } from './items.ts';
import { workloadOf } from './shape.ts';
import { markTimes, spansNear } from './site.ts';

/** A workload that runs nothing for so long is forgotten. */
const KEPT_MS = 31 * 24 * 3_600_000;
const MAX_WATCHERS = 1000;

function cellOf(turn: Turn, { cluster, namespace = '', pod = '' }: Site, { fact }: Item): Cell {
  return turn.cell(workloadKey(cluster, workloadOf(namespace, pod, fact.workload)));
}

/** Only of what has no request UID: what has one is somebody's. */
export function isOfWorkload(turn: Turn, site: Site, item: Item): boolean {
  const { fact } = item;
  if (site.pod === undefined || fact.requestUid !== undefined) return false;
  return isWorkloads(cellOf(turn, site, item).get<Baseline>('baseline'), fact);
}

/** If that is to change it must be decided again whose it is. */
export function watchWorkload(turn: Turn, site: Site, item: Item): void {
  const { fact, verdict } = item;
  if (site.pod === undefined || fact.requestUid !== undefined) return;
  if (verdict === undefined || verdict.sessions.length === 0) return;
  const cell = cellOf(turn, site, item);
  const part = `watch/${named(site.cell)}`;
  if (cell.get(part) !== undefined || cell.entries('watch/').length >= MAX_WATCHERS) return;
  cell.put(part, site);
}

/**
 * What nobody was there to run the workload runs by itself. To be asked when no session can come any
 * more that it may be of. Sites where something is to be decided again.
 */
export function learn(
  turn: Turn,
  site: Site,
  item: Item,
  settings: SessionSettings,
): readonly Site[] {
  const { fact } = item;
  if (site.pod === undefined || fact.requestUid !== undefined) return [];
  const ran = { ...fact, timeMs: timeOf(fact.timeMs) };
  const cell = cellOf(turn, site, item);
  const known = cell.get<Baseline>('baseline');
  const isKnown = isWorkloads(known, ran);
  if (isKnown || !isOutside(ran, spansNear(turn, site, ran.timeMs), settings)) return [];
  const next = addToBaseline(known, ran);
  if (next === known) return [];
  cell.put('baseline', next);
  if (Number.isFinite(turn.nowMs)) cell.setTimer('forget', turn.nowMs + KEPT_MS);
  return isWorkloads(next, ran) ? tellWatchers(turn, cell) : [];
}

function tellWatchers(turn: Turn, cell: Cell): readonly Site[] {
  const sites = cell.entries<Site>('watch/').map(([, site]) => site);
  for (const site of sites) markTimes(turn, site, { from: 0, until: LAST_MS });
  return sites;
}
