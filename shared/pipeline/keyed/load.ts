/**
 * Owns: reading what a run needs from a lane's state.
 */
import type { StateReader } from '../../ports/log.ts';
import type { LaneMemory } from './lane-memory.ts';
import {
  APART,
  cellStateKey,
  type Line,
  linesPrefix,
  parseLine,
  parseTimer,
  TIMERS_PREFIX,
} from './layout.ts';
import type { CellKey } from './model.ts';
import { StoredCell } from './stored-cell.ts';
import type { QueuedTimer, TimerQueue } from './timer-queue.ts';

async function linesApart(state: StateReader, key: CellKey): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const [, value] of state.scan(linesPrefix(key))) {
    lines.push(parseLine(value.toString('utf8')));
  }
  return lines;
}

/**
 * Takes cells into memory; those that are large only as long as there is room, where they are read
 * ahead. Throws what the state throws; what was read until then is kept.
 */
export async function loadCells(
  state: StateReader,
  memory: LaneMemory,
  { isAhead, keys }: { readonly isAhead: boolean; readonly keys: readonly CellKey[] },
): Promise<void> {
  const values = await state.getMany(keys.map(cellStateKey));
  const large: CellKey[] = [];
  keys.forEach((key, i) => {
    const text = values[i]?.toString('utf8');
    if (text === APART) large.push(key);
    else if (text === undefined) memory.add(new StoredCell(key, memory));
    else memory.add(new StoredCell(key, memory, 'packed', text.split('\n').map(parseLine)));
  });
  for (const key of large) {
    memory.makeRoom();
    if (isAhead && memory.hasNoRoom) return;
    memory.add(new StoredCell(key, memory, 'apart', await linesApart(state, key)));
  }
}

/** The first timers in the state that are still set, in order. */
export async function loadTimers(
  state: StateReader,
  queue: TimerQueue,
  { limit, untilMs }: { readonly limit: number; readonly untilMs: number },
): Promise<readonly QueuedTimer[]> {
  const due: QueuedTimer[] = [];
  for await (const [key, value] of state.scan(TIMERS_PREFIX)) {
    if (queue.removed.has(key)) continue;
    const timer = parseTimer(key, value);
    if (timer.atMs > untilMs) {
      queue.nextStoredMs = timer.atMs;
      return due;
    }
    due.push({ ...timer, key });
    if (due.length === limit) return due;
  }
  queue.nextStoredMs = Number.POSITIVE_INFINITY;
  return due;
}
