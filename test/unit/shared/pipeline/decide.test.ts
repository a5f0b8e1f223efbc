import { describe, expect, it } from 'vitest';
import { decideStateful, decideStateless } from '../../../../shared/pipeline/decide.ts';
import type { Envelope, Stage, StatefulStage, Tick } from '../../../../shared/pipeline/stage.ts';
import { isTick } from '../../../../shared/pipeline/stage.ts';
import { readTick, tickRecord } from '../../../../shared/pipeline/tick.ts';
import type { Lane } from '../../../../shared/ports/log.ts';

const ORIGIN = { topic: 'in', partition: 0, offset: 0n, timestampMs: 0 };
const TICK: Tick = { kind: 'tick', timeMs: 5 };

function batch(...values: readonly (string | Tick)[]): readonly Envelope<string | Tick>[] {
  return values.map((value) => ({ value, origin: ORIGIN }));
}

/** A lane of which only the state is looked at. */
function laneWith(state: Readonly<Record<string, string>>, asked: string[][] = []): Lane {
  const getMany = async (keys: readonly string[]) => {
    asked.push([...keys]);
    return keys.map((key) => (key in state ? Buffer.from(state[key] as string) : undefined));
  };
  return { state: { getMany } } as unknown as Lane;
}

describe('decideStateless', () => {
  const stage: Stage<string, string> = {
    name: 'echo',
    apply: (events) => events.map(({ value }) => ({ kind: 'emit', items: [value] })),
  };

  it('keeps ticks from the stage and ends them as drops in their places', async () => {
    const decide = decideStateless(stage);
    const { outcomes, writes } = await decide(laneWith({}), batch('a', TICK, 'b', TICK))();
    expect(outcomes).toStrictEqual([
      { kind: 'emit', items: ['a'] },
      { kind: 'drop', reason: 'tick' },
      { kind: 'emit', items: ['b'] },
      { kind: 'drop', reason: 'tick' },
    ]);
    expect(writes).toStrictEqual([]);
  });

  it.each([0, 2])('does not make up for a stage that gives %i outcomes for one', async (count) => {
    const outcome = { kind: 'drop', reason: 'repeat' } as const;
    const wrong = { name: 'wrong', apply: () => Array(count).fill(outcome) };
    await expect(decideStateless(wrong)(laneWith({}), batch('a', TICK))()).rejects.toThrow('of 1');
  });
});

describe('decideStateful', () => {
  it('reads each key once, and hands over those that are there', async () => {
    const asked: string[][] = [];
    const seen: unknown[] = [];
    const stage: StatefulStage<string, string> = {
      name: 'reader',
      keys: (events) => events.flatMap(({ value }) => (isTick(value) ? [] : [value])),
      step(state, events) {
        seen.push([...state].map(([key, value]) => `${key}=${value.toString()}`));
        const outcomes = events.map(() => ({ kind: 'drop', reason: 'repeat' }) as const);
        return { outcomes, writes: [{ kind: 'delete', key: 'a' }] };
      },
    };
    const lane = laneWith({ a: '1', c: '3' }, asked);
    const decision = await decideStateful(stage)(lane, batch('a', 'b', 'a', TICK))();
    expect(asked).toStrictEqual([['a', 'b']]);
    expect(seen).toStrictEqual([['a=1']]);
    expect(decision.writes).toStrictEqual([{ kind: 'delete', key: 'a' }]);
    expect(decision.outcomes).toHaveLength(4);
  });
});

describe('ticks', () => {
  it('are records that hold a time and no value', () => {
    const record = tickRecord('in', 3, 1_700_000_000_123);
    expect(record).toMatchObject({ topic: 'in', partition: 3, value: null });
    expect(readTick(record.headers ?? {})).toStrictEqual({
      kind: 'tick',
      timeMs: 1_700_000_000_123,
    });
  });

  it.each(['', 'soon', '-1', '1e3', '9'.repeat(16)])('are not made of %j', (text) => {
    expect(readTick({ 'podwitness-tick': text })).toBeUndefined();
    expect(readTick({})).toBeUndefined();
  });
});
