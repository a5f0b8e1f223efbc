/**
 * Owns: what is told at the end of a batch: sessions that look different, evasions that they show,
 * findings that waited for them. Each finding once, each state of a session once.
 *
 * Parts of a session's cell: `told`, what was told last; `evasion/<rule>/<key>`; `late`, where it was
 * held back for long enough.
 */
import { contentId } from '../../../../shared/domain/ids.ts';
import type { Cell } from '../../../../shared/pipeline/keyed/model.ts';
import { evasionsOf } from '../evasion/evasions-of.ts';
import type { Evasion, SessionsOut, SessionView } from '../model.ts';
import type { Work } from './attribution.ts';
import { named, sessionKey, type Site } from './cells.ts';
import type { Held, Item } from './items.ts';
import { countOf, moreOf } from './lies.ts';
import { type ItemRef, sliceCell } from './site.ts';
import { notOfRequest } from './stages.ts';
import { flagsOf, isShown, settledOf, type Sight, sightOf } from './view.ts';

/** A session with more of them is told less often. */
const MANY = 256;
/** It is told when it grew by one in so many, or after so long. */
const GROWTH = 64;
const TELL_MS = 2000;

interface Told {
  readonly revision: number;
  readonly hash: string;
  /** Of all but what lies in it. */
  readonly frame: string;
  readonly count: number;
}

function sizeOf(cell: Cell): number {
  const [count, more] = [countOf(cell), moreOf(cell)];
  return count.commands + count.alerts + more.commands + more.alerts;
}

function frameOf(cell: Cell): string {
  const parts = [cell.get('record'), cell.get('stages'), flagsOf(cell), cell.get('settled')];
  return contentId([JSON.stringify(parts)]);
}

/** Whether it is put off: it is large, and only a little more lies in it. */
function isPutOff({ turn }: Work, cell: Cell, told: Told | undefined, frame: string): boolean {
  const size = sizeOf(cell);
  if (told === undefined || size <= MANY || !Number.isFinite(turn.nowMs)) return false;
  if (told.frame !== frame || cell.get('late') !== undefined) return false;
  if (Math.abs(size - told.count) * GROWTH >= told.count) return false;
  if (cell.timer('tell') === undefined) cell.setTimer('tell', turn.nowMs + TELL_MS);
  return true;
}

function viewOf({ coverage, seen }: Sight, revision: number): SessionView {
  return { ...seen, coverage, revision };
}

/** The session where it looks different, and evasions that it has not shown before. */
export function tellSession(work: Work, cell: Cell): readonly SessionsOut[] {
  if (!isShown(cell)) return [];
  const told = cell.get<Told>('told');
  const frame = frameOf(cell);
  if (isPutOff(work, cell, told, frame)) return [];
  const sight = sightOf(cell, work.settings.maxCommands);
  if (sight === undefined) return [];
  cell.delete('late');
  cell.clearTimer('tell');
  const hash = contentId([JSON.stringify([sight.seen, sight.coverage])]);
  const isNew = told?.hash !== hash;
  const revision = (told?.revision ?? 0) + (isNew ? 1 : 0);
  const view = viewOf(sight, revision);
  cell.put('told', { revision, hash, frame, count: sizeOf(cell) });
  const evasions = settledOf(cell).untilMs > 0 ? evasionsOf(view, sight.around) : [];
  return [
    ...(isNew ? [{ kind: 'session' as const, view }] : []),
    ...evasions.flatMap((evasion) => tellOnce(cell, evasion)),
  ];
}

/** Nothing where it was told before. */
export function tellOnce(cell: Cell, evasion: Evasion): readonly SessionsOut[] {
  const part = `evasion/${evasion.rule}/${named(evasion.key)}`;
  if (cell.get(part) !== undefined) return [];
  cell.put(part, 1);
  return [{ kind: 'evasion', evasion }];
}

/** As it was told last, or would be now; undefined: it is not shown. */
export function shownSession(work: Work, cluster: string, id: string): SessionView | undefined {
  const cell = work.turn.cell(sessionKey(cluster, id));
  const sight = isShown(cell) ? sightOf(cell, work.settings.maxCommands) : undefined;
  if (sight === undefined) return undefined;
  return viewOf(sight, cell.get<Told>('told')?.revision ?? 0);
}

/** Findings on a line or alert, once it is known where it lies, or it was waited for long enough. */
export function tellHeld(work: Work, site: Site, at: ItemRef): readonly SessionsOut[] {
  const slice = sliceCell(work.turn, site, at.slice);
  const held = slice.get<Held>(`held/${at.item}`);
  const item = slice.get<Item>(`item/${at.item}`);
  if (held === undefined || item === undefined) return [];
  const isDue = held.isDue || !Number.isFinite(work.turn.nowMs);
  if (!isDue && !isReady(work, site, item)) return [];
  slice.delete(`held/${at.item}`);
  const { confidence = 'none', sessions = [] } = item.verdict ?? {};
  const [only] = sessions.length === 1 ? sessions : [];
  const session = only === undefined ? undefined : shownSession(work, site.cluster, only);
  const isStart = item.fact.kind === 'line' && item.fact.isSessionStart;
  const findings =
    isStart && session !== undefined ? notOfRequest(held.findings, session.request) : held.findings;
  return findings.map((finding) => ({
    ...{ kind: 'held', finding, candidates: session === undefined ? sessions : [] },
    ...(session === undefined ? {} : { session }),
    ...(confidence === 'none' ? {} : { confidence }),
  }));
}

/** Nothing that may yet come is likely to say more. */
function isReady({ turn }: Work, site: Site, { verdict }: Item): boolean {
  if (verdict === undefined || verdict.confidence === 'none') return false;
  if (verdict.conflict === 'unknown_mark') return false;
  return verdict.sessions.every((id) => isShown(turn.cell(sessionKey(site.cluster, id))));
}
