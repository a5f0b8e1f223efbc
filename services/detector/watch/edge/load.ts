/**
 * Owns: reading what a batch can touch from the lane's state: the keys of its signals, the timers
 * that its ticks make fire, and who may have to make room. Never the whole state.
 */
import type { Signal } from '../../../../schemas/generated/avro.ts';
import type { Coverage } from '../../../../shared/domain/coverage.ts';
import type { Decide } from '../../../../shared/pipeline/decide.ts';
import { type Envelope, isTick, type Tick } from '../../../../shared/pipeline/stage.ts';
import type { StateReader } from '../../../../shared/ports/log.ts';
import { MAX_COLLECTORS } from '../gaps.ts';
import { entryOf, type IndexName } from '../memory.ts';
import {
  collectorKey,
  groupKey,
  groupKeyOf,
  LANE_KEY,
  type LaneMemory,
  lostKey,
  NEW_LANE,
  senderKey,
} from '../model.ts';
import { readSignal } from '../read-signal.ts';
import type { CoverageSettings } from '../settings.ts';
import { TIMERS_PER_TICK, watchCoverage } from '../stage.ts';

type Batch = readonly Envelope<Signal | Tick>[];

/** Keys of what the signals are about. */
function keysOf(batch: Batch): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { value } of batch) {
    const reading = isTick(value) ? undefined : readSignal(value);
    if (reading === undefined || 'code' in reading) continue;
    if (reading.kind === 'sequence') {
      keys.add(collectorKey(reading.collector));
      continue;
    }
    const { cluster, sender, source } = reading;
    if (reading.kind === 'lost') keys.add(lostKey(cluster, source, sender));
    else {
      keys.add(groupKey(cluster, source));
      keys.add(senderKey(cluster, source, sender));
    }
  }
  return keys;
}

/** The first entries of an index: `limit` of them, up to `untilMs`. */
async function firstOf(
  state: StateReader,
  index: IndexName,
  limit: number,
  untilMs = Number.POSITIVE_INFINITY,
): Promise<readonly string[]> {
  const found: string[] = [];
  if (limit === 0) return found;
  for await (const [entry] of state.scan(`${index}/`)) {
    if (entryOf(index, entry).timeMs > untilMs) break;
    found.push(entry);
    if (found.length === limit) break;
  }
  return found;
}

async function readInto(
  snapshot: Map<string, Buffer>,
  state: StateReader,
  keys: Iterable<string>,
): Promise<void> {
  const wanted = [...new Set(keys)].filter((key) => !snapshot.has(key));
  const values = await state.getMany(wanted);
  wanted.forEach((key, i) => {
    const value = values[i];
    if (value !== undefined) snapshot.set(key, value);
  });
}

async function laneMemory(snapshot: Map<string, Buffer>, state: StateReader): Promise<LaneMemory> {
  await readInto(snapshot, state, [LANE_KEY]);
  const stored = snapshot.get(LANE_KEY);
  return stored === undefined ? NEW_LANE : (JSON.parse(stored.toString('utf8')) as LaneMemory);
}

interface Wanted {
  readonly batch: Batch;
  readonly keys: ReadonlySet<string>;
  readonly lane: LaneMemory;
  readonly maxTracked: number;
}

/** Index entries that the batch can come to. */
async function entriesOf(
  state: StateReader,
  { batch, keys, lane, maxTracked }: Wanted,
): Promise<readonly string[]> {
  const ticks = batch.flatMap(({ value }) => (isTick(value) ? [value.timeMs] : []));
  const nowMs = ticks.reduce((ms, timeMs) => Math.max(ms, timeMs), lane.nowMs);
  const due = await firstOf(state, 'due', ticks.length * TIMERS_PER_TICK, nowMs);
  // Each newcomer may take one entry away, each that is known or due may take its own away; one
  // may have to be passed over.
  const most = 2 * keys.size + due.length + 1;
  const isFull = lane.tracked + keys.size > maxTracked;
  const drop = await firstOf(state, 'drop', isFull ? most : 0);
  const areMany = lane.collectors + keys.size > MAX_COLLECTORS;
  return [...due, ...drop, ...(await firstOf(state, 'idle', areMany ? most : 0))];
}

function pointedTo(entry: string): readonly string[] {
  const { key } = entryOf(entry.slice(0, entry.indexOf('/')) as IndexName, entry);
  return key.startsWith('s/') ? [key, groupKeyOf(key)] : [key];
}

/** What the batch can touch of the state. */
async function snapshotFor(
  batch: Batch,
  state: StateReader,
  maxTracked: number,
): Promise<ReadonlyMap<string, Buffer>> {
  const snapshot = new Map<string, Buffer>();
  const lane = await laneMemory(snapshot, state);
  const keys = keysOf(batch);
  const entries = await entriesOf(state, { batch, keys, lane, maxTracked });
  for (const entry of entries) snapshot.set(entry, Buffer.alloc(0));
  await readInto(snapshot, state, [...keys, ...entries.flatMap(pointedTo)]);
  return snapshot;
}

/** The coverage watch on a lane's state. */
export function createCoverageWatch(settings: CoverageSettings): Decide<Signal, Coverage> {
  return (lane, batch) => async () =>
    watchCoverage(settings, await snapshotFor(batch, lane.state, settings.maxTracked), batch);
}
