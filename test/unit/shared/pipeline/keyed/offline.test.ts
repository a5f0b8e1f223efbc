import { describe, expect, it } from 'vitest';
import { cellKey } from '../../../../../shared/pipeline/keyed/cell-key.ts';
import type { KeyedStage } from '../../../../../shared/pipeline/keyed/model.ts';
import { runKeyedOffline } from '../../../../../shared/pipeline/keyed/offline.ts';
import type { Envelope } from '../../../../../shared/pipeline/stage.ts';
import { OPTIONS } from './toy-stage.ts';

/** Counts down from the number that a record is, a timer each. */
const countdown: KeyedStage<number, string> = {
  name: 'countdown',
  cellsOf: () => [],
  apply(turn, { value }) {
    const cell = turn.cell(cellKey('n', String(value)));
    cell.put('left', value);
    cell.setTimer('next', turn.nowMs + 10 * value);
    turn.observe('group', 'source', 500);
    return { kind: 'emit', items: [`${value} at ${turn.nowMs}`] };
  },
  fire(turn, { cell: key, atMs }) {
    const cell = turn.cell(key);
    const left = cell.get<number>('left') ?? 0;
    if (left === 0) cell.delete('left');
    else {
      cell.put('left', left - 1);
      cell.setTimer('next', turn.nowMs + 1);
    }
    return [`${left} at ${turn.nowMs} of ${atMs}, ${turn.watermark('group')}`];
  },
  finish: (turn, changed) => [`${changed.join(' ')} at ${turn.nowMs}, ${turn.latest('group')}`],
};

const envelopes = (...values: readonly number[]): readonly Envelope<number>[] =>
  values.map((value, i) => ({
    value,
    origin: { topic: '', partition: 0, offset: BigInt(i), timestampMs: 0 },
  }));

describe('runKeyedOffline', () => {
  it('fires all timers at the end of time, in order, then finishes', () => {
    const { outcomes, out } = runKeyedOffline(countdown, OPTIONS, envelopes(2, 1));
    expect(outcomes).toStrictEqual([
      { kind: 'emit', items: ['2 at 0'] },
      { kind: 'emit', items: ['1 at 0'] },
    ]);
    expect(out).toStrictEqual([
      '1 at Infinity of 10, Infinity',
      '2 at Infinity of 20, Infinity',
      '0 at Infinity of 999999999999999, Infinity',
      '1 at Infinity of 999999999999999, Infinity',
      '0 at Infinity of 999999999999999, Infinity',
      'n:1: n:2: at Infinity, 500',
    ]);
  });

  it('fires more timers than a tick may', () => {
    const many = Array.from({ length: 3000 }, (_, n) => n % 3);
    const distinct: typeof countdown = {
      ...countdown,
      apply(turn, { value, origin }) {
        const cell = turn.cell(cellKey('n', String(origin.offset)));
        cell.put('left', value);
        cell.setTimer('next', 5);
        return { kind: 'emit', items: [] };
      },
    };
    const { out } = runKeyedOffline(
      distinct,
      { ...OPTIONS, maxTimersPerTick: 2 },
      envelopes(...many),
    );
    expect(out).toHaveLength(1000 * (1 + 2 + 3) + 1);
  });

  it('stops a stage that sets timers without end', () => {
    const endless = {
      ...countdown,
      fire: (
        turn: Parameters<typeof countdown.fire>[0],
        { cell }: { cell: ReturnType<typeof cellKey> },
      ) => {
        turn.cell(cell).setTimer('next', 1);
        return [];
      },
    };
    expect(() => runKeyedOffline(endless, OPTIONS, envelopes(1))).toThrow(
      /countdown sets timers without end/,
    );
  });

  it('makes nothing of nothing', () => {
    expect(runKeyedOffline(countdown, OPTIONS, [])).toStrictEqual({ outcomes: [], out: [] });
  });
});
