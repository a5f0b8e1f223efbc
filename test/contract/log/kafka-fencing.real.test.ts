/**
 * Owns: proof that the Kafka log is not fooled by a former owner of a partition, by transactions
 * that were aborted, or by a process that dies in the middle of a commit.
 * Does not own: what every log promises (suite.ts).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel, type Producer, type Transaction } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openKafkaLog } from '../../../shared/adapters/kafka/open.ts';
import { LaneLostError } from '../../../shared/errors/fault.ts';
import type { Lane, Log } from '../../../shared/ports/log.ts';
import { describeReal, sharedKafka } from '../../support/real.ts';
import { countAndCopy } from './counting.ts';
import {
  copyTo,
  eventually,
  join,
  numbered,
  options,
  skip,
  textOf,
  texts,
  uniqueGroup,
  within,
} from './harness.ts';
import { logOptions } from './kafka-options.ts';

const WAIT_MS = 20_000;
const CHILD = fileURLToPath(new URL('kafka-child.ts', import.meta.url));
const COUNT = 3;

interface Setting {
  readonly topic: string;
  readonly outputs: string;
  readonly group: string;
}

describeReal('Kafka fencing', () => {
  let brokers: readonly string[] = [];
  let directory = '';
  let log: Log;
  let kafka: Kafka;
  const producers: Producer[] = [];

  const makeTopic = async (name: string, cleanup: 'compact' | 'delete' = 'delete') => {
    const limits = { partitions: 1, retentionMs: -1, maxMessageBytes: 1_048_576 };
    await log.ensureTopics([{ name, cleanup, ...limits }]);
    return name;
  };

  beforeAll(async () => {
    brokers = (await sharedKafka()).brokers;
    directory = await mkdtemp(path(tmpdir(), 'podwitness-fencing-'));
    log = await openKafkaLog(logOptions(brokers, directory));
    kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
    // The coordinator's topic is made by the first group; kafkajs' producer does not wait for it.
    const topic = await makeTopic(`first-${uniqueGroup()}`);
    const first = await join(log, options(uniqueGroup(), topic), { process: skip });
    await first.stop();
  });

  afterAll(async () => {
    await Promise.all(producers.map((producer) => producer.disconnect()));
    await log.close();
    await rm(directory, { recursive: true, force: true });
  });

  const setting = async (): Promise<Setting> => {
    const group = uniqueGroup();
    const topic = await makeTopic(`in-${group}`);
    const outputs = await makeTopic(`out-${group}`);
    await log.append(numbered(topic, 0, 'r', COUNT));
    return { group, topic, outputs };
  };

  const transactionalId = ({ group, topic }: Setting) => `test-${group}-${topic}-0`;

  const rawProducer = async (id: string): Promise<Producer> => {
    const producer = kafka.producer({ transactionalId: id, maxInFlightRequests: 1 });
    producers.push(producer);
    await producer.connect();
    return producer;
  };

  /** All of a copying worker's transaction but its end. */
  const openTransaction = async (producer: Producer, at: Setting, by: string) => {
    const transaction = await producer.transaction();
    const messages = Array.from({ length: COUNT }, (_, i) => ({ value: `r${i} by ${by}` }));
    await transaction.send({ topic: at.outputs, messages });
    const partitions = [{ partition: 0, offset: String(COUNT) }];
    const topics = [{ topic: at.topic, partitions }];
    await transaction.sendOffsets({ consumerGroupId: at.group, topics });
    return transaction;
  };

  const zombie = async (at: Setting): Promise<Transaction> =>
    openTransaction(await rawProducer(transactionalId(at)), at, 'zombie');

  /** What the group was given of its input, in sorted form. */
  const givenOnce = Array.from({ length: COUNT }, (_, i) => `r${i}`);
  const given = (found: readonly string[]) => found.map((text) => text.split(' ')[0]).sort();

  it('has a hole to close: offset first and fence second gives everything twice', async () => {
    const at = await setting();
    const former = await zombie(at);
    const admin = kafka.admin();
    await admin.connect();
    const read = await admin.fetchOffsets({ groupId: at.group, topics: [at.topic] });
    await admin.disconnect();
    expect(read[0]?.partitions[0]?.offset).toBe('-1');
    await former.commit();
    const heir = await rawProducer(transactionalId(at));
    const again = await openTransaction(heir, at, 'heir');
    await again.commit();
    const found = await eventually(
      WAIT_MS,
      () => texts(log, at.outputs),
      (t) => t.length >= 6,
    );
    expect(given(found)).toEqual(['r0', 'r0', 'r1', 'r1', 'r2', 'r2']);
  });

  it('fences before it reads the offset: a zombie that commits then gets an error', async () => {
    const at = await setting();
    const former = await zombie(at);
    let refused: unknown;
    const consumer = await join(log, options(at.group, at.topic), {
      ...copyTo(at.outputs),
      async assigned() {
        refused = await former.commit().catch((error: unknown) => error);
      },
    });
    await eventually(
      WAIT_MS,
      async () => (await log.positions(at.group, at.topic))[0]?.committed,
      (committed) => committed === BigInt(COUNT),
    );
    await consumer.stop();
    expect(refused).toMatchObject({ type: 'INVALID_PRODUCER_EPOCH' });
    expect(await texts(log, at.outputs)).toEqual(givenOnce);
  });

  it('takes over what a zombie commits at the same moment, or does it itself', async () => {
    for (const delayMs of [0, 0, 5, 10, 20, 40]) {
      const at = await setting();
      const former = await zombie(at);
      const consumer = join(log, options(at.group, at.topic), copyTo(at.outputs));
      const end = new Promise((resolve) => setTimeout(resolve, delayMs))
        .then(() => former.commit())
        .catch((error: unknown) => error);
      await end;
      await eventually(
        WAIT_MS,
        async () => (await log.positions(at.group, at.topic))[0]?.committed,
        (committed) => committed === BigInt(COUNT),
      );
      await (await consumer).stop();
      expect(given(await texts(log, at.outputs))).toEqual(givenOnce);
    }
  });

  it('loses a lane that was fenced, quietly, and does its work once it has it again', async () => {
    const at = await setting();
    let ended: unknown;
    let calls = 0;
    const consumer = await join(log, options(at.group, at.topic), {
      async process(lane, records) {
        calls += 1;
        if (calls === 1) {
          const other = await (await rawProducer(transactionalId(at))).transaction();
          await other.abort();
        }
        try {
          await copyTo(at.outputs).process(lane, records);
        } catch (error) {
          ended = error;
          expect(lane.signal.aborted).toBe(true);
          throw error;
        }
      },
    });
    const found = await eventually(
      WAIT_MS,
      () => texts(log, at.outputs),
      (t) => t.length >= COUNT,
    );
    await consumer.stop();
    await consumer.done;
    expect(ended).toBeInstanceOf(LaneLostError);
    expect(found).toEqual(givenOnce);
    expect(calls).toBe(2);
  });

  it('gives nothing of aborted transactions that overlap, whatever their order', async () => {
    const at = await setting();
    const [one, two] = [await rawProducer(`a-${at.group}`), await rawProducer(`b-${at.group}`)];
    const [first, second] = [await one.transaction(), await two.transaction()];
    const send = (transaction: Transaction, value: string) =>
      transaction.send({ topic: at.outputs, messages: [{ value }] });
    await send(first, 'aborted 1');
    await send(second, 'aborted 2');
    await send(first, 'aborted 3');
    await second.abort();
    // The next transaction of the same producer begins only when the markers are written.
    const after = await two.transaction();
    await send(after, 'good');
    await first.abort();
    await after.commit();
    const seen: string[] = [];
    const consumer = await join(log, options(uniqueGroup(), at.outputs), {
      async process(lane, records) {
        seen.push(...records.map(textOf));
        await skip(lane, records);
      },
    });
    await eventually(
      WAIT_MS,
      async () => seen,
      (s) => s.includes('good'),
    );
    await consumer.stop();
    expect(seen).toEqual(['good']);
    expect(await texts(log, at.outputs)).toEqual(['good']);
  });

  it('leaves no lag behind transaction markers', async () => {
    const at = await setting();
    const copier = await join(log, options(at.group, at.topic), copyTo(at.outputs));
    const group = uniqueGroup();
    const reader = await join(log, options(group, at.outputs), { process: skip });
    const position = await eventually(
      WAIT_MS,
      async () => (await log.positions(group, at.outputs))[0],
      (p) => p !== undefined && p.committed === p.end && p.end > 0n,
    );
    expect(position?.end).toBe(BigInt(COUNT + 1));
    await Promise.all([copier.stop(), reader.stop()]);
  });

  it.each(['after-produce', 'before-commit', 'after-commit', 'in-restore'] as const)(
    'has everything once after kill -9 at %s',
    async (point) => {
      const at = await setting();
      const changelogTopic = await makeTopic(`log-${at.group}`, 'compact');
      if (point === 'in-restore') await leaveState(at, changelogTopic);
      const given = [brokers.join(), path(directory, 'child'), at.group, at.topic, at.outputs];
      const args = ['--import', 'tsx', CHILD, ...given, changelogTopic, point];
      const child = spawn(process.execPath, args, { stdio: 'inherit' });
      const exit = (await within(WAIT_MS, 'the child to die', once(child, 'exit'))) as unknown[];
      const signal = exit[1];
      expect(signal).toBe('SIGKILL');
      const total = point === 'in-restore' ? COUNT * 2 : COUNT;
      const states: (string | undefined)[] = [];
      const consumer = await join(
        log,
        { ...options(at.group, at.topic), changelogTopic },
        {
          async assigned(lane: Lane) {
            states.push((await lane.state.getMany(['count']))[0]?.toString());
          },
          process: (lane, records) => countAndCopy(lane, records, at.outputs),
        },
      );
      await eventually(
        WAIT_MS,
        async () => (await log.positions(at.group, at.topic))[0]?.committed,
        (committed) => states.length > 0 && committed === BigInt(total),
      );
      await consumer.stop();
      const found = await texts(log, at.outputs);
      expect(found).toHaveLength(total);
      expect(new Set(found).size).toBe(point === 'in-restore' ? COUNT * 2 : COUNT);
      expect(states).toEqual([{ 'after-commit': '3', 'in-restore': '3' }[point as string]]);
    },
  );

  /** A first worker's commit, with state, and more input behind it. */
  const leaveState = async (at: Setting, changelogTopic: string) => {
    const consumer = await join(
      log,
      { ...options(at.group, at.topic), changelogTopic },
      {
        process: (lane, records) => countAndCopy(lane, records, at.outputs),
      },
    );
    await eventually(
      WAIT_MS,
      async () => (await log.positions(at.group, at.topic))[0]?.committed,
      (committed) => committed === BigInt(COUNT),
    );
    await consumer.stop();
    await log.append(numbered(at.topic, 0, 'more', COUNT));
  };
});
