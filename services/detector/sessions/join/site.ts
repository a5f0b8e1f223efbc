/**
 * Owns: a site's cells: which slices it has, which sessions were open there and when, and what is to
 * be decided again at the end of the batch.
 *
 * Parts of the site's own cell:
 *   site                  what it is
 *   slice/<n>             there is something in that slice
 *   span/<id>             a session that is open, or was open for long
 *   uid/<uid>/<n>         slices in which lines have that request UID
 *   dirty/…               lines, request UIDs and times to decide on again; gone when the batch ends
 * Of a slice's: span/<id>, uid/<uid>/<item>, and what items.ts says.
 */
import type { Cell, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { Span, Tolerance } from './attribute.ts';
import { QUIET_MS } from './baseline.ts';
import { LAST_MS, lastOf, named, type Site, sliceKey, sliceOf, timeOf, timeText } from './cells.ts';

/** An ended session stands in so many slices; one that was open for longer in the site's cell. */
const MAX_SLICES = 4;
/** Whole seconds, and what counts as of a session after its end (windows.ts). */
const INFERENCE_MS = 2000;

export function slackOf({ clockSkewMs, graceMs }: Tolerance): number {
  return clockSkewMs + graceMs + INFERENCE_MS;
}

export function siteCell(turn: Turn, site: Site): Cell {
  const cell = turn.cell(site.cell);
  if (cell.get('site') === undefined) cell.put('site', site);
  return cell;
}

/** Of a slice that something is to lie in. */
export function sliceCell(turn: Turn, site: Site, slice: number): Cell {
  const main = siteCell(turn, site);
  const part = `slice/${timeText(slice)}`;
  if (main.get(part) === undefined) main.put(part, 1);
  const cell = turn.cell(sliceKey(site.cell, slice));
  if (cell.get('of') === undefined) cell.put('of', { site, slice });
  return cell;
}

export interface SliceOf {
  readonly site: Site;
  readonly slice: number;
}

interface Range {
  readonly from: number;
  readonly until: number;
}

/** Numbers of the slices with something in them that a time between the two lies in. */
export function slicesIn(main: Cell, { from, until }: Range): number[] {
  return main
    .entries('slice/')
    .map(([part]) => Number(lastOf(part)))
    .filter((slice) => slice >= sliceOf(from) && slice <= sliceOf(until));
}

function rangeOf({ askedMs, fromMs, untilMs }: Span, slackMs: number): Range {
  const from = Math.min(askedMs ?? fromMs, fromMs);
  const until = untilMs === undefined ? LAST_MS : Math.max(fromMs, untilMs);
  return { from: timeOf(from - slackMs), until: timeOf(until + slackMs) };
}

/** The slices that an ended session stands in; undefined: in the site's own cell. */
function placesOf(span: Span, slackMs: number): readonly number[] | undefined {
  const { from, until } = rangeOf(span, slackMs);
  const first = sliceOf(from);
  // What a session has left behind matters for so long (baseline.ts).
  const count = sliceOf(until + QUIET_MS) - first + 1;
  return count > MAX_SLICES ? undefined : Array.from({ length: count }, (_, i) => first + i);
}

function spanCells(turn: Turn, site: Site, span: Span, slackMs: number): readonly Cell[] {
  const places = placesOf(span, slackMs);
  if (places === undefined) return [siteCell(turn, site)];
  return places.map((slice) => sliceCell(turn, site, slice));
}

/** What lay in it, or lies in it now, is decided again. Either may be absent. */
export function moveSpan(
  turn: Turn,
  site: Site,
  { after, before }: { readonly before?: Span; readonly after?: Span },
  slackMs: number,
): void {
  if (before !== undefined) {
    removeSpan(turn, site, before, slackMs);
    markTimes(turn, site, rangeOf(before, slackMs));
  }
  if (after === undefined) return;
  for (const cell of spanCells(turn, site, after, slackMs)) {
    cell.put(`span/${named(after.session)}`, after);
  }
  markTimes(turn, site, rangeOf(after, slackMs));
}

/** Without another decision on what lies there. The slices that it stood in. */
export function removeSpan(turn: Turn, site: Site, span: Span, slackMs: number): readonly number[] {
  for (const cell of spanCells(turn, site, span, slackMs)) {
    cell.delete(`span/${named(span.session)}`);
  }
  return placesOf(span, slackMs) ?? [];
}

/** All sessions that may have been open then, and more. */
export function spansNear(turn: Turn, site: Site, timeMs: number): readonly Span[] {
  const cells = [turn.cell(site.cell), turn.cell(sliceKey(site.cell, sliceOf(timeMs)))];
  return cells.flatMap((cell) => cell.entries<Span>('span/').map(([, span]) => span));
}

export function markTimes(turn: Turn, site: Site, { from, until }: Range): void {
  siteCell(turn, site).put(`dirty/times/${timeText(from)}-${timeText(until)}`, { from, until });
}

export function markItem(turn: Turn, site: Site, slice: number, item: string): void {
  siteCell(turn, site).put(`dirty/item/${timeText(slice)}/${item}`, { slice, item });
}

/** All that has this request UID at the site is decided again. */
export function markUid(turn: Turn, site: Site, requestUid: string): void {
  siteCell(turn, site).put(`dirty/uid/${named(requestUid)}`, requestUid);
}

export interface ItemRef {
  readonly slice: number;
  /** `<time>/<key>`, as it stands in parts. */
  readonly item: string;
}

export function indexUid(turn: Turn, site: Site, uid: string, { item, slice }: ItemRef): void {
  siteCell(turn, site).put(`uid/${named(uid)}/${timeText(slice)}`, 1);
  sliceCell(turn, site, slice).put(`uid/${named(uid)}/${item}`, 1);
}

export function unindexUid(turn: Turn, site: Site, uid: string, { item, slice }: ItemRef): void {
  turn.cell(sliceKey(site.cell, slice)).delete(`uid/${named(uid)}/${item}`);
}

/** What is to be decided again, in the order of time; asked once, it is no more. */
export function takeDirty(turn: Turn, site: Site): readonly ItemRef[] {
  const main = turn.cell(site.cell);
  const found = new Map<string, ItemRef>();
  const add = (ref: ItemRef) => found.set(ref.item, ref);
  for (const [, ref] of main.entries<ItemRef>('dirty/item/')) add(ref);
  for (const [, uid] of main.entries<string>('dirty/uid/')) withUid(turn, site, uid).forEach(add);
  for (const [, range] of main.entries<Range>('dirty/times/')) {
    between(turn, site, range).forEach(add);
  }
  for (const [part] of main.entries('dirty/')) main.delete(part);
  return [...found.values()].sort((a, b) => (a.item < b.item ? -1 : Number(a.item > b.item)));
}

function withUid(turn: Turn, site: Site, uid: string): readonly ItemRef[] {
  const prefix = `uid/${named(uid)}/`;
  return turn
    .cell(site.cell)
    .entries(prefix)
    .map(([part]) => Number(lastOf(part)))
    .flatMap((slice) =>
      turn
        .cell(sliceKey(site.cell, slice))
        .entries(prefix)
        .map(([part]) => ({ slice, item: part.slice(prefix.length) })),
    );
}

function between(turn: Turn, site: Site, range: Range): readonly ItemRef[] {
  return slicesIn(turn.cell(site.cell), range).flatMap((slice) =>
    turn
      .cell(sliceKey(site.cell, slice))
      .entries('item/')
      .map(([part]) => part.slice('item/'.length))
      .filter((item) => isWithin(item, range))
      .map((item) => ({ slice, item })),
  );
}

function isWithin(item: string, { from, until }: Range): boolean {
  const timeMs = Number(item.slice(0, item.indexOf('/')));
  return timeMs >= from && timeMs <= until;
}
