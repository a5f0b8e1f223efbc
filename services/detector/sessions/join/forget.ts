/**
 * Owns: what is let go, and when: lines and alerts that nobody claimed, sessions that were closed long
 * ago, with all that was kept for them. What was told stays as it was told.
 */
import type { Cell, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { SessionSettings } from '../settings.ts';
import { lastOf, named, type Site, sliceKey, sliceOf, timeText, uidKey } from './cells.ts';
import type { Item } from './items.ts';
import { type Lies, removeItem } from './lies.ts';
import { readSession, unlist } from './sessions.ts';
import { sitesOf } from './carry.ts';
import { type Kept, spanOf } from './session-state.ts';
import { removeSpan, slackOf, type SliceOf } from './site.ts';
import { learn } from './workload.ts';

function clear(cell: Cell): void {
  for (const [part] of cell.entries('')) cell.delete(part);
}

const WAITING = ['held', 'pending'];

/** Of what lies in no session: what it shows of the workload is kept. */
export function sweepSlice(turn: Turn, cell: Cell, of: SliceOf, settings: SessionSettings): void {
  const { site, slice } = of;
  const latest = turn.nowMs - settings.lateEventsMs;
  // Time may pass within a batch, at whose end it is decided again.
  const isUndecided = turn.cell(site.cell).entries('dirty/').length > 0;
  let isLeft = false;
  for (const [part, item] of cell.entries<Item>('item/')) {
    if ((item.verdict?.sessions.length ?? 0) > 0) continue;
    const name = part.slice('item/'.length);
    const isWaiting = WAITING.some((why) => cell.get(`${why}/${name}`) !== undefined);
    if (item.seenMs > latest || isWaiting || isUndecided) isLeft = true;
    else {
      learn(turn, site, item, settings);
      removeItem(turn, site, { slice, item: name });
    }
  }
  for (const [part, seenMs] of cell.entries<number>('gone/')) {
    if (seenMs > latest) isLeft = true;
    else cell.delete(part);
  }
  // Not at each of them: each would be looked at as often as there are others.
  if (isLeft) cell.setTimer('forget', turn.nowMs + Math.ceil(settings.lateEventsMs / 4));
  else tidySlice(turn, site, slice);
}

const CONTENT = ['item/', 'span/', 'session/', 'gone/'];

function tidySlice(turn: Turn, site: Site, slice: number): void {
  const cell = turn.cell(sliceKey(site.cell, slice));
  if (CONTENT.some((prefix) => cell.entries(prefix).length > 0)) return;
  clear(cell);
  for (const name of ['forget', 'hold', 'judge']) cell.clearTimer(name);
  const main = turn.cell(site.cell);
  const number = timeText(slice);
  main.delete(`slice/${number}`);
  for (const [part] of main.entries('uid/')) if (lastOf(part) === number) main.delete(part);
  tidySite(main);
}

const OF_SITE = ['slice/', 'span/', 'debug/', 'dirty/', 'pod'];

export function tidySite(main: Cell): void {
  if (OF_SITE.every((prefix) => main.entries(prefix).length === 0)) clear(main);
}

/** False where others still need it. */
export function forgetSession(turn: Turn, cell: Cell, settings: SessionSettings): boolean {
  const kept = cell.get<Kept>('record');
  if (kept === undefined) return true;
  const { derived, life } = kept;
  const creator = derived.absorbedBy;
  if (creator !== undefined && readSession(turn, life.cluster, creator) !== undefined) return false;
  const slices = forgetLies(turn, cell, life.id);
  forgetSpan(turn, kept, settings);
  unlist(turn, kept);
  clear(cell);
  for (const name of TIMERS) cell.clearTimer(name);
  for (const [site, slice] of slices) tidySlice(turn, site, slice);
  for (const slice of [sliceOf(life.receivedMs)]) tidySlice(turn, kept.site, slice);
  return true;
}

const TIMERS = ['show', 'close', 'age', 'settle', 'tell', 'forget'];

type Slice = readonly [site: Site, slice: number];

function forgetLies(turn: Turn, cell: Cell, id: string): Iterable<Slice> {
  const slices = new Map<string, Slice>();
  for (const [, { at, site }] of cell.entries<Lies>('lies/')) {
    const slice = sliceKey(site.cell, at.slice);
    slices.set(slice, [site, at.slice]);
    const sessions = turn.cell(slice).get<Item>(`item/${at.item}`)?.verdict?.sessions ?? [];
    const isNeeded = sessions.some(
      (other) => other !== id && readSession(turn, site.cluster, other) !== undefined,
    );
    if (!isNeeded) removeItem(turn, site, at);
  }
  return slices.values();
}

function forgetSpan(turn: Turn, kept: Kept, settings: SessionSettings): void {
  const span = spanOf(kept);
  if (span === undefined) return;
  for (const site of sitesOf(kept, span)) {
    for (const slice of removeSpan(turn, site, span, slackOf(settings))) {
      tidySlice(turn, site, slice);
    }
  }
  if (span.requestUid === undefined) return;
  const uid = turn.cell(uidKey(kept.life.cluster, span.requestUid));
  uid.delete(`owner/${named(span.session)}`);
  forgetUid(uid);
}

/** Where nobody owns it. */
export function forgetUid(uid: Cell): void {
  if (uid.entries('owner/').length > 0) return;
  clear(uid);
  uid.clearTimer('forget');
}
