/**
 * Owns: the changes of a batch as writes to the lane's state: no more than changed.
 *
 * A cell is written whole while it is small, which is read fastest; where it is larger each line has
 * a key of its own, so that a change costs what it changes. Which of the two depends on what is in it
 * alone: the state does not depend on how records were batched. ADR 32 has the figures.
 */
import type { StateWrite } from '../../ports/log.ts';
import type { LaneMemory } from './lane-memory.ts';
import { APART, cellStateKey, type LineKind, lineStateKey } from './layout.ts';
import { measure } from './measure.ts';
import type { Form, StoredCell } from './stored-cell.ts';

/** Characters of lines up to which a cell is written whole. */
export const PACKED_CHARS = 4096;

function put(key: string, text: string): StateWrite {
  return { kind: 'put', key, value: Buffer.from(text) };
}

function formOf(cell: StoredCell): Form {
  if (cell.isEmpty) return 'absent';
  return cell.chars <= PACKED_CHARS ? 'packed' : 'apart';
}

/** One line: put where it is there, deleted where it was. */
function lineWrite(
  cell: StoredCell,
  kind: LineKind,
  name: string,
  wasThere: boolean,
): readonly StateWrite[] {
  const key = lineStateKey(cell.key, kind, name);
  const text = kind === 'v' ? cell.partLine(name) : cell.timerLine(name);
  if (text !== undefined) return [put(key, text)];
  return wasThere ? [{ kind: 'delete', key }] : [];
}

function changedLines(cell: StoredCell): readonly StateWrite[] {
  if (cell.changes === undefined) return [];
  const { parts, timers } = cell.changes;
  return [
    ...[...parts].flatMap(([name, old]) => lineWrite(cell, 'v', name, old !== undefined)),
    ...[...timers].flatMap(([name, old]) => lineWrite(cell, 't', name, old !== undefined)),
  ];
}

function allLines(cell: StoredCell): readonly StateWrite[] {
  return [
    ...[...cell.parts.keys()].flatMap((name) => lineWrite(cell, 'v', name, false)),
    ...[...cell.timers.keys()].flatMap((name) => lineWrite(cell, 't', name, false)),
  ];
}

/** Lines that the state has, away. */
function noLines(cell: StoredCell): readonly StateWrite[] {
  const { parts = new Map(), timers = new Map() } = cell.changes ?? {};
  const stored = (now: ReadonlyMap<string, unknown>, changed: ReadonlyMap<string, unknown>) => [
    ...[...now.keys()].filter((name) => !changed.has(name)),
    ...[...changed].flatMap(([name, old]) => (old === undefined ? [] : [name])),
  ];
  const gone = (kind: LineKind, names: readonly string[]) =>
    names.map((name): StateWrite => ({ kind: 'delete', key: lineStateKey(cell.key, kind, name) }));
  return [...gone('v', stored(cell.parts, parts)), ...gone('t', stored(cell.timers, timers))];
}

function cellWrites(cell: StoredCell): readonly StateWrite[] {
  measure(cell);
  const [before, after] = [cell.form, formOf(cell)];
  const key = cellStateKey(cell.key);
  const lines = before === 'apart' && after !== 'apart' ? noLines(cell) : [];
  cell.form = after;
  switch (after) {
    case 'absent':
      return before === 'absent' ? [] : [{ kind: 'delete', key }, ...lines];
    case 'packed':
      return [put(key, cell.lines().join('\n')), ...lines];
    case 'apart':
      return before === 'apart' ? changedLines(cell) : [put(key, APART), ...allLines(cell)];
  }
}

/** What the batch changed. To be called once for a batch: from then on memory is as the state will be. */
export function writesOf(memory: LaneMemory): readonly StateWrite[] {
  const writes: StateWrite[] = [];
  for (const cell of memory.changed) {
    for (const write of cellWrites(cell)) writes.push(write);
    cell.changes = undefined;
  }
  const { added, removed } = memory.timers;
  for (const key of removed) writes.push({ kind: 'delete', key });
  for (const { key, name } of added.values()) writes.push(put(key, JSON.stringify(name)));
  return writes;
}
