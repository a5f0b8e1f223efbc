/**
 * Owns: counting what a batch changed in a cell: as text in the state, and in memory.
 */
import { bytesOf, lineChars, PART_BYTES } from './part.ts';
import type { StoredCell } from './stored-cell.ts';

/** Makes the JSON of the parts that changed. What did not is not looked at. */
function measureParts(cell: StoredCell): number {
  let grown = 0;
  for (const [name, before] of cell.changes?.parts ?? []) {
    const part = cell.parts.get(name);
    if (part !== undefined) {
      part.text ??= JSON.stringify(part.value);
      cell.chars += lineChars(name, part.text);
      grown += bytesOf(part);
    }
    if (before !== undefined) {
      cell.chars -= lineChars(name, before.text ?? '');
      grown -= bytesOf(before);
    }
  }
  return grown;
}

function measureTimers(cell: StoredCell): number {
  let grown = 0;
  for (const [name, before] of cell.changes?.timers ?? []) {
    const atMs = cell.timers.get(name);
    if (atMs !== undefined) {
      cell.chars += lineChars(name, String(atMs));
      grown += PART_BYTES;
    }
    if (before !== undefined) {
      cell.chars -= lineChars(name, String(before));
      grown -= PART_BYTES;
    }
  }
  return grown;
}

/** To be called once for the changes of a batch. */
export function measure(cell: StoredCell): void {
  cell.host.grew(cell, measureParts(cell) + measureTimers(cell));
}
