/**
 * Owns: what the embedded log promises beyond the port: one process, damage found, retention, a
 * bounded queue, a full disk.
 * Does not own: the contract (suite.ts), crashes (embedded-crash.test.ts), syncs.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type EmbeddedLogOptions,
  openEmbeddedLog,
} from '../../../shared/adapters/embedded-log/open.ts';
import { FatalError, TransientError } from '../../../shared/errors/fault.ts';
import type { Consumer, LaneHandler, Log, TopicSpec } from '../../../shared/ports/log.ts';
import { CHILD } from './embedded-child.ts';
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
const SPEC: TopicSpec = {
  name: 't',
  partitions: 1,
  cleanup: 'delete',
  retentionMs: 1000,
  maxMessageBytes: 10_000_000,
};

let directory = '';
let opened: Log[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'podwitness-embedded-'));
});

afterEach(async () => {
  await Promise.all(opened.map((log) => log.close()));
  opened = [];
  await rm(directory, { recursive: true, force: true });
});

async function open(rest: Partial<EmbeddedLogOptions> = {}): Promise<Log> {
  const log = await openEmbeddedLog({ directory, ...rest });
  opened.push(log);
  await log.ensureTopics([SPEC]);
  return log;
}

function inOtherProcess(before: string, ...args: readonly string[]) {
  const command = `${before} exec "$0" --import tsx "$@"`;
  return spawnSync('bash', ['-c', command, process.execPath, CHILD, ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  });
}

describe('one process at a time', () => {
  it('tells a second process that the folder is taken', { timeout: 40_000 }, async () => {
    const log = await open();
    expect(inOtherProcess('', 'open', directory).stdout).toBe('FatalError data_dir_locked\n');
    const second = await openEmbeddedLog({ directory }).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(FatalError);
    expect(second).toMatchObject({ code: 'data_dir_locked' });
    await log.append([out('t', 'the first is well')]);
    await log.close();
    expect(inOtherProcess('', 'open', directory).stdout).toBe('open\n');
  });

  it('does not open what another release wrote', async () => {
    await (await open()).close();
    const level = new ClassicLevel(directory);
    await level.put('\u0001format', '{"format":99}');
    await level.close();
    await expect(openEmbeddedLog({ directory })).rejects.toMatchObject({ code: 'invalid_config' });
  });
});

describe('damage', () => {
  it('reports a record whose bytes changed on disk', async () => {
    const log = await open();
    const value = randomBytes(100_000);
    await log.append([{ ...out('t', ''), value }]);
    await log.close();
    // Recovery moves the records from the write-ahead log to a table.
    await (await open()).close();
    await flipByte(value.subarray(50_000, 50_016));
    const again = await open();
    const read = await collect(again, 't').catch((error: unknown) => error);
    expect(read).toBeInstanceOf(FatalError);
    expect(read).toMatchObject({ code: 'data_dir_damaged' });
  });

  it('reports records that are gone, and never passes them over', async () => {
    const log = await open();
    for (const n of [0, 1, 2]) await log.append([out('t', `n${n}`)]);
    await log.close();
    const level = new ClassicLevel<Buffer, Buffer>(directory, { keyEncoding: 'buffer' });
    const chunk = Buffer.from([3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(await level.has(chunk)).toBe(true);
    await level.del(chunk);
    await level.close();
    await expect(collect(await open(), 't')).rejects.toMatchObject({ code: 'data_dir_damaged' });
  });

  it('reports a group that has processed more than there is', async () => {
    const log = await open();
    await log.append(numbered('t', 0, 'n', 3));
    const consumer = await log.consume(options('g', 't'), { process: skip });
    const committed = async () => (await log.positions('g', 't'))[0]?.committed;
    await eventually(WAIT_MS, committed, (offset) => offset === 3n);
    await consumer.stop();
    await log.close();
    const level = new ClassicLevel<Buffer, Buffer>(directory, { keyEncoding: 'buffer' });
    for (const kind of [3, 4]) {
      await level.del(Buffer.from([kind, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    }
    await level.close();
    const again = await open();
    const next = await again.consume(options('g', 't'), { process: skip });
    await expect(next.done).rejects.toMatchObject({ code: 'data_dir_damaged' });
  });

  async function flipByte(pattern: Buffer): Promise<void> {
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      const bytes = await readFile(path);
      const at = bytes.indexOf(pattern);
      if (at < 0) continue;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(path, bytes);
      return;
    }
    throw new Error('the record is in no file');
  }
});

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
    const full = inOtherProcess("trap '' XFSZ; ulimit -f 2000;", 'fill', directory);
    const lines = full.stdout.trim().split('\n');
    expect(lines.slice(-3)).toEqual([
      'refused FatalError log_unavailable',
      'then FatalError log_unavailable',
      'ping FatalError log_unavailable',
    ]);
    const appended = lines.filter((line) => line.startsWith('appended ')).length;
    expect(appended).toBeGreaterThan(10);
    const log = await open();
    const found = (await texts(log, 'stream')).map((text) => text.split(' ', 1)[0]);
    expect(found.length).toBeGreaterThanOrEqual(appended);
    expect(found).toEqual(found.map((_, n) => String(n)));
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
