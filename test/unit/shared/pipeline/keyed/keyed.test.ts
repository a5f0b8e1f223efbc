import { describe, expect, it } from 'vitest';
import { cellKey } from '../../../../../shared/pipeline/keyed/cell-key.ts';
import { createKeyed } from '../../../../../shared/pipeline/keyed/keyed.ts';
import type {
  Cell,
  KeyedOptions,
  KeyedStage,
  Turn,
} from '../../../../../shared/pipeline/keyed/model.ts';
import { PACKED_CHARS } from '../../../../../shared/pipeline/keyed/writes.ts';
import type { Envelope, Tick } from '../../../../../shared/pipeline/stage.ts';
import type { StateWrite } from '../../../../../shared/ports/log.ts';
import { applyWrites, type FakeLane, fakeLane, persist, type State } from './fake-lane.ts';

type Step = (turn: Turn, cell: (key: string) => Cell) => unknown;

const OPTIONS: KeyedOptions = { cacheBytes: 1e6, maxTimersPerTick: 3, idleMs: 50, maxAheadMs: 20 };
const NOW_MS = 1_000_000;

/** Does what its records are. */
const steps: KeyedStage<Step, unknown> = {
  name: 'steps',
  cellsOf: () => [cellKey('a')],
  apply: (turn, { value }) => ({
    kind: 'emit',
    items: [value(turn, (key) => turn.cell(cellKey(key)))],
  }),
  fire: (turn, { cell, name, atMs }) => [[cell, name, atMs, turn.cell(cell).timer(name) ?? null]],
};

const tick = (timeMs: number): Tick => ({ kind: 'tick', timeMs });

/** A lane whose batches are committed, and numbered on. */
function rig(stage: KeyedStage<Step, unknown> = steps, options: Partial<KeyedOptions> = {}) {
  const state: State = new Map();
  let sick = 0;
  const fails = () => sick-- > 0;
  const seat: { lane: FakeLane; offset: bigint } = { lane: fakeLane(state, fails), offset: 0n };
  const decide = createKeyed(stage, { ...OPTIONS, ...options });
  return {
    state,
    seat,
    beSick: (reads: number) => {
      sick = reads;
    },
    /** Another owner. */
    move() {
      seat.lane.lose();
      seat.lane = fakeLane(state, fails);
    },
    async run(...values: readonly (Step | Tick)[]) {
      const batch = values.map((value): Envelope<Step | Tick> => {
        const origin = { topic: 'in', partition: 0, offset: seat.offset++, timestampMs: NOW_MS };
        return { value, origin };
      });
      seat.lane.reads.length = 0;
      const { outcomes, writes } = await persist(decide(seat.lane, batch));
      applyWrites(state, writes);
      return { outcomes, writes: writes.filter(({ key }) => !key.startsWith('c/*')), all: writes };
    },
  };
}

const keysOf = (writes: readonly StateWrite[]) => writes.map(({ kind, key }) => `${kind} ${key}`);

