/**
 * Owns: what passing time does to a session: it is shown, closed, judged, too old, forgotten. Timers
 * of its cell.
 * Does not own: what is forgotten with it (forget.ts).
 */
import type { Cell, CellKey, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { Circumstances } from '../evasion/circumstances.ts';
import type { SessionSettings } from '../settings.ts';
import { LAST_MS, marksKey, reportedKey } from './cells.ts';
import { wasBefore, wasReported } from './hours.ts';
import { allLies } from './lies.ts';
import { nodeThen } from './node.ts';
import type { Kept } from './session-state.ts';
import { ageSession, agedMsOf } from './sessions.ts';
import { flagsOf, type Settled, settledOf } from './view.ts';

/** What tells of processes. */
const NODE_SOURCES = ['process', 'alert'];
const TERMINATION_MS = 30_000;
/** So long before its start and after its end its node must have told of something. */
const AROUND_MS = 30_000;

/** Sets what timers are missing; after whatever change of the session. */
export function schedule(turn: Turn, cell: Cell, settings: SessionSettings): void {
  const kept = cell.get<Kept>('record');
  if (kept === undefined || !Number.isFinite(turn.nowMs)) return;
  const { answer, endedMs, agedMs } = kept.life;
  if (answer === 'refused') {
    waitOnce(cell, 'forget', turn.nowMs + settings.lateEventsMs);
    return;
  }
  scheduleShown(turn, cell, kept, settings);
  scheduleClose(turn, cell, kept, settings);
  scheduleSettle(turn, cell, kept, settings);
  if (endedMs !== undefined || agedMs !== undefined) return;
  waitOnce(cell, 'age', after(turn, agedMsOf(kept.life, settings), settings));
}

function waitOnce(cell: Cell, name: string, atMs: number): void {
  if (cell.timer(name) === undefined) cell.setTimer(name, atMs);
}

/** Not before now, and not for ever: a clock may be ahead by years. */
function after({ nowMs }: Turn, atMs: number, { maxAgeMs }: SessionSettings): number {
  return Math.min(Math.max(atMs, nowMs), nowMs + maxAgeMs);
}

function scheduleShown(turn: Turn, cell: Cell, { life }: Kept, settings: SessionSettings): void {
  const isHeld = life.answer === 'asked' || life.kind === 'attach';
  if (!isHeld || flagsOf(cell).isDue === true) return;
  const waitMs = life.answer === 'asked' ? settings.settleMs : settings.holdFindingsMs;
  const atMs = turn.nowMs + waitMs;
  cell.setTimer('show', Math.min(cell.timer('show') ?? atMs, atMs));
}

function scheduleClose(turn: Turn, cell: Cell, { derived }: Kept, settings: SessionSettings): void {
  const { endedBy, endedMs } = derived;
  const isClosed = endedMs !== undefined && flagsOf(cell).closedEndMs === endedMs;
  if (isClosed) return;
  cell.clearTimer('forget');
  if (endedMs === undefined) {
    cell.clearTimer('close');
    return;
  }
  const goesOnMs = endedBy === 'pod_deleted' ? TERMINATION_MS : 0;
  cell.setTimer('close', after(turn, endedMs + goesOnMs + settings.graceMs, settings));
}

/** Up to when something is known of it. */
function newestOf(cell: Cell, { derived, life }: Kept): number {
  const times = allLies(cell).map(({ alert, command }) => (command ?? alert)?.timeMs ?? 0);
  const start = Math.max(life.receivedMs, derived.endedMs ?? 0);
  return times.reduce((newest, timeMs) => Math.max(newest, timeMs), start);
}

function scheduleSettle(turn: Turn, cell: Cell, kept: Kept, settings: SessionSettings): void {
  if (cell.timer('settle') !== undefined) return;
  const newest = newestOf(cell, kept);
  if (settledOf(cell).untilMs >= newest) return;
  cell.setTimer('settle', after(turn, newest, settings) + settings.settleMs);
}

/** One of the session's timers but `forget`. */
export function fireSession(turn: Turn, cell: Cell, name: string, settings: SessionSettings): void {
  const kept = cell.get<Kept>('record');
  if (kept === undefined) return;
  if (name === 'show') cell.put('flags', { ...flagsOf(cell), isDue: true });
  else if (name === 'close') close(turn, cell, kept, settings);
  else if (name === 'age') ageSession(turn, cell, settings);
  else if (name === 'settle') settle(turn, cell, kept, settings);
  else if (name === 'tell') cell.put('late', 1);
}

function close(turn: Turn, cell: Cell, { derived }: Kept, { keepClosedMs }: SessionSettings): void {
  if (derived.endedMs === undefined) return;
  cell.put('flags', { ...flagsOf(cell), closedEndMs: derived.endedMs });
  cell.setTimer('forget', turn.nowMs + keepClosedMs);
}

/** Up to the time that all sources have passed, and have been waited for. */
function settle(turn: Turn, cell: Cell, kept: Kept, { settleMs }: SessionSettings): void {
  const watermark = turn.watermark(kept.life.cluster, NODE_SOURCES) - settleMs;
  const untilMs = Math.min(Math.max(watermark, settledOf(cell).untilMs), LAST_MS);
  if (untilMs > 0) cell.put('settled', settledAt(turn, kept, untilMs));
}

function settledAt(turn: Turn, kept: Kept, untilMs: number): Settled {
  const { derived, life, site } = kept;
  const times = { from: life.startedMs ?? life.receivedMs, until: derived.endedMs ?? Infinity };
  const isPod = site.pod !== undefined;
  const other = derived.node === undefined && isPod ? nodeThen(turn, site, times) : undefined;
  const node = derived.node ?? other;
  const was = (key: CellKey) => toldAround(turn.cell(key), times);
  const namespace = site.namespace ?? '';
  return {
    untilMs,
    nodeReported: node === undefined ? 'unknown' : yesNo(was(reportedKey(life.cluster, node))),
    clusterReported: was(reportedKey(life.cluster)),
    marksInUse: wasBefore(turn.cell(marksKey(life.cluster, namespace)), life.receivedMs),
    ...(other === undefined ? {} : { node: other }),
  };
}

function yesNo(is: boolean): Circumstances['nodeReported'] {
  return is ? 'yes' : 'no';
}

interface Times {
  readonly from: number;
  readonly until: number;
}

/** While it was open, or else right before and right after; of an open one nothing is said. */
function toldAround(cell: Cell, { from, until }: Times): boolean {
  if (!Number.isFinite(until)) return false;
  if (wasReported(cell, from, until)) return true;
  return wasReported(cell, from - AROUND_MS, from) && wasReported(cell, until, until + AROUND_MS);
}

/** Nothing comes any more: what was waited for is there, or never will be. */
export function settleForGood(turn: Turn, cell: Cell): void {
  const kept = cell.get<Kept>('record');
  if (kept === undefined) return;
  const { endedMs } = kept.derived;
  cell.put('flags', { isDue: true, ...(endedMs === undefined ? {} : { closedEndMs: endedMs }) });
  cell.put('settled', settledAt(turn, kept, LAST_MS));
}
