import { expect, it } from 'vitest';
import { Budget } from '../../../../../shared/pipeline/keyed/budget.ts';
import { cellKey } from '../../../../../shared/pipeline/keyed/cell-key.ts';
import { LaneMemory } from '../../../../../shared/pipeline/keyed/lane-memory.ts';
import { StoredCell } from '../../../../../shared/pipeline/keyed/stored-cell.ts';

const [a, b, c] = [cellKey('a'), cellKey('b'), cellKey('c')];

/** Asks for a cell that is not there, and takes it in. */
function load(memory: LaneMemory, key: typeof a): void {
  expect(() => memory.cell(key)).toThrow('has yet to be read');
  expect(memory.missing).toBe(key);
  memory.add(new StoredCell(key, memory));
}

it('lets go of what was not used for longest, in any lane of a worker', () => {
  const budget = new Budget(1200);
  const [one, other] = [new LaneMemory(budget), new LaneMemory(budget)];
  for (const key of [a, b]) load(one, key);
  one.keep();
  one.settle();
  one.cell(a);
  one.keep();
  load(other, c);
  other.keep();
  expect([one.has(a), one.has(b), other.has(c)]).toStrictEqual([true, false, true]);
});

it('keeps what the record in hand needs, and what the state does not have yet', () => {
  const budget = new Budget(1);
  const [one, other] = [new LaneMemory(budget), new LaneMemory(budget)];
  load(one, a);
  one.cell(a).put('x', 1);
  one.keep();
  load(one, b);
  load(one, c);
  other.makeRoom();
  expect([one.has(a), one.has(b), one.has(c)]).toStrictEqual([true, true, true]);
  one.keep();
  expect([one.has(a), one.has(b), one.has(c)]).toStrictEqual([true, false, false]);
  one.settle();
  expect(one.has(a)).toBe(false);
});
