/**
 * Owns: what the audit log says of a pod, over the lives that one name may have. A function of the
 * set of what was said, as far as it is not too much.
 */
import type { PodFact } from '../facts/model.ts';
import { timeOf } from './cells.ts';

/** A pod of one name is not made more often while its sessions are kept. */
const MAX_POINTS = 64;

interface Point {
  readonly timeMs: number;
  readonly change: PodFact['change'];
  readonly node?: string;
  readonly privileged?: boolean;
  readonly unconfined?: boolean;
}

/** By time. */
export type PodHistory = readonly Point[];

interface PodThen {
  readonly createdMs?: number;
  readonly node?: string;
  readonly privileged?: boolean;
  readonly unconfined?: boolean;
}

function pointOf(fact: PodFact): Point {
  const { change, place, privileged, unconfined } = fact;
  return {
    ...{ timeMs: timeOf(fact.timeMs), change },
    ...(place.node === undefined ? {} : { node: place.node }),
    ...(privileged === undefined ? {} : { privileged }),
    ...(unconfined === undefined ? {} : { unconfined }),
  };
}

function keyOf(point: Point): string {
  return JSON.stringify(point, ['timeMs', 'change', 'node', 'privileged', 'unconfined']);
}

function compare(a: Point, b: Point): number {
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? -1 : Number(left > right);
}

/** The same array where nothing is new. The latest points are kept. */
export function withFact(history: PodHistory, fact: PodFact): PodHistory {
  const point = pointOf(fact);
  if (history.some((known) => compare(known, point) === 0)) return history;
  return [...history, point].sort(compare).slice(-MAX_POINTS);
}

/** What is known of the pod that had the name at a time. `slackMs`: by so much clocks may differ. */
export function podAt(history: PodHistory, timeMs: number, slackMs: number): PodThen {
  const until = timeMs + slackMs;
  const made = history.findLast(({ change, timeMs: at }) => change === 'created' && at <= until);
  const createdMs = made?.timeMs;
  const bound = history.findLast(
    ({ node, timeMs: at }) => node !== undefined && at <= until && at >= (createdMs ?? 0),
  );
  const later = history.find(({ node, timeMs: at }) => node !== undefined && at > until);
  // A binding comes after the pod was made, and may be after the request that made it.
  const node = bound?.node ?? (isOfSameLife(history, until, later) ? later?.node : undefined);
  return {
    ...(createdMs === undefined ? {} : { createdMs }),
    ...(node === undefined ? {} : { node }),
    ...(made?.privileged === undefined ? {} : { privileged: made.privileged }),
    ...(made?.unconfined === undefined ? {} : { unconfined: made.unconfined }),
  };
}

function isOfSameLife(history: PodHistory, fromMs: number, later: Point | undefined): boolean {
  if (later === undefined) return false;
  return !history.some(
    ({ change, timeMs }) => change !== 'bound' && timeMs > fromMs && timeMs <= later.timeMs,
  );
}

/** When the pod that had the name at `timeMs` was deleted. */
export function deletedAfter(history: PodHistory, timeMs: number): number | undefined {
  return history.find(({ change, timeMs: at }) => change === 'deleted' && at >= timeMs)?.timeMs;
}
