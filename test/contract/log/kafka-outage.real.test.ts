/**
 * Owns: proof that the Kafka log survives brokers that die, on a cluster of three.
 * Does not own: what every log promises (suite.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalKafka, startKafka } from '../../../infra/local/kafka.ts';
import { openKafkaLog } from '../../../shared/adapters/kafka/open.ts';
import { TransientError } from '../../../shared/errors/fault.ts';
import type { Consumer, Log, OutRecord } from '../../../shared/ports/log.ts';
import { describeReal, localOptions } from '../../support/real.ts';
import { countAndCopy } from './counting.ts';
import { eventually, join, options, out, textsByPartition, uniqueGroup } from './harness.ts';
import { logOptions } from './kafka-options.ts';

const PARTITIONS = 3;
const WAIT_MS = 90_000;

describeReal('Kafka outages', () => {
  let kafka: LocalKafka;
  let directory = '';
  let log: Log;
  let copier: Consumer;
  let ended: unknown;
  const group = uniqueGroup();
  const [topic, outputs, changelogTopic] = [`in-${group}`, `out-${group}`, `log-${group}`];
  let sent = 0;

  beforeAll(async () => {
    kafka = await startKafka({ ...localOptions(), brokers: 3 });
    directory = await mkdtemp(path(tmpdir(), 'podwitness-outage-'));
    log = await openKafkaLog(logOptions(kafka.brokers, directory));
    await log.ensureTopics(
      [topic, outputs, changelogTopic].map((name) => ({
        name,
        partitions: PARTITIONS,
        cleanup: name === changelogTopic ? 'compact' : 'delete',
        retentionMs: -1,
        maxMessageBytes: 1_048_576,
      })),
    );
    copier = await join(
      log,
      { ...options(group, topic), changelogTopic },
      { process: (lane, records) => countAndCopy(lane, records, outputs) },
    );
    copier.done.catch((error: unknown) => {
      ended = error;
    });
  }, 180_000);

  afterAll(async () => {
    await log.close();
    await kafka.stop();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  const record = (): OutRecord => {
    sent += 1;
    return out(topic, `r${sent}`, { partition: sent % PARTITIONS });
  };

  /** As the collector does: again until it is acknowledged. Only sick neighbours are excused. */
  const sendMany = async (count: number): Promise<number> => {
    let refusals = 0;
    for (let n = 0; n < count; n += 1) {
      const next = record();
      for (;;) {
        try {
          await log.append([next]);
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(TransientError);
          refusals += 1;
        }
      }
    }
    return refusals;
  };

  /** Every acknowledged record was copied, and each input record once, in order. */
  const expectAllOnce = async () => {
    const inputs = await textsByPartition(log, topic);
    const total = [...inputs.values()].flat().length;
    const all = new Set([...inputs.values()].flat());
    for (let n = 1; n <= sent; n += 1) expect(all, `r${n} was acknowledged`).toContain(`r${n}`);
    const copies = await eventually(
      WAIT_MS,
      () => {
        expect(ended, 'the consumer goes on').toBeUndefined();
        return textsByPartition(log, outputs);
      },
      (found) => [...found.values()].flat().length >= total,
    );
    expect(copies).toEqual(inputs);
  };

  it('makes topics that survive a disk', async () => {
    const [status] = await log.ensureTopics([
      {
        name: topic,
        partitions: PARTITIONS,
        cleanup: 'delete',
        retentionMs: -1,
        maxMessageBytes: 2_000_000,
      },
    ]);
    expect(status?.state).toBe('changed');
    const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic, changelogTopic] });
    await admin.disconnect();
    const replicas = topics.flatMap((t) => t.partitions.map((p) => p.replicas.length));
    expect(new Set(replicas)).toEqual(new Set([3]));
    await sendMany(20);
    await expectAllOnce();
  });

  it('goes on when a broker is killed, and when it comes back', { timeout: 240_000 }, async () => {
    for (const index of [0, 1]) {
      const sending = sendMany(120);
      await kafka.stopBroker(index, 'kill');
      await sending;
      await sendMany(30);
      await expectAllOnce();
      const more = sendMany(60);
      await kafka.startBroker(index);
      await more;
      await expectAllOnce();
    }
  });

  it('waits for a log that is away, and tells who appends', { timeout: 240_000 }, async () => {
    await Promise.all([0, 1, 2].map((index) => kafka.stopBroker(index, 'kill')));
    await expect(log.append([out(topic, 'lost')])).rejects.toBeInstanceOf(TransientError);
    await expect(log.ping()).rejects.toBeInstanceOf(TransientError);
    await Promise.all([0, 1, 2].map((index) => kafka.startBroker(index)));
    await sendMany(30);
    await expectAllOnce();
    await eventually(
      WAIT_MS,
      () => log.positions(group, topic),
      (all) => all.every((p) => p.committed === p.end),
    );
    await log.ping();
    await copier.stop();
    await copier.done;
  });
});
