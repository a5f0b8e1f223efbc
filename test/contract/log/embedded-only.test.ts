/**
 * Owns: what the embedded log promises beyond the port: retention, a bounded queue, a full disk,
 * and the order of a handover.
 * Does not own: the contract (suite.ts), crashes, syncs, damage (embedded-*.test.ts).
 */
import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../shared/errors/fault.ts';
import type { Consumer, LaneHandler } from '../../../shared/ports/log.ts';
import { choicesFrom } from '../../support/odd-json.ts';
import { folderPerTest, inOtherProcess, SPEC } from './embedded-folder.ts';
import {
  after,
  collect,
  deferred,
  eventually,
  numbered,
  options,
  out,
  skip,
  textOf,
  texts,
} from './harness.ts';

const WAIT_MS = 10_000;
const folder = folderPerTest();
const { open } = folder;

describe('retention', () => {
  it('deletes by age of arrival, but keeps the last and the end', async () => {
    let nowMs = 1_000_000;
    const log = await open({ now: () => nowMs, trimIntervalMs: 10 });
    await log.append(numbered('t', 0, 'old', 3));
    nowMs += 600;
    await log.append(numbered('t', 0, 'young', 2));
    nowMs += 600;
    await eventually(
      WAIT_MS,
      () => texts(log, 't'),
      (found) => found.length === 2,
    );
    expect(await texts(log, 't')).toEqual(['young0', 'young1']);
    nowMs += 10_000;
    await log.append([out('t', 'last')]);
    nowMs += 10_000;
    await eventually(
      WAIT_MS,
      () => texts(log, 't'),
      (found) => found.length === 1,
    );
    await log.close();
    const again = await open();
    const [record] = await collect(again, 't');
    expect(record?.offset).toBe(5n);
    expect(await again.positions('new', 't')).toEqual([{ partition: 0, committed: 5n, end: 6n }]);
  });

  it('keeps what a joined group has not processed', async () => {
    let nowMs = 1_000_000;
    const log = await open({ now: () => nowMs, trimIntervalMs: 10 });
    await log.append([out('t', 'a')]);
    await log.append([out('t', 'b')]);
    await log.append([out('t', 'c')]);
    const release = deferred();
    const consumer = await log.consume(options('slow', 't', { maxBatchRecords: 1 }), {
      async process(lane, records) {
        await release.promise;
        await skip(lane, records);
      },
    });
    // A topic without a group goes first, which shows that a pass was made.
    await log.ensureTopics([{ ...SPEC, name: 'other' }]);
    await log.append([out('other', 'a')]);
    await log.append([out('other', 'b')]);
    nowMs += 10_000;
    const others = () => texts(log, 'other');
    await eventually(WAIT_MS, others, (found) => found.length === 1);
    expect(await texts(log, 't')).toEqual(['a', 'b', 'c']);
    release.resolve();
    await eventually(
      WAIT_MS,
      () => texts(log, 't'),
      (found) => found.length === 1,
    );
    await consumer.stop();
  });
});

describe('retention by size', () => {
  const PART_CHARS = 100_000;

  it('deletes the oldest that is processed, and refuses rather than delete what is not', async () => {
    const log = await open({ maxBytes: 3_000_000, trimIntervalMs: 10 });
    // Not to be packed into nothing.
    const choose = choicesFrom(1);
    const text = () =>
      Array.from({ length: PART_CHARS }, () => String.fromCharCode(33 + choose() * 90)).join('');
    const fillUp = async (): Promise<number> => {
      for (let n = 0; n < 200; n += 1) {
        try {
          await log.append([out('t', text())]);
        } catch (error) {
          expect(error).toBeInstanceOf(TransientError);
          return n;
        }
      }
      return 200;
    };
    const hold = deferred();
    const handler: LaneHandler = {
      async process(lane, records) {
        await hold.promise;
        await skip(lane, records);
      },
    };
    const consumer = await log.consume(options('g', 't', { maxBatchRecords: 5 }), handler);
    const taken = await fillUp();
    expect(taken).toBeLessThan(200);
    expect(await texts(log, 't')).toHaveLength(taken);
    hold.resolve();
    await eventually(
      WAIT_MS,
      () =>
        log.append([out('t', 'room again')]).then(
          () => true,
          () => false,
        ),
      (isTaken) => isTaken,
    );
    await consumer.stop();
    expect((await texts(log, 't')).length).toBeLessThan(taken);
  });

  it('keeps what a group that is away has not processed, and forgets it in the end', async () => {
    let nowMs = 1_000_000;
    const log = await open({ now: () => nowMs, trimIntervalMs: 10, groupAbsentMs: 60_000 });
    await log.append([out('t', 'a')]);
    const consumer = await log.consume(options('gone', 't'), { process: skip });
    await eventually(
      WAIT_MS,
      () => log.positions('gone', 't'),
      ([position]) => position?.committed === 1n,
    );
    await consumer.stop();
    await log.append([out('t', 'b')]);
    await log.append([out('t', 'c')]);
    nowMs += 10_000;
    await eventually(
      WAIT_MS,
      () => texts(log, 't'),
      (found) => found.length === 2,
    );
    nowMs += 40_000;
    await log.append([out('t', 'd')]);
    // Passes over the topic have been made since: it is the group that holds these.
    expect(await texts(log, 't')).toEqual(['b', 'c', 'd']);
    nowMs += 60_000;
    await eventually(
      WAIT_MS,
      () => texts(log, 't'),
      (found) => found.length === 1,
    );
  });
});

