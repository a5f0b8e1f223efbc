/**
 * Owns: sessions as a keyed stage: facts of a cluster in, sessions, findings on what lies in them and
 * evasions out. A fact is put in its place when it comes; what follows is decided at the end of the
 * batch, out of what is in place: so what comes out in the end does not depend on the order.
 * Does not own: how cells are kept and timers fired (shared/pipeline/keyed).
 */
import type { Signal } from '../../../../schemas/generated/avro.ts';
import type { Cell, KeyedStage, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { Outcome } from '../../../../shared/pipeline/outcome.ts';
import { isMarkedKind } from '../evasion/circumstances.ts';
import { decodeFact } from '../facts/codec.ts';
import type { AlertFact, LineFact, PodFact, RequestFact, SessionFact } from '../facts/model.ts';
import type { SessionsOut } from '../model.ts';
import type { SessionSettings } from '../settings.ts';
import { ownerOf } from './attribution.ts';
import {
  auditKey,
  cellsOfFact,
  marksKey,
  reportedKey,
  sessionKey,
  siteOf,
  timeOf,
} from './cells.ts';
import { finishBatch } from './finish.ts';
import { markFirst, markReported } from './hours.ts';
import { addItem } from './items.ts';
import type { Heard } from './judge.ts';
import { addPodFact, addRequest, readSession } from './sessions.ts';
import { siteCell, spansNear } from './site.ts';
import { fireTimer } from './timers.ts';

const DAY_MS = 24 * 3_600_000;
/** What was told of nodes, and of pods nothing lies in, is forgotten after so long without news. */
const QUIET_CELL_MS = 31 * DAY_MS;
const TAKEN: Outcome<SessionsOut> = { kind: 'emit', items: [] };
const REPEAT: Outcome<SessionsOut> = { kind: 'drop', reason: 'repeat' };

/** A record is asked for its cells, and decided on more than once where they are not in memory. */
function createDecoder(): typeof decodeFact {
  const decoded = new WeakMap<Signal, ReturnType<typeof decodeFact>>();
  return (signal) => {
    if (!decoded.has(signal)) decoded.set(signal, decodeFact(signal));
    return decoded.get(signal);
  };
}

export function createSessionsStage(settings: SessionSettings): KeyedStage<Signal, SessionsOut> {
  const decode = createDecoder();
  return {
    name: 'detector.sessions',
    cellsOf(signal) {
      const fact = decode(signal);
      return fact === undefined || !('kind' in fact) ? [] : cellsOfFact(signal.cluster, fact);
    },
    apply(turn, { value }) {
      const fact = decode(value);
      if (fact === undefined) return { kind: 'drop', reason: 'no_match' };
      if (!('kind' in fact)) return { kind: 'reject', fault: fact };
      return addFact(turn, value.cluster, fact, settings) ? TAKEN : REPEAT;
    },
    fire(turn, timer) {
      fireTimer(turn, timer, settings);
      return [];
    },
    finish(turn, changed) {
      return finishBatch(turn, changed, settings);
    },
  };
}

/** False where nothing of it is new. */
function addFact(
  turn: Turn,
  cluster: string,
  fact: SessionFact,
  settings: SessionSettings,
): boolean {
  switch (fact.kind) {
    case 'request':
      hearAudit(turn, cluster, fact.timeMs);
      return addRequestFact(turn, cluster, fact, settings);
    case 'pod':
      hearAudit(turn, cluster, fact.timeMs);
      return addPod(turn, cluster, fact, settings);
    case 'line':
      turn.observe(cluster, 'process', timeOf(fact.timeMs));
      report(turn, cluster, fact);
      return addLying(turn, cluster, fact, settings);
    case 'alert':
      turn.observe(cluster, 'alert', timeOf(fact.timeMs));
      return addLying(turn, cluster, fact, settings);
  }
}

function hearAudit(turn: Turn, cluster: string, timeMs: number): void {
  const at = timeOf(timeMs);
  turn.observe(cluster, 'audit', at);
  const cell = turn.cell(auditKey(cluster));
  const { fromMs, untilMs } = cell.get<Heard>('heard') ?? { fromMs: at, untilMs: at };
  const next = { fromMs: Math.min(fromMs, at), untilMs: Math.max(untilMs, at) };
  const isSame = next.fromMs === fromMs && next.untilMs === untilMs;
  if (!isSame || cell.get('heard') === undefined) cell.put('heard', next);
}

function addRequestFact(
  turn: Turn,
  cluster: string,
  fact: RequestFact,
  settings: SessionSettings,
): boolean {
  if (!addRequest(turn, cluster, fact, settings)) return false;
  const life = readSession(turn, cluster, fact.session)?.life;
  const isMarked = life?.answer === 'answered' && life.requestUid !== undefined;
  if (isMarked && isMarkedKind(life.kind)) {
    const marks = turn.cell(marksKey(cluster, life.place.namespace ?? ''));
    if (markFirst(marks, life.receivedMs)) keepFor(turn, marks, 'forget');
  }
  return true;
}

function keepFor(turn: Turn, cell: Cell, timer: string): void {
  cell.setTimer(timer, turn.nowMs + QUIET_CELL_MS);
}

function addPod(turn: Turn, cluster: string, fact: PodFact, settings: SessionSettings): boolean {
  if (!addPodFact(turn, cluster, fact, settings)) return false;
  const cell = siteCell(turn, siteOf(cluster, fact.place));
  const isGone = fact.change === 'deleted';
  if (isGone) cell.setTimer('pod', turn.nowMs + settings.keepClosedMs + settings.maxAgeMs);
  else keepFor(turn, cell, 'pod');
  return true;
}

/** That its node tells of processes. */
function report(turn: Turn, cluster: string, { place, timeMs }: LineFact): void {
  const { node } = place;
  const cells = [reportedKey(cluster), ...(node === undefined ? [] : [reportedKey(cluster, node)])];
  for (const key of cells) {
    const cell = turn.cell(key);
    if (markReported(cell, timeMs)) keepFor(turn, cell, 'forget');
  }
}

function addLying(
  turn: Turn,
  cluster: string,
  fact: LineFact | AlertFact,
  settings: SessionSettings,
): boolean {
  if (!addItem(turn, cluster, fact, settings)) return false;
  readAhead(turn, cluster, fact);
  return true;
}

/** More sessions at once in a pod are read when it is known which of them it is. */
const AHEAD = 8;

/** The sessions that it may be of: to read them now costs this record, later the whole batch. */
function readAhead(turn: Turn, cluster: string, fact: LineFact | AlertFact): void {
  const site = siteOf(cluster, fact.place);
  const owner = ownerOf(turn, site, { fact })?.session;
  const near = owner === undefined ? spansNear(turn, site, timeOf(fact.timeMs)) : [];
  const sessions = owner === undefined ? near.map(({ session }) => session) : [owner];
  for (const session of sessions.slice(0, AHEAD)) turn.cell(sessionKey(cluster, session));
}
