/**
 * Owns: what a timer of any cell does. It only puts down what is so now: what follows is told at the
 * end of the batch.
 */
import type { Cell, Timer, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { SessionSettings } from '../settings.ts';
import type { Site } from './cells.ts';
import { forgetSession, forgetUid, sweepSlice, tidySite } from './forget.ts';
import type { Held } from './items.ts';
import type { Pending } from './judge.ts';
import { fireSession } from './settle.ts';
import { markItem, type SliceOf } from './site.ts';

export function fireTimer(turn: Turn, timer: Timer, settings: SessionSettings): void {
  // At the end of all nothing is forgotten, and all that was waited for is there (finish.ts).
  if (!Number.isFinite(turn.nowMs)) return;
  const cell = turn.cell(timer.cell);
  if (cell.get('of') !== undefined) fireSlice(turn, cell, timer.name, settings);
  else if (cell.get('record') !== undefined) fireKept(turn, cell, timer.name, settings);
  else if (cell.get<Site>('site') !== undefined) forgetPod(cell);
  else forgetUid(cell);
}

function fireKept(turn: Turn, cell: Cell, name: string, settings: SessionSettings): void {
  if (name !== 'forget') fireSession(turn, cell, name, settings);
  else if (!forgetSession(turn, cell, settings))
    again(cell, name, [turn.nowMs + settings.keepClosedMs]);
}

function fireSlice(turn: Turn, cell: Cell, name: string, settings: SessionSettings): void {
  const of = cell.get<SliceOf>('of');
  if (of === undefined) return;
  if (name === 'hold') release(turn, cell, of);
  else if (name === 'judge') bringIn(turn, cell, of, settings);
  else sweepSlice(turn, cell, of, settings);
}

function again(cell: Cell, name: string, dueMs: readonly number[]): void {
  if (dueMs.length > 0) cell.setTimer(name, Math.min(...dueMs));
}

/** Findings that have waited long enough. */
function release(turn: Turn, cell: Cell, { site, slice }: SliceOf): void {
  const waiting = cell.entries<Held>('held/').filter(([, { isDue }]) => !isDue);
  const due = waiting.filter(([, { dueMs }]) => dueMs <= turn.nowMs);
  for (const [part, held] of due) {
    cell.put(part, { ...held, isDue: true });
    markItem(turn, site, slice, part.slice('held/'.length));
  }
  const later = waiting.filter(([, { dueMs }]) => dueMs > turn.nowMs);
  again(
    cell,
    'hold',
    later.map(([, { dueMs }]) => dueMs),
  );
}

/** What can be judged, now that the audit log has come so far. */
function bringIn(turn: Turn, cell: Cell, of: SliceOf, { settleMs }: SessionSettings): void {
  const { site, slice } = of;
  const watermark = turn.watermark(site.cluster, ['audit']) - settleMs;
  const next: number[] = [];
  for (const [part, pending] of cell.entries<Pending>('pending/')) {
    const item = part.slice('pending/'.length);
    const timeMs = Number(item.slice(0, item.indexOf('/')));
    if (pending.dueMs > turn.nowMs) next.push(pending.dueMs);
    else if (timeMs <= watermark) {
      cell.put(part, { ...pending, isDue: true });
      markItem(turn, site, slice, item);
    } else {
      const dueMs = turn.nowMs + settleMs;
      cell.put(part, { ...pending, dueMs });
      next.push(dueMs);
    }
  }
  again(cell, 'judge', next);
}

function forgetPod(main: Cell): void {
  main.delete('pod');
  tidySite(main);
}
