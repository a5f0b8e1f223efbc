/**
 * Owns: telling that records of a collector are missing, and that they came after all.
 * A collector that stops for good, or is started again under a new name, leaves no gap.
 */
import { ANY_CLUSTER } from '../../../shared/domain/coverage.ts';
import {
  firstSequences,
  type Range,
  rangeText,
  type Sequences,
  sizeOf,
  taken,
  without,
} from './sequences.ts';
import { collectorKey, type Episode, LANE_KEY } from './model.ts';
import type { SequenceReading } from './read-signal.ts';
import { DAY_MS } from './settings.ts';
import { type About, arrivalOf, isAhead, laneOf, tellBegin, tellEnd, type Turn } from './turn.ts';
import { clock, counted } from './wording.ts';

interface Gap extends Episode {
  readonly missing: readonly Range[];
}

interface Collector {
  readonly name: string;
  /** Clusters that it took something for, sorted; a gap may be of any of them. */
  readonly clusters: readonly string[];
  readonly lastMs: number;
  readonly sequences: Sequences;
  /** Told, and not filled yet. */
  readonly gaps: readonly Gap[];
  readonly toldMs: number;
  /** Where it stands in the indexes; 0: not there. */
  readonly dueMs: number;
  readonly idleMs: number;
}

/** So many ranges are kept of one collector; when there are more, they are told at once. */
const MAX_HOLES = 500;
const MAX_GAPS = 20;
const MAX_CLUSTERS = 8;
const RANGES_SHOWN = 20;
/** Of one lane: each start of a process is a new one. */
export const MAX_COLLECTORS = 1000;
/** What has not come for a day does not come any more. */
const GIVE_UP_MS = DAY_MS;
/** A collector of a quiet cluster sends for days nothing, and is still the same. */
const FORGET_MS = 30 * DAY_MS;

function aboutOf(key: string, { clusters, name }: Collector): About {
  const [only] = clusters;
  const cluster = clusters.length === 1 && only !== undefined ? only : ANY_CLUSTER;
  return { cluster, collector: name, key };
}

function shown(ranges: readonly Range[]): readonly string[] {
  return ranges.slice(0, RANGES_SHOWN).map(rangeText);
}

function wantedDueMs(collector: Collector, allowanceMs: number): number {
  const { gaps, lastMs, sequences, toldMs } = collector;
  const oldest = sequences.holes.reduce((ms, [, , sinceMs]) => Math.min(ms, sinceMs), Infinity);
  // Holes are told together: not one event for each.
  const hole = Math.max(oldest, toldMs) + allowanceMs;
  const first = gaps[0];
  return Math.min(hole, first === undefined ? Infinity : first.atMs + GIVE_UP_MS, lastMs + DAY_MS);
}

function keep(turn: Turn, key: string, collector: Collector, nowMs?: number): void {
  const { memory, settings } = turn;
  const isDoubtful = nowMs === undefined && isAhead(turn, collector.lastMs);
  const usual = wantedDueMs(collector, settings.gapAllowanceMs);
  const wanted = isDoubtful ? laneOf(turn).nowMs + 1 : usual;
  let { dueMs } = collector;
  if (nowMs !== undefined || dueMs === 0 || wanted < dueMs) {
    if (dueMs !== 0) memory.removeFrom('due', dueMs, key);
    dueMs = nowMs === undefined ? wanted : Math.min(Math.max(wanted, nowMs + 1), nowMs + DAY_MS);
    memory.addTo('due', dueMs, key);
  }
  let { idleMs } = collector;
  // Once a day is often enough to know who has been quiet for longest.
  if (nowMs !== undefined || idleMs === 0) {
    if (idleMs !== 0) memory.removeFrom('idle', idleMs, key);
    idleMs = collector.lastMs;
    memory.addTo('idle', idleMs, key);
  }
  memory.put(key, { ...collector, dueMs, idleMs });
}

function forget(turn: Turn, key: string): void {
  const { memory } = turn;
  const collector = memory.get<Collector>(key);
  if (collector === undefined) return;
  memory.removeFrom('due', collector.dueMs, key);
  memory.removeFrom('idle', collector.idleMs, key);
  memory.delete(key);
  const lane = laneOf(turn);
  memory.put(LANE_KEY, { ...lane, collectors: lane.collectors - 1 });
}

/** The collector as remembered, or a new one in place of the one that was quiet for longest. */
function recalled(turn: Turn, key: string, { collector, sequence }: SequenceReading): Collector {
  const { memory } = turn;
  const known = memory.get<Collector>(key);
  if (known !== undefined) return known;
  const oldest = laneOf(turn).collectors < MAX_COLLECTORS ? undefined : memory.first('idle');
  if (oldest !== undefined) forget(turn, oldest.key);
  const lane = laneOf(turn);
  memory.put(LANE_KEY, { ...lane, collectors: lane.collectors + 1 });
  return newCollector(collector, sequence);
}

function told(turn: Turn, key: string, collector: Collector, missing: readonly Range[]): void {
  const about = aboutOf(key, collector);
  const episode = collector.gaps.at(-1) as Gap;
  const { sinceMs } = episode;
  const count = sizeOf(missing);
  const records = counted(count, 'record');
  tellBegin(
    turn,
    { about, kind: 'gap', episode },
    {
      ...{ level: 'high', expected: count, seen: 0, reason: 'missing' },
      ranges: shown(missing),
      message: `${records} that collector ${collector.name} numbered by ${clock(sinceMs)} ${count === 1 ? 'is' : 'are'} missing behind it: ${shown(missing).join(', ')}${missing.length > RANGES_SHOWN ? ' …' : ''}`,
    },
  );
}

