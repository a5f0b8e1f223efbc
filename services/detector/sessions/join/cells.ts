/**
 * Owns: the cells that sessions are put together in, and how times and names stand in their parts.
 *
 *   site      a pod or a node: sessions that are open there, what the audit log says of the pod, in
 *             which slices something lies
 *   slice     some minutes of a site: lines, alerts, sessions that have ended
 *   session   one session: its request, what lies in it, what was told of it
 *   uid       one request UID: whose it is, and at which sites lines have it
 *   reported  a node or a cluster: when anything was told of its processes
 *   marks     a namespace: when sessions were marked
 *   audit     a cluster: from when to when its audit log was heard of
 *   workload  what a workload runs by itself
 *
 * So a cell stays small however long a pod lives, and a line is about a few cells, whatever else is.
 */
import { contentId } from '../../../../shared/domain/ids.ts';
import { cellKey } from '../../../../shared/pipeline/keyed/cell-key.ts';
import type { CellKey } from '../../../../shared/pipeline/keyed/model.ts';
import type { Place, SessionFact } from '../facts/model.ts';

/** About 17 minutes. */
const SLICE_MS = 2 ** 20;
/** The end of the year 9999. */
export const LAST_MS = 253_402_300_799_999;
const TIME_DIGITS = 15;
const MAX_NAME_CHARS = 64;
const PLAIN = /^[\w.-]*$/;

/** A pod, or a node where no pod is known. Plain JSON: sites stand in cells. */
export interface Site {
  readonly cell: CellKey;
  readonly cluster: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly node?: string;
}

function podSite(cluster: string, namespace: string, pod: string): Site {
  return { cell: cellKey('pod', cluster, namespace, pod), cluster, namespace, pod };
}

export function nodeSite(cluster: string, node: string): Site {
  return { cell: cellKey('node', cluster, node), cluster, node };
}

/** What has neither pod nor node has a site, too: it must lie somewhere. */
export function siteOf(cluster: string, { namespace = '', node = '', pod }: Place): Site {
  return pod === undefined ? nodeSite(cluster, node) : podSite(cluster, namespace, pod);
}

export function sliceOf(timeMs: number): number {
  return Math.floor(timeMs / SLICE_MS);
}

export function sliceKey(site: CellKey, slice: number): CellKey {
  return cellKey('slice', site, String(slice));
}

export function sessionKey(cluster: string, session: string): CellKey {
  return cellKey('session', cluster, session);
}

export function uidKey(cluster: string, requestUid: string): CellKey {
  return cellKey('uid', cluster, requestUid);
}

/** Without `node`: of the whole cluster. */
export function reportedKey(cluster: string, node?: string): CellKey {
  return node === undefined ? cellKey('reported', cluster) : cellKey('reported', cluster, node);
}

export function marksKey(cluster: string, namespace: string): CellKey {
  return cellKey('marks', cluster, namespace);
}

export function auditKey(cluster: string): CellKey {
  return cellKey('audit', cluster);
}

/** `workload`: as baseline.ts names it. */
export function workloadKey(cluster: string, workload: string): CellKey {
  return cellKey('workload', cluster, workload);
}

/** A time that a part can be named by: what is no number, or before 1970, is 1970. */
export function timeOf(timeMs: number): number {
  if (!(timeMs > 0)) return 0;
  return Math.min(Math.floor(timeMs), LAST_MS);
}

/** In the order of time; `timeMs` is a timeOf or the number of a slice. */
export function timeText(timeMs: number): string {
  return String(timeMs).padStart(TIME_DIGITS, '0');
}

/** Any text as a piece of a part's name: short, without a slash, told apart from any other. */
export function named(text: string): string {
  return text.length <= MAX_NAME_CHARS && PLAIN.test(text) ? text : `~${contentId([text])}`;
}

/** The last piece of a part's name. */
export function lastOf(part: string): string {
  return part.slice(part.lastIndexOf('/') + 1);
}

/** The cells that nearly every decision on `fact` reads. */
export function cellsOfFact(cluster: string, fact: SessionFact): readonly CellKey[] {
  const site = siteOf(cluster, fact.place).cell;
  const cells = [site, sliceKey(site, sliceOf(timeOf(fact.timeMs)))];
  if (fact.kind === 'pod') return [...cells, auditKey(cluster)];
  if (fact.requestUid !== undefined) cells.push(uidKey(cluster, fact.requestUid));
  if (fact.kind === 'request') {
    const marks = marksKey(cluster, fact.place.namespace ?? '');
    return [...cells, sessionKey(cluster, fact.session), marks, auditKey(cluster)];
  }
  cells.push(reportedKey(cluster));
  if (fact.place.node !== undefined) cells.push(reportedKey(cluster, fact.place.node));
  return cells;
}
