/**
 * Owns: lines and alerts that show an evasion by themselves: when that is certain, and what was around
 * them. Of a session as a whole tell.ts asks.
 *
 * Parts of a slice's cell: `pending/<item>`, since when it waits; `evasion/…`, what was told.
 */
import type { SessionsOut } from '../model.ts';
import { markOfOtherPod, pastApiServer } from '../evasion/evasions-of.ts';
import { isInteractiveShell, isTerminalShell } from '../evasion/shells.ts';
import { ownerOf, type Work } from './attribution.ts';
import type { Span } from './attribute.ts';
import { auditKey, sessionKey, type Site, timeOf } from './cells.ts';
import { evidenceOf, type Item } from './items.ts';
import { allLies } from './lies.ts';
import { type PodHistory, podAt } from './pod.ts';
import { type ItemRef, sliceCell, spansNear } from './site.ts';
import { shownSession, tellOnce } from './tell.ts';
import { isWithin } from './windows.ts';
import { isOfWorkload } from './workload.ts';

export interface Pending {
  readonly dueMs: number;
  /** All that could say otherwise has been waited for. */
  readonly isDue: boolean;
}

/** Longer than a second before or after a session something is not of it. */
const NEAR_MS = 1000;

function isBareShell({ fact }: Item): boolean {
  return fact.kind === 'line' ? isInteractiveShell(fact) : isTerminalShell(fact);
}

/** Whether it may show an evasion; most do not, at a glance. */
function isSuspect(site: Site, item: Item): boolean {
  const { conflict, sessions = [] } = item.verdict ?? {};
  if (conflict === 'other_pod') return true;
  const isStray = sessions.length === 0 && item.fact.requestUid === undefined;
  return isStray && site.pod !== undefined && isBareShell(item);
}

/** What it shows, once nothing more is to come that could say otherwise. */
export function judgeItem(work: Work, site: Site, at: ItemRef): readonly SessionsOut[] {
  const { settings, turn } = work;
  const slice = sliceCell(turn, site, at.slice);
  const item = slice.get<Item>(`item/${at.item}`);
  if (item === undefined) return [];
  const part = `pending/${at.item}`;
  const pending = slice.get<Pending>(part);
  if (!isSuspect(site, item)) {
    slice.delete(part);
    return [];
  }
  if (pending?.isDue === true || !Number.isFinite(turn.nowMs)) {
    slice.delete(part);
    return shown(work, site, at, item);
  }
  if (pending !== undefined || slice.get(`judged/${at.item}`) !== undefined) return [];
  const dueMs = turn.nowMs + settings.settleMs;
  slice.put(part, { dueMs, isDue: false });
  slice.setTimer('judge', Math.min(slice.timer('judge') ?? Infinity, dueMs));
  return [];
}

function shown(work: Work, site: Site, at: ItemRef, item: Item): readonly SessionsOut[] {
  const slice = sliceCell(work.turn, site, at.slice);
  slice.put(`judged/${at.item}`, 1);
  if (item.verdict?.conflict !== 'other_pod') {
    const evasion = pastApiServer(item.fact, strayOf(work, site, item));
    return evasion === undefined ? [] : tellOnce(slice, evasion);
  }
  const owner = ownerOf(work.turn, site, item);
  if (owner === undefined) return [];
  const evasion = markOfOtherPod(item.fact, elsewhereOf(work, site, item, owner));
  const home = work.turn.cell(sessionKey(site.cluster, owner.session));
  return evasion === undefined ? [] : tellOnce(home, evasion);
}

function strayOf({ settings, turn }: Work, site: Site, item: Item) {
  const timeMs = timeOf(item.fact.timeMs);
  const heard = turn.cell(auditKey(site.cluster)).get<Heard>('heard');
  const nearMs = settings.graceMs + settings.clockSkewMs + NEAR_MS;
  const slack = { graceMs: nearMs, clockSkewMs: nearMs };
  const near = (span: Span) => isWithin(span, evidenceOf(item.fact), slack);
  const { createdMs } = podAt(turn.cell(site.cell).get<PodHistory>('pod') ?? [], timeMs, 0);
  return {
    ...{ cluster: site.cluster, isSettled: true, isInteractiveShell: true },
    auditReported: heard !== undefined && heard.fromMs <= timeMs && heard.untilMs >= timeMs,
    isWorkloads: isOfWorkload(turn, site, item),
    isNearSession: spansNear(turn, site, timeMs).some(near),
    ...(createdMs === undefined ? {} : { podCreatedMs: createdMs }),
  };
}

/** From when to when the audit log of a cluster was heard of. */
export interface Heard {
  readonly fromMs: number;
  readonly untilMs: number;
}

function elsewhereOf(work: Work, site: Site, item: Item, owner: Span) {
  const { pid, place } = item.fact;
  const [only, ...others] = item.verdict?.sessions ?? [];
  const here =
    only === undefined || others.length > 0 ? undefined : shownSession(work, site.cluster, only);
  const home = work.turn.cell(sessionKey(site.cluster, owner.session));
  const isStale = allLies(home).some(
    ({ command, conflict }) =>
      conflict === undefined &&
      pid !== undefined &&
      command?.pid === pid &&
      command.node === place.node,
  );
  const { session, userName } = owner;
  const whose = { session, place: owner.place, ...(userName === undefined ? {} : { userName }) };
  return {
    ...{ cluster: site.cluster, owner: whose, isStale },
    ...(here === undefined ? {} : { here }),
  };
}
