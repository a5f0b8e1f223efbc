/**
 * Owns: the stage on audit.signals that watches coverage: signals and ticks in, events about what
 * may be missing out. The same records and ticks give the same events, in any batches.
 */
import type { Signal } from '../../../schemas/generated/avro.ts';
import type { Coverage } from '../../../shared/domain/coverage.ts';
import type { Outcome } from '../../../shared/pipeline/outcome.ts';
import {
  type Envelope,
  isTick,
  type StateSnapshot,
  type Tick,
} from '../../../shared/pipeline/stage.ts';
import type { StateWrite } from '../../../shared/ports/log.ts';
import { onBatch } from './batch.ts';
import { onCollectorTimer, onSequence } from './gaps.ts';
import { onLost, onLostTimer } from './lost.ts';
import { createMemory, type IndexEntry, type Memory } from './memory.ts';
import { LANE_KEY } from './model.ts';
import { type Reading, readSignal } from './read-signal.ts';
import type { CoverageSettings } from './settings.ts';
import { onTimer } from './silence.ts';
import { laneOf, type Turn } from './turn.ts';

/** Timers of one tick; the rest is the next one's. */
export const TIMERS_PER_TICK = 2000;

type Ended = Outcome<Coverage>;

/** For each thing that is remembered, by its key's letter. */
function fire(turn: Turn, { key }: IndexEntry, nowMs: number): void {
  if (key.startsWith('c/')) onCollectorTimer(turn, key, nowMs);
  else if (key.startsWith('l/')) onLostTimer(turn, key, nowMs);
  else onTimer(turn, key, nowMs);
}

function onTick(turn: Turn, tick: Tick): void {
  const { memory } = turn;
  const lane = laneOf(turn);
  const nowMs = Math.max(lane.nowMs, tick.timeMs);
  memory.put(LANE_KEY, { ...lane, nowMs });
  for (let fired = 0; fired < TIMERS_PER_TICK; fired++) {
    const due = memory.first('due');
    if (due === undefined || due.timeMs > nowMs) return;
    memory.removeFrom('due', due.timeMs, due.key);
    fire(turn, due, nowMs);
  }
}

function onReading(turn: Turn, reading: Reading): void {
  switch (reading.kind) {
    case 'batch':
      onBatch(turn, reading);
      break;
    case 'lost':
      onLost(turn, reading);
      break;
    case 'sequence':
      onSequence(turn, reading);
      break;
  }
}

function decide(
  memory: Memory,
  settings: CoverageSettings,
  { value }: Envelope<Signal | Tick>,
): Ended {
  const turn: Turn = { memory, settings, told: [] };
  if (isTick(value)) {
    onTick(turn, value);
    if (turn.told.length === 0) return { kind: 'drop', reason: 'tick' };
  } else {
    const reading = readSignal(value);
    if (reading === undefined) return { kind: 'drop', reason: 'no_match' };
    if ('code' in reading) return { kind: 'reject', fault: reading };
    onReading(turn, reading);
  }
  return { kind: 'emit', items: turn.told };
}

/** `state`: what edge/load.ts reads for this batch. */
export function watchCoverage(
  settings: CoverageSettings,
  state: StateSnapshot,
  batch: readonly Envelope<Signal | Tick>[],
): { readonly outcomes: readonly Ended[]; readonly writes: readonly StateWrite[] } {
  const memory = createMemory(state);
  const outcomes = batch.map((envelope) => decide(memory, settings, envelope));
  return { outcomes, writes: memory.writes() };
}
