/**
 * Owns: on which node a pod was, by what nodes told of it, where neither the request nor the audit log
 * says so. Nothing is said where it may have been either of two.
 *
 * Part of a slice's cell: `node/<node>`, since when in that slice.
 */
import type { Cell, Turn } from '../../../../shared/pipeline/keyed/model.ts';
import { named, type Site, sliceKey, sliceOf } from './cells.ts';
import { deletedAfter, type PodHistory, podAt } from './pod.ts';
import { slicesIn } from './site.ts';

interface NodeSeen {
  readonly node: string;
  readonly timeMs: number;
}

/** A pod has one node for as long as it lives; nothing else is in a slice so often. */
const MAX_NODES = 4;
const BEFORE_MS = 2 * 3_600_000;
const AFTER_MS = 3_600_000;

/** `slice`: of the time `timeMs`. */
export function seeNode(slice: Cell, node: string, timeMs: number): void {
  const part = `node/${named(node)}`;
  const known = slice.get<NodeSeen>(part);
  if (known !== undefined && known.timeMs <= timeMs) return;
  if (known === undefined && slice.entries('node/').length > MAX_NODES) return;
  slice.put(part, { node, timeMs });
}

interface Times {
  readonly from: number;
  readonly until: number;
}

/** The node of the pod while something was open, from what is nearest in time. */
export function nodeThen(turn: Turn, site: Site, { from, until }: Times): string | undefined {
  const main = turn.cell(site.cell);
  const history = main.get<PodHistory>('pod') ?? [];
  const { createdMs = 0 } = podAt(history, from, 0);
  const range = {
    from: Math.max(createdMs, from - BEFORE_MS),
    until: Math.min(deletedAfter(history, from) ?? Infinity, until + AFTER_MS),
  };
  const near = (slice: number) => Math.abs(slice - sliceOf(from));
  const slices = slicesIn(main, range).sort((a, b) => near(a) - near(b) || a - b);
  for (const slice of slices) {
    const nodes = turn.cell(sliceKey(site.cell, slice)).entries<NodeSeen>('node/');
    const [[, only] = [], ...others] = nodes;
    if (others.length > 0) return undefined;
    const isOfLife = only !== undefined && only.timeMs >= createdMs && only.timeMs <= range.until;
    if (isOfLife) return only.node;
  }
  return undefined;
}
