/**
 * Owns: carrying when and where a session was open to whoever compares lines with it: its pod, its
 * node, and whoever has lines with its request UID.
 */
import type { Turn } from '../../../../shared/pipeline/keyed/model.ts';
import type { SessionSettings } from '../settings.ts';
import type { Span } from './attribute.ts';
import { named, nodeSite, type Site, uidKey } from './cells.ts';
import { type Kept, spanOf } from './session-state.ts';
import { markUid, moveSpan, slackOf } from './site.ts';

/** Times and place of a session to where lines are compared with them. */
export function carry(
  turn: Turn,
  before: Kept | undefined,
  after: Kept | undefined,
  settings: SessionSettings,
): void {
  const [old, now] = [spanOfKept(before), spanOfKept(after)];
  if (JSON.stringify(old) === JSON.stringify(now)) return;
  const slackMs = slackOf(settings);
  for (const [site, moved] of movesOf(before, after)) moveSpan(turn, site, moved, slackMs);
  const kept = after ?? before;
  if (kept === undefined) return;
  if (old?.requestUid !== undefined) tellOwner(turn, kept, old.requestUid, undefined);
  if (now?.requestUid !== undefined) tellOwner(turn, kept, now.requestUid, now);
}

function spanOfKept(kept: Kept | undefined): Span | undefined {
  return kept === undefined ? undefined : spanOf(kept);
}

interface Move {
  before?: Span;
  after?: Span;
}

/** At its pod, and for a debug session of a node at the node as well. */
function movesOf(before: Kept | undefined, after: Kept | undefined) {
  const moves = new Map<string, readonly [Site, Move]>();
  for (const [when, kept] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const span = spanOfKept(kept);
    if (kept === undefined || span === undefined) continue;
    for (const site of sitesOf(kept, span)) {
      const move = moves.get(site.cell)?.[1] ?? {};
      move[when] = span;
      moves.set(site.cell, [site, move]);
    }
  }
  return moves.values();
}

export function sitesOf({ life, site }: Kept, span: Span): readonly Site[] {
  const { node } = span.place;
  if (span.kind !== 'debug-node' || node === undefined || site.pod === undefined) return [site];
  return [site, nodeSite(life.cluster, node)];
}

/** Whoever has lines with its request UID decides on them again. */
function tellOwner(turn: Turn, { life }: Kept, requestUid: string, span: Span | undefined): void {
  const uid = turn.cell(uidKey(life.cluster, requestUid));
  uid.put(`owner/${named(life.id)}`, span);
  for (const [, site] of uid.entries<Site>('site/')) markUid(turn, site, requestUid);
}
