/**
 * Owns: a stage for the engine's tests that does all that a stage can: counts in windows, reads cells
 * that it did not announce, grows cells beyond what is written whole, moves and clears timers.
 */
import fc from 'fast-check';
import { cellKey } from '../../../../../shared/pipeline/keyed/cell-key.ts';
import type { KeyedOptions, KeyedStage, Turn } from '../../../../../shared/pipeline/keyed/model.ts';
import type { Envelope, Tick } from '../../../../../shared/pipeline/stage.ts';

export interface Toy {
  readonly kind: 'toy';
  readonly key: string;
  readonly id: string;
  /** A cell that it reads, and that it changes. */
  readonly from: string;
  readonly into: string;
  readonly act: 'count' | 'big' | 'drop' | 'later' | 'never' | 'now' | 'read' | 'all';
  readonly timeMs: number;
  readonly source: string;
}

export type ToyOut = readonly unknown[];

const GROUP = 'group';

function total(turn: Turn, key: string): number {
  const cell = turn.cell(cellKey('toy', key));
  return cell.entries<{ n: number }>('n/').reduce((sum, [, { n }]) => sum + n, 0);
}

function add(turn: Turn, key: string, toy: Toy, text = ''): void {
  const cell = turn.cell(cellKey('toy', key));
  const part = `n/${toy.id}`;
  cell.put(part, { n: (cell.get<{ n: number }>(part)?.n ?? 0) + 1, text });
  cell.put('key', key);
}

function drop(turn: Turn, key: string): void {
  const cell = turn.cell(cellKey('toy', key));
  for (const [part] of cell.entries('')) cell.delete(part);
}

/** Changes first and reads after: what a read that fails must undo. */
function act(turn: Turn, toy: Toy): void {
  const { id, into, key } = toy;
  switch (toy.act) {
    case 'count':
      add(turn, key, toy);
      turn.cell(cellKey('toy', into)).setTimer(`close ${id}`, turn.nowMs + 7);
      add(turn, into, toy);
      break;
    case 'big':
      add(turn, key, toy, 'x'.repeat(1500));
      break;
    case 'drop':
      drop(turn, key);
      drop(turn, into);
      break;
    case 'later':
      turn.cell(cellKey('toy', key)).setTimer(id, turn.nowMs + 40);
      break;
    case 'never':
      turn.cell(cellKey('toy', into)).clearTimer(id);
      turn.cell(cellKey('toy', key)).clearTimer(`close ${id}`);
      break;
    case 'now':
      turn.cell(cellKey('toy', into)).setTimer(`again ${id}`, toy.timeMs);
      break;
    case 'all':
      drop(turn, key);
      for (let n = 0; n < 30; n++) add(turn, into, { ...toy, id: `${id}${n}` }, 'y'.repeat(200));
      break;
    case 'read':
  }
}

export const toyStage: KeyedStage<Toy, ToyOut> = {
  name: 'toy',
  cellsOf: ({ key }) => [cellKey('toy', key)],
  apply(turn, { value }) {
    turn.observe(GROUP, value.source, value.timeMs);
    act(turn, value);
    const seen = [turn.nowMs, turn.watermark(GROUP), turn.latest(GROUP) ?? null];
    return { kind: 'emit', items: [[value.id, total(turn, value.from), ...seen]] };
  },
  fire(turn, { atMs, cell, name }) {
    const fired = turn.cell(cell);
    const key = fired.get<string>('key') ?? 'none';
    if (name.startsWith('again')) {
      // Three times, each to a time that has passed.
      const n = fired.get<number>('again') ?? 0;
      if (n < 3) fired.setTimer(name, atMs);
      fired.put('again', n + 1);
    } else if (name.startsWith('close')) {
      fired.delete(`n/${name.slice('close '.length)}`);
      turn.cell(cellKey('toy', 'a')).setTimer(`echo ${key}`, atMs);
      turn.cell(cellKey('toy', 'b')).clearTimer(name);
    }
    return [['fired', cell, name, atMs, turn.nowMs, turn.watermark(GROUP), total(turn, key)]];
  },
  finish: (turn, changed) =>
    changed.map((key) => {
      const cell = turn.cell(key);
      return ['state', key, cell.get('key') ?? null, cell.entries('n/').length];
    }),
};

export const OPTIONS: KeyedOptions = {
  cacheBytes: 1_000_000,
  maxTimersPerTick: 4,
  idleMs: 50,
  maxAheadMs: 20,
};

/** Time in the tests begins here, so that nothing depends on being near zero. */
export const START_MS = 1_000_000;

const keys = fc.constantFrom('a', 'b', 'c', '', 'a/b', '\ud800', '\udfff', 'long'.repeat(100));
const times = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: START_MS, max: START_MS + 300 }) },
  fc.constantFrom(Number.NaN, -1, 0, 9e15, Number.POSITIVE_INFINITY, START_MS + 0.5),
);
const toys = fc.record<Toy>({
  kind: fc.constant('toy'),
  key: keys,
  id: fc.constantFrom('1', '2', '\ud800', 'x\ty\n', 'n'.repeat(300)),
  from: keys,
  into: keys,
  act: fc.constantFrom(
    'count',
    'count',
    'count',
    'big',
    'drop',
    'later',
    'never',
    'now',
    'read',
    'all',
  ),
  timeMs: times,
  source: fc.constantFrom('audit', 'spo', '\ud800'),
});
const ticks = fc.integer({ min: 0, max: 30 }).map((stepMs) => ({ kind: 'step' as const, stepMs }));

/** Records and ticks, with offsets. */
export const inputs: fc.Arbitrary<readonly Envelope<Toy | Tick>[]> = fc
  .array(fc.tuple(fc.oneof({ weight: 3, arbitrary: toys }, ticks), times), {
    minLength: 1,
    maxLength: 40,
  })
  .map((items) => {
    let tickMs = START_MS;
    return items.map(([item, timestampMs], i) => {
      const origin = { topic: 'in', partition: 0, offset: BigInt(i) };
      if (item.kind === 'toy') return { value: item, origin: { ...origin, timestampMs } };
      tickMs += item.stepMs;
      return {
        value: { kind: 'tick' as const, timeMs: tickMs },
        origin: { ...origin, timestampMs: tickMs },
      };
    });
  });
