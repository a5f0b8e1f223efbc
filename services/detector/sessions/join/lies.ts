/**
 * Owns: what lies in a session, in the session's cell, and how much of it is kept.
 *
 * Parts: `lies/<item>`, in the order of time; `count`, of those; `more`, what is counted and no longer
 * kept; `elsewhere/<item>`, where its request UID was seen in another pod.
 */
import type { Cell, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { AlertFact, FindingRef, LineFact } from '../facts/model.ts';
import type { Command, Confidence, SessionAlert } from '../model.ts';
import type { Attribution } from './attribute.ts';
import { named, sessionKey, type Site, timeOf, uidKey } from './cells.ts';
import type { Item } from './items.ts';
import { compareCommands } from './line-key.ts';
import { type ItemRef, sliceCell, unindexUid } from './site.ts';

export interface Lies {
  readonly command?: Command;
  readonly alert?: SessionAlert;
  readonly refs: readonly FindingRef[];
  readonly conflict?: NonNullable<Attribution['conflict']>;
  /** A process was started: not one that ran already and did something else. */
  readonly isStart?: true;
  /** Where it lies. */
  readonly site: Site;
  readonly at: ItemRef;
}

interface Count {
  readonly commands: number;
  readonly alerts: number;
}

interface More extends Count {
  readonly confidences: readonly Confidence[];
}

const STARTS: ReadonlySet<string> = new Set(['execve', 'execveat']);
const NONE: Count = { commands: 0, alerts: 0 };
const NO_MORE: More = { ...NONE, confidences: [] };

export function countOf(cell: Cell): Count {
  return cell.get<Count>('count') ?? NONE;
}

export function moreOf(cell: Cell): More {
  return cell.get<More>('more') ?? NO_MORE;
}

export function liesOf(
  { fact, refs }: Item,
  verdict: Attribution,
  session: string,
): Omit<Lies, 'site' | 'at'> {
  const { conflict } = verdict;
  const lying = lyingOf(fact, verdict, session);
  const both = { refs, ...(conflict === undefined ? {} : { conflict }) };
  if (fact.kind === 'alert') return { ...both, alert: alertOf(fact, lying) };
  const isStart = fact.syscalls?.some((name) => STARTS.has(name)) === true;
  return { ...both, command: commandOf(fact, lying), ...(isStart ? { isStart } : {}) };
}

type Lying = Omit<Command, 'isSessionStart' | 'userId' | 'groupId'>;

function lyingOf(fact: Item['fact'], verdict: Attribution, session: string): Lying {
  const { confidence, outlived, sessions } = verdict;
  const { commandLine, eventId, executable, pid, place, requestUid, timeMs } = fact;
  return {
    ...{ eventId, timeMs: timeOf(timeMs), confidence, outlived },
    others: sessions.filter((id) => id !== session),
    ...(place.container === undefined ? {} : { container: place.container }),
    ...(place.node === undefined ? {} : { node: place.node }),
    ...(pid === undefined ? {} : { pid }),
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(executable === undefined ? {} : { executable }),
    ...(requestUid === undefined ? {} : { requestUid }),
  };
}

function commandOf(fact: LineFact, lying: Lying): Command {
  const { groupId, isSessionStart, isWholeSecond, userId } = fact;
  return {
    ...{ ...lying, isSessionStart, isWholeSecond },
    ...(userId === undefined ? {} : { userId }),
    ...(groupId === undefined ? {} : { groupId }),
  };
}

function alertOf({ message, priority, rule }: AlertFact, lying: Lying): SessionAlert {
  return {
    ...{ ...lying, rule },
    ...(priority === undefined ? {} : { priority }),
    ...(message === undefined ? {} : { message }),
  };
}

/** In the order in which they are listed. */
export function allLies(cell: Cell): readonly Lies[] {
  return cell
    .entries<Lies>('lies/')
    .map(([, lies]) => ({ lies, order: orderOf(lies) }))
    .sort((a, b) => compareCommands(a.order, b.order))
    .map(({ lies }) => lies);
}

function orderOf({ alert, at, command }: Lies) {
  const { pid, timeMs = 0 } = command ?? alert ?? {};
  return { key: at.item, timeMs, ...(pid === undefined ? {} : { pid }) };
}

function counted(count: Count, { command }: Lies, by: 1 | -1): Count {
  return command === undefined
    ? { ...count, alerts: count.alerts + by }
    : { ...count, commands: count.commands + by };
}

export function putLies(cell: Cell, lies: Lies): boolean {
  const part = `lies/${lies.at.item}`;
  const known = cell.get<Lies>(part);
  if (known !== undefined && JSON.stringify(known) === JSON.stringify(lies)) return false;
  if (known === undefined) cell.put('count', counted(countOf(cell), lies, 1));
  cell.put(part, lies);
  return true;
}

export function removeLies(cell: Cell, { item }: ItemRef): boolean {
  const part = `lies/${item}`;
  const known = cell.get<Lies>(part);
  if (known === undefined) return false;
  cell.put('count', counted(countOf(cell), known, -1));
  cell.delete(part);
  return true;
}

/**
 * Keeps the first `max` commands, and as many alerts, once there are an eighth more: what is later in
 * time is counted, in whatever order it came. What is seen of a session does not change by it.
 */
export function trimLies(turn: Turn, cell: Cell, max: number): void {
  const { alerts, commands } = countOf(cell);
  const most = max + Math.ceil(max / 8);
  if (commands <= most && alerts <= most) return;
  const all = allLies(cell);
  const beyond = [
    ...all.filter(({ command }) => command !== undefined).slice(max),
    ...all.filter(({ alert }) => alert !== undefined).slice(max),
  ];
  for (const lies of beyond) letGo(turn, lies);
}

/** It is kept nowhere any more, and counted in all sessions that it was in. */
function letGo(turn: Turn, { at, site }: Lies): void {
  const slice = sliceCell(turn, site, at.slice);
  const item = slice.get<Item>(`item/${at.item}`);
  const sessions = item?.verdict?.sessions ?? [];
  for (const session of sessions) countMore(turn.cell(sessionKey(site.cluster, session)), at);
  removeItem(turn, site, at);
  slice.put(`gone/${at.item}`, turn.nowMs);
}

function countMore(cell: Cell, at: ItemRef): void {
  const lies = cell.get<Lies>(`lies/${at.item}`);
  if (lies === undefined) return;
  removeLies(cell, at);
  const more = moreOf(cell);
  const found = (lies.command ?? lies.alert)?.confidence ?? [];
  const confidences = [...new Set(more.confidences.concat(found))].sort();
  cell.put('more', { ...counted(more, lies, 1), confidences });
}

/** From its site; what sessions say of it stays. */
export function removeItem(turn: Turn, site: Site, at: ItemRef): void {
  const slice = sliceCell(turn, site, at.slice);
  const uid = slice.get<Item>(`item/${at.item}`)?.fact.requestUid;
  slice.delete(`item/${at.item}`);
  slice.delete(`held/${at.item}`);
  slice.delete(`pending/${at.item}`);
  slice.delete(`judged/${at.item}`);
  if (uid !== undefined) unindexUid(turn, site, uid, at);
}

/** Sites that ask again whether what they saw of a request UID was left over from its owner. */
export function watchersOf(turn: Turn, cluster: string, requestUid: string): readonly Site[] {
  const uid = turn.cell(uidKey(cluster, requestUid));
  return uid.entries<Site>('watch/').map(([, site]) => site);
}

export function watch(turn: Turn, site: Site, requestUid: string): void {
  const uid = turn.cell(uidKey(site.cluster, requestUid));
  const part = `watch/${named(site.cell)}`;
  if (uid.get(part) === undefined) uid.put(part, site);
}