function ended(turn: Turn, about: About, gap: Gap, timeMs: number): void {
  const missing = sizeOf(gap.missing);
  const message =
    missing === 0
      ? `All missing records of collector ${about.collector} have arrived by ${clock(timeMs)}`
      : `${counted(missing, 'record')} of collector ${about.collector} did not arrive within a day and are taken for lost: ${shown(gap.missing).join(', ')}`;
  tellEnd(
    turn,
    { about, kind: 'gap', episode: gap },
    {
      ...{ timeMs, message, reason: missing === 0 ? 'arrived' : 'given_up' },
      ...(missing === 0 ? {} : { ranges: shown(gap.missing) }),
    },
  );
}

/** Makes one gap of all holes that are old enough; of all there are where they are too many. */
function withTold(turn: Turn, key: string, collector: Collector, nowMs: number): Collector {
  const { sequences, toldMs } = collector;
  const allowanceMs = turn.settings.gapAllowanceMs;
  const isFull = sequences.holes.length > MAX_HOLES;
  if (!isFull && nowMs - toldMs < allowanceMs) return collector;
  const isDue = ([, , sinceMs]: readonly [number, number, number]) =>
    isFull || nowMs - sinceMs >= allowanceMs;
  const due = sequences.holes.filter(isDue);
  const [first] = due;
  if (first === undefined) return collector;
  const missing = due.map(([from, to]): Range => [from, to]);
  const sinceMs = due.reduce((ms, [, , since]) => Math.min(ms, since), first[2]);
  const gap: Gap = { atMs: nowMs, sinceMs, told: true, missing };
  const holes = sequences.holes.filter((hole) => !isDue(hole));
  const next = {
    ...collector,
    sequences: { ...sequences, holes },
    gaps: [...collector.gaps, gap],
    toldMs: nowMs,
  };
  told(turn, key, next, missing);
  return next;
}

/** Without the gaps that are filled, and those that are waited for no longer. */
function withoutEnded(turn: Turn, key: string, collector: Collector, nowMs: number): Collector {
  const excess = Math.max(0, collector.gaps.length - MAX_GAPS);
  const isOver = (gap: Gap, at: number) =>
    gap.missing.length === 0 || nowMs - gap.atMs >= GIVE_UP_MS || at < excess;
  const over = collector.gaps.filter(isOver);
  if (over.length === 0) return collector;
  for (const gap of over) ended(turn, aboutOf(key, collector), gap, nowMs);
  return { ...collector, gaps: collector.gaps.filter((gap, at) => !isOver(gap, at)) };
}

function withNumber(collector: Collector, sequence: number, nowMs: number): Collector {
  const gaps = collector.gaps.map((gap) => ({ ...gap, missing: without(gap.missing, sequence) }));
  return { ...collector, gaps, sequences: taken(collector.sequences, sequence, nowMs) };
}

function newCollector(name: string, sequence: number): Collector {
  const sequences = firstSequences(sequence);
  return { name, clusters: [], lastMs: 0, sequences, gaps: [], toldMs: 0, dueMs: 0, idleMs: 0 };
}

function withCluster(clusters: readonly string[], cluster: string): readonly string[] {
  if (clusters.includes(cluster) || clusters.length === MAX_CLUSTERS) return clusters;
  return [...clusters, cluster].sort();
}

/** A record of a collector has come through. */
export function onSequence(turn: Turn, reading: SequenceReading): void {
  const { cluster, collector: name, refused, sequence, timeMs } = reading;
  const key = collectorKey(name);
  const nowMs = arrivalOf(turn, timeMs);
  const before = recalled(turn, key, reading);
  const numbers = [...refused, sequence].sort((a, b) => a - b);
  const after = numbers.reduce((c, number) => withNumber(c, number, nowMs), before);
  const lastMs = Math.max(before.lastMs, nowMs);
  const known = { ...after, lastMs, clusters: withCluster(before.clusters, cluster) };
  const isFull = known.sequences.holes.length > MAX_HOLES;
  const next = isFull ? withTold(turn, key, known, nowMs) : known;
  keep(turn, key, withoutEnded(turn, key, next, nowMs));
}

/** Times that are still ahead of the ticks are a wrong clock's. */
function inTime(turn: Turn, collector: Collector, nowMs: number): Collector {
  if (!isAhead(turn, collector.lastMs)) return collector;
  const { sequences, toldMs } = collector;
  const holes = sequences.holes.map(
    ([from, to, sinceMs]) => [from, to, Math.min(sinceMs, nowMs)] as const,
  );
  const before = { lastMs: nowMs, toldMs: Math.min(toldMs, nowMs) };
  return { ...collector, ...before, sequences: { ...sequences, holes } };
}

/** The timer of a collector has fired. */
export function onCollectorTimer(turn: Turn, key: string, nowMs: number): void {
  const { memory } = turn;
  const known = memory.get<Collector>(key);
  if (known === undefined) return;
  const collector = inTime(turn, known, nowMs);
  const next = withoutEnded(turn, key, withTold(turn, key, collector, nowMs), nowMs);
  if (nowMs - next.lastMs < FORGET_MS || next.gaps.length > 0) keep(turn, key, next, nowMs);
  else forget(turn, key);
}