describe('writes', () => {
  it('are none for what was only read', async () => {
    const { run } = rig();
    await run((_, cell) => cell('a').put('x', 1));
    const { all } = await run((_, cell) => [cell('a').get('x'), cell('b').entries('')]);
    expect(all).toStrictEqual([]);
  });

  it('are one for a small cell, however often it changed', async () => {
    const { run, state } = rig();
    const { writes } = await run(
      (_, cell) => cell('a').put('x', 1),
      (_, cell) => cell('a').put('y', { z: [2] }),
      (_, cell) => cell('a').put('x', 3),
    );
    expect(keysOf(writes)).toStrictEqual(['put c/a:']);
    expect(state.get('c/a:')).toBe('v"x"\t3\nv"y"\t{"z":[2]}');
  });

  it('are none for a cell that came and went, and a delete for one that went', async () => {
    const { run, state } = rig();
    const came = await run(
      (_, cell) => cell('b').put('x', 1),
      (_, cell) => cell('b').delete('x'),
    );
    expect(came.writes).toStrictEqual([]);
    await run((_, cell) => cell('b').put('x', 1));
    const went = await run((_, cell) => cell('b').put('x', undefined));
    expect(keysOf(went.writes)).toStrictEqual(['delete c/b:']);
    expect([...state.keys()].filter((key) => !key.startsWith('c/*'))).toStrictEqual([]);
  });

  it('are of the changed parts of a large cell only', async () => {
    const { run, state } = rig();
    const fill: Step = (_, cell) => {
      for (let n = 0; n < 50; n++) cell('a').put(`p${n}`, 'x'.repeat(100));
    };
    const filled = await run(fill);
    expect(filled.writes).toHaveLength(51);
    const { writes } = await run((_, cell) => {
      cell('a').put('p7', 'y');
      cell('a').delete('p8');
      cell('a').put('new', 1);
      cell('a').delete('new');
      cell('a').setTimer('t', NOW_MS + 5);
    });
    expect(keysOf(writes)).toStrictEqual([
      'put p/a:!vp7',
      'delete p/a:!vp8',
      'put p/a:!tt',
      'put t/000000001000005/a:!t',
    ]);
    const shrunk = await run((_, cell) => {
      for (let n = 1; n < 50; n++) cell('a').delete(`p${n}`);
      cell('a').clearTimer('t');
    });
    expect(shrunk.writes).toHaveLength(1 + 48 + 1 + 1 + 1);
    expect([...state.keys()].filter((key) => !key.startsWith('c/*'))).toStrictEqual(['c/a:']);
  });
});

describe('the form of a cell', () => {
  it('follows from what is in it, whatever was in it before', async () => {
    const { run, state } = rig();
    for (let n = 0; n < 150; n++) {
      await run(
        (_, cell) => [cell('a').setTimer('timer', n), cell('a').put('x', 'y'.repeat(n))],
        (_, cell) => [cell('a').setTimer('timer', NOW_MS + n), cell('a').put('x', 'y')],
      );
      await run((_, cell) => [cell('a').clearTimer('timer'), cell('a').put('x', n)]);
      expect(state.get('c/a:')).toBe(`v"x"\t${n}`);
    }
    const text = 'x'.repeat(PACKED_CHARS - 40);
    await run((_, cell) => cell('a').put('y', text));
    expect(state.get('c/a:')).not.toBe('apart');
    await run((_, cell) => cell('a').put('y', `${text}${text.slice(0, 40)}`));
    expect(state.get('c/a:')).toBe('apart');
    await run((_, cell) => cell('a').put('y', text));
    expect([...state.keys()].filter((key) => key.startsWith('p/'))).toStrictEqual([]);
  });
});

