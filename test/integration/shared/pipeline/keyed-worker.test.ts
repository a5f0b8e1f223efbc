/**
 * Owns: keyed stages on a real embedded log: cells and timers outlive a worker, and kill -9.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cellKey } from '../../../../shared/pipeline/keyed/cell-key.ts';
import { createKeyed } from '../../../../shared/pipeline/keyed/keyed.ts';
import type { KeyedStage } from '../../../../shared/pipeline/keyed/model.ts';
import { tickRecord } from '../../../../shared/pipeline/tick.ts';
import { fill, fillAndKill, verify } from '../../../bench/keyed/processes.ts';
import { openRig, type Rig, TOPIC, UNDECODABLE } from '../../../support/worker-rig.ts';

const OPTIONS = { cacheBytes: 1, maxTimersPerTick: 10, idleMs: 1000, maxAheadMs: 1000 };

/** Counts words, and tells the count a second after the first. */
const counter: KeyedStage<string, string> = {
  name: 'counter',
  cellsOf: (word) => [cellKey(word)],
  apply(turn, { value: word }) {
    const cell = turn.cell(cellKey(word));
    const count = (cell.get<number>('count') ?? 0) + 1;
    cell.put('count', count);
    if (count === 1) cell.setTimer('close', turn.nowMs + 1000);
    return { kind: 'emit', items: [`${word} ${count}`] };
  },
  fire(turn, { cell }) {
    const count = turn.cell(cell).get<number>('count');
    turn.cell(cell).delete('count');
    return [`closed ${cell} ${count}`];
  },
  finish: (_, changed) => (changed.length > 0 ? [`changed ${changed.join(' ')}`] : []),
};

async function tick(rig: Rig, timeMs: number): Promise<void> {
  const { headers = {}, timestampMs } = tickRecord(TOPIC.in, 0, timeMs);
  await rig.append([null], { headers, timestampMs });
}

const start = (rig: Rig) =>
  rig.start(createKeyed(counter, OPTIONS), { changelogTopic: TOPIC.state });

it('goes on with its cells and timers when it is started again', async () => {
  const rig = await openRig();
  try {
    await rig.append(['a', 'a', `${UNDECODABLE}`, 'b']);
    await start(rig);
    await rig.settled();
    await rig.restart();
    const before = ['a 1', 'a 2', 'b 1', 'changed a: b:'];
    expect(await rig.texts(TOPIC.out)).toStrictEqual(before);
    await rig.append(['a'], { timestampMs: 1500 });
    await tick(rig, 2000);
    await tick(rig, 9000);
    await start(rig);
    await rig.settled();
    expect((await rig.texts(TOPIC.out)).slice(before.length)).toStrictEqual([
      'a 3',
      'closed a: 3',
      'closed b: 1',
      'changed a: b:',
    ]);
    expect(rig.counts.totals).toMatchObject({
      received: 7,
      emitted: 5,
      'dropped tick': 1,
      'rejected corrupt_record': 1,
    });
  } finally {
    await rig.close();
  }
});

it('has the state of the last commit after kill -9, and goes on from there', {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podwitness-keyed-'));
  const load = { folder, cells: 3000, touches: 3000 };
  try {
    await fillAndKill(load, 1500);
    const first = await verify(load);
    expect(first.committed).toBe(1500);
    expect(first).toMatchObject({
      cells: first.committed,
      timers: first.committed,
      touches: 0,
      wrong: 0,
    });
    await fillAndKill(load, 4500);
    const second = await verify(load);
    expect(second).toMatchObject({ cells: 3000, touches: second.committed - 3000, wrong: 0 });
    await fill(load);
    expect(await verify(load)).toMatchObject({
      committed: 6000,
      cells: 3000,
      timers: 3000,
      touches: 3000,
      wrong: 0,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
