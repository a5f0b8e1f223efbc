/**
 * Owns: commands and alerts as they lie at their site, each once, with the sessions that they are of.
 *
 * Parts of a slice's cell:
 *   item/<time>/<key>     the line or alert
 *   held/<time>/<key>     findings on it that wait for its session
 *   gone/<time>/<key>     it was counted in its session, and is not kept: the session has too many
 */
import type { Cell, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { AlertFact, FindingRef, HeldFinding, LineFact } from '../facts/model.ts';
import type { SessionSettings } from '../settings.ts';
import type { Attribution, Evidence } from './attribute.ts';
import { type Site, siteOf, sliceKey, sliceOf, named, timeOf, timeText, uidKey } from './cells.ts';
import { lineKey } from './line-key.ts';
import { seeNode } from './node.ts';
import { indexUid, type ItemRef, markItem, sliceCell } from './site.ts';

export interface Item {
  /** Its findings are in `refs`, or wait in `held/`. */
  readonly fact: LineFact | AlertFact;
  readonly refs: readonly FindingRef[];
  /** When it came. */
  readonly seenMs: number;
  readonly verdict?: Attribution;
}

export interface Held {
  readonly dueMs: number;
  readonly findings: readonly HeldFinding[];
  /** It has waited long enough. */
  readonly isDue: boolean;
}

const MAX_REFS = 64;
/** At which one request UID may be seen: an owner who comes later is looked for from each. */
const MAX_SITES = 1000;

function itemRef(fact: LineFact | AlertFact): ItemRef {
  const timeMs = timeOf(fact.timeMs);
  const key = fact.kind === 'line' ? `l${lineKey(fact)}` : `a${named(fact.eventId)}`;
  return { slice: sliceOf(timeMs), item: `${timeText(timeMs)}/${key}` };
}

export function readItem(turn: Turn, site: Site, { item, slice }: ItemRef): Item | undefined {
  return turn.cell(sliceKey(site.cell, slice)).get<Item>(`item/${item}`);
}

/** Of the same line that came twice the one counts that any order of the two gives. */
function firstOf(known: Item, fact: LineFact | AlertFact): Item['fact'] {
  return known.fact.eventId <= fact.eventId ? known.fact : { ...fact, findings: [] };
}

/** False where all of it is known. */
export function addItem(
  turn: Turn,
  cluster: string,
  fact: LineFact | AlertFact,
  settings: SessionSettings,
): boolean {
  const site = siteOf(cluster, fact.place);
  const ref = itemRef(fact);
  const cell = sliceCell(turn, site, ref.slice);
  if (cell.get(`gone/${ref.item}`) !== undefined) return false;
  const known = cell.get<Item>(`item/${ref.item}`);
  const fresh = unknownOf(fact.findings, known?.refs ?? []);
  if (known !== undefined && fresh.length === 0 && known.fact.eventId <= fact.eventId) return false;
  cell.put(`item/${ref.item}`, {
    ...(known ?? { seenMs: turn.nowMs }),
    fact: known === undefined ? { ...fact, findings: [] } : firstOf(known, fact),
    refs: [...(known?.refs ?? []), ...fresh.map(refOf)].sort(byId),
  });
  if (fresh.length > 0) hold(cell, ref.item, fresh, turn.nowMs + settings.holdFindingsMs);
  if (fact.requestUid !== undefined)
    withUid(turn, site, { ref, requestUid: fact.requestUid }, settings);
  if (fact.place.node !== undefined) seeNode(cell, fact.place.node, timeOf(fact.timeMs));
  if (cell.timer('forget') === undefined) {
    cell.setTimer('forget', turn.nowMs + settings.lateEventsMs);
  }
  markItem(turn, site, ref.slice, ref.item);
  return true;
}

function unknownOf(findings: readonly HeldFinding[], known: readonly FindingRef[]) {
  const ids = new Set(known.map(({ id }) => id));
  return findings.slice(0, MAX_REFS).filter(({ id }) => !ids.has(id));
}

function refOf(finding: HeldFinding): FindingRef {
  const { id, level, message, mode, ruleId, ruleName, timeMs } = finding;
  return { id, ruleId, ruleName, level, mode, timeMs, message };
}

function byId(a: FindingRef, b: FindingRef): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function hold(cell: Cell, item: string, findings: readonly HeldFinding[], untilMs: number): void {
  const held = cell.get<Held>(`held/${item}`);
  const dueMs = held?.dueMs ?? untilMs;
  cell.put(`held/${item}`, {
    ...{ dueMs, isDue: false },
    findings: [...(held?.findings ?? []), ...findings],
  });
  cell.setTimer('hold', Math.min(cell.timer('hold') ?? dueMs, dueMs));
}

/** Whose request UID it is may be known later, and elsewhere. */
function withUid(
  turn: Turn,
  site: Site,
  { ref, requestUid }: { readonly ref: ItemRef; readonly requestUid: string },
  { keepClosedMs }: SessionSettings,
): void {
  indexUid(turn, site, requestUid, ref);
  const uid = turn.cell(uidKey(site.cluster, requestUid));
  const part = `site/${named(site.cell)}`;
  if (uid.get(part) !== undefined || uid.entries('site/').length >= MAX_SITES) return;
  uid.put(part, site);
  if (uid.timer('forget') === undefined) uid.setTimer('forget', turn.nowMs + keepClosedMs);
}

export function evidenceOf(fact: LineFact | AlertFact): Evidence {
  const { place, requestUid, timeMs } = fact;
  const isLine = fact.kind === 'line';
  const alertScope = place.pod === undefined ? 'node' : 'container';
  return {
    ...{ timeMs: timeOf(timeMs), place },
    isWholeSecond: isLine && fact.isWholeSecond,
    scope: isLine ? fact.scope : alertScope,
    ...(requestUid === undefined ? {} : { requestUid }),
  };
}
