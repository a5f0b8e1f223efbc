/**
 * Owns: the end of a batch: what it changed is decided again, and told. What may be missing is looked
 * up here in one place, so that the order of what came within the batch can't matter.
 */
import type { Cell, CellKey, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { SessionsOut } from '../model.ts';
import type { SessionSettings } from '../settings.ts';
import { decideSites, queue, touch, type Work } from './attribution.ts';
import { sessionKey, type Site } from './cells.ts';
import { readItem } from './items.ts';
import { judgeItem } from './judge.ts';
import { trimLies } from './lies.ts';
import type { Kept } from './session-state.ts';
import { ageSession, agedMsOf } from './sessions.ts';
import { schedule, settleForGood } from './settle.ts';
import type { ItemRef, SliceOf } from './site.ts';
import { tellHeld, tellSession } from './tell.ts';
import { learn } from './workload.ts';

export function finishBatch(
  turn: Turn,
  changed: readonly CellKey[],
  settings: SessionSettings,
): readonly SessionsOut[] {
  if (!Number.isFinite(turn.nowMs)) return finishForGood(turn, changed, settings);
  const work = workOf(turn, changed, settings);
  decideSites(work);
  const cells = cellsOf(work);
  for (const cell of cells) schedule(turn, cell, settings);
  return told(work, cells, [...work.decided.values()]);
}

/**
 * Nothing comes after this: what time would have brought has come, in an order that depends on
 * nothing but what there is.
 */
function finishForGood(
  turn: Turn,
  changed: readonly CellKey[],
  settings: SessionSettings,
): readonly SessionsOut[] {
  for (const key of changed) ageAtEnd(turn, key, settings);
  const work = workOf(turn, changed, settings);
  decideSites(work);
  const items = everything(turn, changed).sort(byTime);
  for (const [site, at] of items) learnAtEnd(work, site, at);
  decideSites(work);
  const cells = cellsOf(work);
  for (const cell of cells) settleForGood(turn, cell);
  return told(work, cells, items);
}

type Placed = readonly [site: Site, at: ItemRef];

function byTime([siteA, a]: Placed, [siteB, b]: Placed): number {
  const [left, right] = [`${a.item} ${siteA.cell}`, `${b.item} ${siteB.cell}`];
  return left < right ? -1 : Number(left > right);
}

function cellsOf(work: Work): readonly Cell[] {
  return [...work.sessions.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, [cluster, id]]) => work.turn.cell(sessionKey(cluster, id)));
}

function told(
  work: Work,
  cells: readonly Cell[],
  items: readonly Placed[],
): readonly SessionsOut[] {
  const sessions = cells.flatMap((cell) => tellSession(work, cell));
  const held = items.flatMap(([site, at]) => tellHeld(work, site, at));
  const judged = items.flatMap(([site, at]) => judgeItem(work, site, at));
  for (const cell of cells) trimLies(work.turn, cell, work.settings.maxCommands);
  return [...sessions, ...held, ...judged];
}

function learnAtEnd(work: Work, site: Site, at: ItemRef): void {
  const item = readItem(work.turn, site, at);
  if (item === undefined || (item.verdict?.sessions.length ?? 0) > 0) return;
  for (const other of learn(work.turn, site, item, work.settings)) queue(work, other);
}

function ageAtEnd(turn: Turn, key: CellKey, settings: SessionSettings): void {
  const cell = turn.cell(key);
  const life = cell.get<Kept>('record')?.life;
  if (life === undefined || life.endedMs !== undefined || life.answer === 'refused') return;
  const latest = turn.latest(life.cluster) ?? 0;
  if (latest >= agedMsOf(life, settings)) ageSession(turn, cell, settings);
}

function workOf(turn: Turn, changed: readonly CellKey[], settings: SessionSettings): Work {
  const work: Work = { turn, settings, sites: new Map(), sessions: new Map(), decided: new Map() };
  for (const key of changed) {
    const cell = turn.cell(key);
    const kept = cell.get<Kept>('record');
    if (kept !== undefined) touch(work, kept.life.cluster, kept.life.id);
    const site = cell.get<Site>('site');
    if (site !== undefined && cell.entries('dirty/').length > 0) work.sites.set(key, site);
  }
  return work;
}

/** At the end of all: everything that lies anywhere. */
function everything(turn: Turn, changed: readonly CellKey[]): Placed[] {
  return changed.flatMap((key) => {
    const cell = turn.cell(key);
    const of = cell.get<SliceOf>('of');
    if (of === undefined) return [];
    const { site, slice } = of;
    return cell
      .entries('item/')
      .map(([part]) => [site, { slice, item: part.slice('item/'.length) }] as const);
  });
}