describe('reads', () => {
  it('are one for what a batch announces, and one for each cell besides', async () => {
    const { run, seat } = rig();
    await run(
      (_, cell) => cell('a').get('x'),
      (_, cell) => cell('b').put('x', cell('c').get('x') ?? 0),
    );
    expect(seat.lane.reads).toStrictEqual(['c/*lane:', 'c/a:', 'c/b:', 'c/c:']);
  });

  it('are not repeated, also for what is not there', async () => {
    const { run, seat } = rig();
    const ask: Step = (_, cell) => [cell('a').get('x'), cell('none').get('x')];
    await run(ask);
    await run(ask);
    expect(seat.lane.reads).toStrictEqual([]);
  });

  it('are repeated by the next owner, and where memory is short', async () => {
    const { run, seat, move } = rig(steps, { cacheBytes: 1 });
    const ask: Step = (_, cell) => cell('a').get('x') ?? null;
    await run((_, cell) => cell('a').put('x', 1));
    await run(ask);
    expect(seat.lane.reads).toContain('c/a:');
    move();
    expect((await run(ask)).outcomes).toStrictEqual([{ kind: 'emit', items: [1] }]);
  });

  it('of large cells come to an end, however short memory is', async () => {
    const { run, move } = rig(steps, { cacheBytes: 1 });
    const large = 'x'.repeat(PACKED_CHARS);
    await run((_, cell) => ['a', 'b', 'c'].map((key) => cell(key).put('x', `${key}${large}`)));
    move();
    const ask: Step = (_, cell) => ['a', 'b', 'c'].map((key) => cell(key).get<string>('x')?.[0]);
    expect((await run(ask, ask)).outcomes).toStrictEqual([
      { kind: 'emit', items: [['a', 'b', 'c']] },
      { kind: 'emit', items: [['a', 'b', 'c']] },
    ]);
  });

  it('are not repeated because of what a lost lane had', async () => {
    const { run, move, seat } = rig(steps, { cacheBytes: 100_000 });
    await run((_, cell) => cell('a').put('x', 'x'.repeat(200_000)));
    move();
    await run((_, cell) => cell('b').get('x'));
    await run((_, cell) => cell('b').get('x'));
    expect(seat.lane.reads).not.toContain('c/b:');
  });

  it('that fail leave nothing done', async () => {
    const { beSick, run, state } = rig();
    let tries = 0;
    const add: Step = (turn, cell) => {
      tries++;
      cell('a').put('x', (cell('a').get<number>('x') ?? 0) + 1);
      cell('a').setTimer('t', turn.nowMs + tries);
      turn.observe('g', 's', NOW_MS);
      return cell('b').get('x') ?? null;
    };
    beSick(3);
    await run(add, add);
    expect(state.get('c/a:')).toBe(`v"x"\t2\nt"t"\t${NOW_MS + tries}`);
    expect([...state.keys()].filter((key) => key.startsWith('t/'))).toHaveLength(1);
  });

  it('are also those of a stage that catches what it should not', async () => {
    const { run } = rig();
    await run((_, cell) => cell('b').put('x', 1));
    const { run: again, seat } = rig();
    const careless: Step = (_, cell) => {
      try {
        return cell('b').get('x') ?? 'empty';
      } catch {
        return 'missing';
      }
    };
    expect((await again(careless)).outcomes).toStrictEqual([{ kind: 'emit', items: ['empty'] }]);
    expect(seat.lane.reads).toContain('c/b:');
  });
});

