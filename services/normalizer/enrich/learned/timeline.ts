/**
 * Owns: what was known of one thing at one time, from what was said of it at several. The order in
 * which it was said plays no part: audit events come late, twice and in any order. Pure.
 */
import type { Observation, Says } from './fact.ts';

/** Sorted, oldest first, none twice. */
export type Timeline = readonly Observation[];

export interface State {
  readonly says: Says;
  /** Its beginning; where that was not seen, the first time that something was said of it. */
  readonly sinceMs: number;
  readonly isSinceBegin: boolean;
}

/** Two API servers and a node's clock differ a little, and a request is answered before it is told. */
const SKEW_MS = 2_000;
const RANK = { end: 0, start: 1, set: 2 } as const;

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** At the same time: the end of one, the beginning of the next, what is said of it. */
export function compareObservations(a: Observation, b: Observation): number {
  const byTime = a.atMs - b.atMs || RANK[a.change] - RANK[b.change];
  return byTime || compareText(JSON.stringify(a.says), JSON.stringify(b.says));
}

/** With one more, and the newest `most` of them. The same timeline, if it says nothing new. */
export function insert(timeline: Timeline, observation: Observation, most: number): Timeline {
  let at = timeline.length;
  for (; at > 0; at -= 1) {
    const order = compareObservations(timeline[at - 1] as Observation, observation);
    if (order === 0) return timeline;
    if (order < 0) break;
  }
  if (at === 0 && timeline.length >= most) return timeline;
  const next = [...timeline.slice(0, at), observation, ...timeline.slice(at)];
  return next.length > most ? next.slice(next.length - most) : next;
}

/** Index of the last beginning up to `atMs`; -1: what is known begins before all that was said. */
function beginOf(timeline: Timeline, atMs: number): number {
  for (let i = timeline.length - 1; i >= 0; i -= 1) {
    const { atMs: time, change } = timeline[i] as Observation;
    if (change === 'start' && time <= atMs + SKEW_MS) return i;
  }
  return -1;
}

function afterOf(timeline: Timeline, begin: number): number {
  const next = timeline.findIndex(({ change }, i) => i > begin && change === 'start');
  return next < 0 ? timeline.length : next;
}

function said(life: Timeline, atMs: number): Says {
  const later = life.filter((o) => o.atMs > atMs + SKEW_MS).reverse();
  const sooner = life.filter((o) => o.atMs <= atMs + SKEW_MS);
  // What is said later of what can not change was so all along; of two, the nearer is believed.
  return Object.assign({}, ...[...later, ...sooner].map(({ says }) => says)) as Says;
}

/**
 * What holds at `atMs` of what does not change while it lives. One that is gone is still known: its
 * last commands are told after its end.
 */
export function knownAt(timeline: Timeline, atMs: number): State | undefined {
  const begin = beginOf(timeline, atMs);
  const first = Math.max(begin, 0);
  const after = afterOf(timeline, begin);
  if (first >= after) return undefined;
  const only = timeline[first] as Observation;
  const isSinceBegin = begin >= 0;
  // One observation is the common case, and this is asked of every event.
  const says = after - first === 1 ? only.says : said(timeline.slice(first, after), atMs);
  return { says, sinceMs: only.atMs, isSinceBegin };
}

/** All that was said is of before: what holds now holds for every later time, until more is said. */
export function isSettled(timeline: Timeline, atMs: number): boolean {
  const last = timeline.at(-1);
  return last === undefined || last.atMs <= atMs;
}

/** What holds at `atMs` of what can change; undefined, too, once it is gone. */
export function stateAt(timeline: Timeline, atMs: number): State | undefined {
  const begin = Math.max(beginOf(timeline, atMs), 0);
  const life = timeline.slice(begin).filter((o) => o.atMs <= atMs + SKEW_MS);
  const first = life[0];
  if (first === undefined || life.at(-1)?.change === 'end') return undefined;
  const says = Object.assign({}, ...life.map((o) => o.says)) as Says;
  return { says, sinceMs: first.atMs, isSinceBegin: first.change === 'start' };
}

function holds(says: Says, name: string, member: string): boolean {
  const list = says[name];
  return Array.isArray(list) ? list.includes(member) : list === member;
}

/**
 * Since when, without a break, `member` stands in the list `name`; `isSinceBegin` false: it did when
 * first looked at. Undefined: it does not.
 */
export function memberSince(
  timeline: Timeline,
  name: string,
  member: string,
  atMs: number,
): (Observation & { readonly isSinceBegin: boolean }) | undefined {
  const begin = Math.max(beginOf(timeline, atMs), 0);
  const told = timeline
    .slice(begin)
    .filter((o) => o.atMs <= atMs + SKEW_MS && (o.change === 'end' || o.says[name] !== undefined));
  const lacks = told.findLastIndex((o) => o.change === 'end' || !holds(o.says, name, member));
  const since = told[lacks + 1];
  if (since === undefined) return undefined;
  return { ...since, isSinceBegin: lacks >= 0 || since.change === 'start' };
}