describe('limits', () => {
  it('refuses appends while too much waits for the disk', async () => {
    const log = await open({ maxQueuedBytes: 100_000 });
    const text = 'x'.repeat(60_000);
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => log.append([out('t', `${n} ${text}`)])),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBe(4);
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(TransientError);
      expect(reason).toMatchObject({ code: 'log_unavailable', retryAfterMs: 1000 });
    }
    await log.append([out('t', 'room again')]);
    expect(await texts(log, 't')).toHaveLength(3);
  });

  it('loses nothing acknowledged when the disk is full', { timeout: 40_000 }, async () => {
    // A limit of the file size (in KiB) stands for the full disk: write fails with EFBIG.
    const full = inOtherProcess("trap '' XFSZ; ulimit -f 2000;", 'fill', folder.path());
    const lines = full.stdout.trim().split('\n');
    const appended = lines.filter((line) => line.startsWith('appended '));
    expect(appended.length).toBeGreaterThan(10);
    expect(lines.slice(-5)).toEqual([
      'refused TransientError log_unavailable',
      'then TransientError log_unavailable',
      'ping TransientError log_unavailable',
      appended.at(-1),
      'ping fine',
    ]);
    const log = await open();
    // What was refused may be there as well, as a whole.
    const found = new Set((await texts(log, 'stream')).map((text) => text.split(' ', 1)[0]));
    expect([...found]).toEqual(appended.map((_, n) => String(n)));
  });

  it('refuses appends while the disk is short, and commits when it is spent', async () => {
    const room = { isShort: () => false, isSpent: () => false, freeBytes: () => 0 };
    const log = await open({ room });
    await log.append([out('t', 'a')]);
    room.isShort = () => true;
    room.isSpent = () => true;
    const refused = { name: 'TransientError', code: 'log_unavailable' };
    await expect(log.append([out('t', 'b')])).rejects.toMatchObject(refused);
    await expect(log.ping()).rejects.toMatchObject(refused);
    const [first, second] = [deferred(), deferred()];
    const consumer = await log.consume(options('g', 't'), {
      async process(lane, records) {
        await expect(skip(lane, records)).rejects.toMatchObject(refused);
        first.resolve();
        await second.promise;
        await skip(lane, records);
      },
    });
    await first.promise;
    room.isSpent = () => false;
    second.resolve();
    await eventually(
      WAIT_MS,
      () => log.positions('g', 't'),
      ([position]) => position?.committed === 1n,
    );
    await consumer.stop();
    room.isShort = () => false;
    await log.append([out('t', 'b')]);
  });

  it('keeps state beside its topics: a changelog holds no records', async () => {
    const log = await open();
    await log.ensureTopics([{ ...SPEC, name: 'changes', cleanup: 'compact' }]);
    await log.append([out('t', 'a')]);
    const committed = deferred();
    const consumer = await log.consume(
      { ...options('g', 't'), changelogTopic: 'changes' },
      {
        async process(lane, records) {
          const writes = [{ kind: 'put' as const, key: 'k', value: Buffer.from('v') }];
          await lane.commit({
            outputs: [],
            writes,
            nextOffset: (records.at(-1)?.offset ?? 0n) + 1n,
          });
          committed.resolve();
        },
      },
    );
    await committed.promise;
    await consumer.stop();
    expect(await collect(log, 'changes')).toEqual([]);
  });

  it('refuses a changelog with another number of partitions', async () => {
    const log = await open();
    await log.ensureTopics([{ ...SPEC, name: 'changes', partitions: 2, cleanup: 'compact' }]);
    const joined = log.consume(
      { ...options('g', 't'), changelogTopic: 'changes' },
      { process: skip },
    );
    await expect(joined).rejects.toMatchObject({ code: 'missing_topic' });
  });

  it('refuses a commit past what the lane was given, and state without a changelog', async () => {
    const log = await open();
    await log.append([out('t', 'a'), out('t', 'b')]);
    const commits = [
      { outputs: [], writes: [], nextOffset: 2n },
      { outputs: [], writes: [{ kind: 'delete' as const, key: 'k' }], nextOffset: 1n },
    ];
    for (const [i, change] of commits.entries()) {
      const consumer = await log.consume(options(`g${i}`, 't', { maxBatchRecords: 1 }), {
        process: (lane) => lane.commit(change),
      });
      await expect(consumer.done).rejects.toBeInstanceOf(i === 0 ? RangeError : TypeError);
      expect((await log.positions(`g${i}`, 't'))[0]?.committed).toBe(0n);
    }
  });
});

describe('handover', () => {
  it('waits for a commit in flight, also through a second handover', async () => {
    let opened = false;
    const joined: Promise<Consumer>[] = [];
    const copy: LaneHandler = {
      process: (lane, records) =>
        lane.commit({
          outputs: records.map((record) => out('t', textOf(record))),
          writes: [],
          nextOffset: after(records),
        }),
    };
    const member = () => joined.push(log.consume(options('g', 'four'), copy));
    const log = await open({
      failpoint(name) {
        if (name !== 'before-commit' || opened) return;
        opened = true;
        // Some turns later the batch is with LevelDB; partition 3 then goes to the second member
        // and from there back to the first before the sync ends.
        let turns = Promise.resolve();
        for (let i = 0; i < 10; i += 1) turns = turns.then(() => undefined);
        void turns.then(() => [member(), member()]);
      },
    });
    await log.ensureTopics([{ ...SPEC, name: 'four', partitions: 4 }]);
    await log.append(numbered('four', 3, 'n', 5));
    member();
    await eventually(
      WAIT_MS,
      async () => joined.length,
      (count) => count === 3,
    );
    await log.append([out('four', 'last', { partition: 3 })]);
    await eventually(
      WAIT_MS,
      () => texts(log, 't'),
      (found) => found.includes('last'),
    );
    expect(await texts(log, 't')).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'last']);
  });
});
