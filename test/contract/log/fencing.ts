/**
 * Owns: the contract of fencing: who lost a partition can not commit, and nothing of it shows.
 */
import { expect, it } from 'vitest';
import { LaneLostError } from '../../../shared/errors/fault.ts';
import type { Lane, LaneCommit, LaneHandler, LogRecord } from '../../../shared/ports/log.ts';
import {
  after,
  deferred,
  eventually,
  join,
  type LogHarness,
  numbered,
  options,
  out,
  textOf,
  textsByPartition,
  uniqueGroup,
  within,
} from './harness.ts';

type Process = LaneHandler['process'];

/** A copy of each record with the member's name, and the name in the lane's state. */
function changeBy(
  name: string,
  topic: string,
  { partition }: Lane,
  records: readonly LogRecord[],
): LaneCommit {
  return {
    outputs: records.map((r) => out(topic, `${textOf(r)} by ${name}`, { partition })),
    writes: [{ kind: 'put', key: 'by', value: Buffer.from(name) }],
    nextOffset: after(records),
  };
}

export function fencingContract(harness: LogHarness): void {
  const limit = { timeout: harness.waitMs * 5 };

  it('refuses the commit of a lane that moved; the new owner does the work', limit, async () => {
    const clients = [await harness.open(), await harness.open()] as const;
    const topic = await harness.uniqueTopic(2);
    const outputs = await harness.uniqueTopic(2);
    const changelogTopic = await harness.uniqueTopic(2, { cleanup: 'compact' });
    const consumer = { ...options(uniqueGroup(), topic), changelogTopic };
    await clients[0].append([...numbered(topic, 0, 'a', 3), ...numbered(topic, 1, 'b', 3)]);

    const held = new Map<number, Lane>();
    const release = deferred();
    const refusals: { partition: number; error: unknown }[] = [];
    const zombie: Process = async (lane, records) => {
      held.set(lane.partition, lane);
      await release.promise;
      try {
        await lane.commit(changeBy('old', outputs, lane, records));
      } catch (error) {
        refusals.push({ partition: lane.partition, error });
        throw error;
      }
    };
    const old = await join(clients[0], consumer, { process: zombie });
    await eventually(
      harness.waitMs,
      async () => held.size,
      (n) => n === 2,
    );

    const taken = deferred<Lane>();
    const states: (string | undefined)[] = [];
    const heir = await join(clients[1], consumer, {
      async assigned(lane) {
        states.push((await lane.state.getMany(['by']))[0]?.toString());
        taken.resolve(lane);
      },
      process: (lane, records) => lane.commit(changeBy('new', outputs, lane, records)),
    });
    const moved = (await within(harness.waitMs, 'a partition to move', taken.promise)).partition;
    expect(held.get(moved)?.signal.aborted).toBe(true);
    release.resolve();
    const refusal = await eventually(
      harness.waitMs,
      async () => refusals.find((r) => r.partition === moved),
      (found) => found !== undefined,
    );
    expect(refusal?.error).toBeInstanceOf(LaneLostError);
    const found = await eventually(
      harness.waitMs,
      () => textsByPartition(clients[1], outputs),
      (texts) => [0, 1].every((p) => (texts.get(p)?.length ?? 0) >= 3),
    );
    const first = moved === 0 ? 'a' : 'b';
    expect(found.get(moved)).toEqual([0, 1, 2].map((n) => `${first}${n} by new`));
    expect(found.get(1 - moved)).toHaveLength(3);
    expect(states[0]).toBeUndefined();
    await Promise.all([old.stop(), heir.stop()]);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('refuses the commit of a lane whose consumer stopped', limit, async () => {
    const log = await harness.open();
    const [topic, outputs] = [await harness.uniqueTopic(1), await harness.uniqueTopic(1)];
    const group = uniqueGroup();
    await log.append(numbered(topic, 0, 'a', 2));
    let kept: { lane: Lane; records: readonly LogRecord[] } | undefined;
    const consumer = await join(log, options(group, topic), {
      async process(lane, records) {
        kept = { lane, records };
        await lane.commit({ ...changeBy('live', outputs, lane, records), writes: [] });
      },
    });
    await eventually(
      harness.waitMs,
      () => textsByPartition(log, outputs),
      (t) => t.size > 0,
    );
    await consumer.stop();
    expect(kept?.lane.signal.aborted).toBe(true);
    const late = kept?.lane.commit({ outputs: [out(outputs, 'late')], writes: [], nextOffset: 2n });
    await expect(late).rejects.toBeInstanceOf(LaneLostError);
    await log.append([out(outputs, 'sentinel')]);
    expect((await textsByPartition(log, outputs)).get(0)).toEqual([
      'a0 by live',
      'a1 by live',
      'sentinel',
    ]);
    await log.close();
  });
}