describe('timers', () => {
  const set =
    (...timers: readonly (readonly [cell: string, name: string, inMs: number])[]): Step =>
    (turn, cell) => {
      for (const [key, name, inMs] of timers) cell(key).setTimer(name, turn.nowMs + inMs);
    };
  const fired = (key: string, name: string, inMs: number) => [`${key}:`, name, NOW_MS + inMs, null];

  it('fire in order, those of the batch among those of the state, and so many at a tick', async () => {
    const { run, state } = rig();
    await run(set(['b', 'x', 3], ['a', 'y', 1], ['a', 'x', 1], ['c', 'x', 9]));
    const { outcomes } = await run(
      set(['d', 'x', 2]),
      tick(NOW_MS + 3),
      tick(NOW_MS + 3),
      tick(NOW_MS + 4),
    );
    expect(outcomes.slice(1)).toStrictEqual([
      { kind: 'emit', items: [fired('a', 'x', 1), fired('a', 'y', 1), fired('d', 'x', 2)] },
      { kind: 'emit', items: [fired('b', 'x', 3)] },
      { kind: 'drop', reason: 'tick' },
    ]);
    const left = [...state.keys()].filter((key) => !key.startsWith('c/*'));
    expect(left).toStrictEqual(['c/c:', `t/00000000${NOW_MS + 9}/c:!x`]);
  });

  it('are moved, cleared, and fire once, by whoever has the lane then', async () => {
    const { run, move } = rig();
    await run(set(['a', 'x', 5], ['a', 'y', 5], ['b', 'z', 5]));
    await run(set(['a', 'x', 8]), (_, cell) => cell('a').clearTimer('y'));
    move();
    const first = await run(tick(NOW_MS + 6));
    expect(first.outcomes).toStrictEqual([{ kind: 'emit', items: [fired('b', 'z', 5)] }]);
    const second = await run(tick(NOW_MS + 8), tick(NOW_MS + 9));
    expect(second.outcomes[0]).toStrictEqual({ kind: 'emit', items: [fired('a', 'x', 8)] });
    move();
    const third = await run(tick(NOW_MS + 1000));
    expect(third.outcomes).toStrictEqual([{ kind: 'drop', reason: 'tick' }]);
  });

  it('that were cleared take no place from others', async () => {
    const { run } = rig();
    await run(set(['a', 'p', 1], ['a', 'q', 1], ['a', 'r', 1], ['b', 'x', 2]));
    const clear: Step = (_, cell) => {
      for (const name of ['p', 'q', 'r']) cell('a').clearTimer(name);
    };
    const { outcomes } = await run(clear, tick(NOW_MS + 5));
    expect(outcomes[1]).toStrictEqual({ kind: 'emit', items: [fired('b', 'x', 2)] });
  });

  it('that had to let others go first fire at the next tick', async () => {
    const { run } = rig();
    await run(set(['c', 'x', 3]));
    const first = await run(set(['b', 'x', 1], ['b', 'y', 1], ['b', 'z', 1]), tick(NOW_MS + 3));
    expect(first.outcomes[1]).toMatchObject({ items: { length: 3 } });
    const second = await run(tick(NOW_MS + 3));
    expect(second.outcomes).toStrictEqual([{ kind: 'emit', items: [fired('c', 'x', 3)] }]);
  });

  it('that another one clears do not fire', async () => {
    const stage: KeyedStage<Step, unknown> = {
      ...steps,
      fire(turn, { name }) {
        turn.cell(cellKey('b')).clearTimer('x');
        return [name];
      },
    };
    const { run } = rig(stage);
    await run(set(['a', 'x', 1], ['b', 'x', 2], ['c', 'z', 3]));
    const { outcomes } = await run(tick(NOW_MS + 5));
    expect(outcomes).toStrictEqual([{ kind: 'emit', items: ['x', 'z'] }]);
  });

  it('that set themselves again wait for the next tick, others that they set do not', async () => {
    const stage: KeyedStage<Step, unknown> = {
      ...steps,
      fire(turn, { cell, name, atMs }) {
        turn.cell(cell).setTimer(name, atMs);
        turn.cell(cellKey('other')).setTimer('o', atMs);
        return [name];
      },
    };
    const { run } = rig(stage);
    await run(set(['a', 'x', 1]));
    const items = (outcome: unknown) =>
      expect(outcome).toStrictEqual({ kind: 'emit', items: ['x', 'o'] });
    const { outcomes } = await run(tick(NOW_MS + 2), tick(NOW_MS + 2));
    outcomes.forEach(items);
    (await run(tick(NOW_MS + 3))).outcomes.forEach(items);
  });
});

describe('the end of a batch', () => {
  const stage: KeyedStage<Step, unknown> = {
    ...steps,
    finish: (turn, changed) => [...changed, turn.cell(cellKey('unread')).get('x') ?? 'end'],
  };

  it('is told once, with the cells that changed in order, beside the last outcome', async () => {
    const { run } = rig(stage);
    const { outcomes } = await run(
      (_, cell) => cell('b').put('x', 1),
      (_, cell) => [cell('a').put('x', 1), cell('c').get('x'), cell('d').setTimer('t', NOW_MS)],
      tick(NOW_MS + 30),
    );
    expect(outcomes).toHaveLength(3);
    expect(outcomes[0]?.kind).toBe('emit');
    expect(outcomes[2]).toStrictEqual({
      kind: 'split',
      parts: [{ kind: 'emit', items: [['d:', 't', NOW_MS, null]] }],
      extra: ['a:', 'b:', 'end'],
    });
    const quiet = await run((_, cell) => cell('c').get('x') ?? null);
    expect(quiet.outcomes).toStrictEqual([
      { kind: 'split', parts: [{ kind: 'emit', items: [null] }], extra: ['end'] },
    ]);
  });

  it('keeps what the last outcome has besides', async () => {
    const drop = { kind: 'drop', reason: 'empty' } as const;
    const { run } = rig({
      ...stage,
      apply: () => ({ kind: 'split', parts: [drop], extra: ['own'] }),
    });
    const { outcomes } = await run(() => 0);
    expect(outcomes).toStrictEqual([{ kind: 'split', parts: [drop], extra: ['own', 'end'] }]);
  });

  it('is none where there is no record', async () => {
    const { run } = rig(stage);
    expect(await run()).toMatchObject({ outcomes: [], all: [] });
  });
});
