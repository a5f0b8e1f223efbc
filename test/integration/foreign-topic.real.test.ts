/**
 * Topics of somebody else's Kafka on a real broker: every message at least once, over restarts,
 * rebalances and a sick log of our own; what retention took is told.
 */
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type {
  ForeignBatch,
  ForeignGap,
  ForeignHandler,
} from '../../shared/adapters/kafka/foreign.ts';
import { consumeForeign } from '../../shared/adapters/kafka/foreign-topic.ts';
import { registerDecompressions } from '../../shared/adapters/kafka/decompression.ts';
import { DECOMPRESSIONS } from '../../services/collector/topics/compressions.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { describeReal, sharedKafka } from '../support/real.ts';
import { createLines, until } from '../support/worker-rig.ts';
import { within } from '../contract/log/harness.ts';

const PARTITIONS = 3;
const WAIT_MS = 60_000;

interface Taker {
  stop(): Promise<void>;
}

describeReal('topics of another cluster', () => {
  let kafka: Kafka;
  let brokers: string[];
  let run = 0;
  let topic = '';
  let group = '';
  let got: ForeignBatch[] = [];
  let gaps: ForeignGap[] = [];
  let troubles: (string | undefined)[] = [];
  let lags: number[] = [];
  let onTake: (batch: ForeignBatch, signal: AbortSignal) => Promise<void>;
  const takers: Taker[] = [];
  const { logger } = createLines();

  beforeAll(async () => {
    ({ brokers } = await sharedKafka());
    kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  });
  beforeEach(async () => {
    run++;
    topic = `foreign-${process.pid}-${run}`;
    group = `${topic}-group`;
    [got, gaps, troubles, lags] = [[], [], [], []];
    onTake = async () => undefined;
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] });
    await admin.disconnect();
  });
  afterEach(async () => {
    await Promise.all(takers.splice(0).map((taker) => taker.stop()));
  });

  function take(
    from: 'beginning' | 'end' = 'beginning',
    topics: readonly string[] = [topic],
  ): Taker {
    const stopped = new AbortController();
    const handler: ForeignHandler = {
      async take(batch, signal) {
        await onTake(batch, signal);
        got.push(batch);
      },
      gap: async (gap) => void gaps.push(gap),
      lag: (messages) => void lags.push(messages),
      trouble: (reason) => void troubles.push(reason),
    };
    const options = { clientId: 'test', maxBatchBytes: 4096, logger, clock: systemClock };
    const done = consumeForeign(
      { ...options, brokers, group, topics, from },
      handler,
      stopped.signal,
    );
    const taker = {
      async stop() {
        stopped.abort();
        await done;
      },
    };
    takers.push(taker);
    return taker;
  }

  async function produce(first: number, count: number): Promise<void> {
    const producer = kafka.producer();
    await producer.connect();
    for (let at = first; at < first + count; at += 100) {
      const messages = Array.from({ length: Math.min(100, first + count - at) }, (_, i) => ({
        key: String((at + i) % PARTITIONS),
        partition: (at + i) % PARTITIONS,
        value: JSON.stringify({ n: at + i, pad: 'x'.repeat(100) }),
      }));
      await producer.send({ topic, messages });
    }
    await producer.disconnect();
  }

  const numbers = (): readonly number[] =>
    got.flatMap(({ records }) =>
      records.map(({ value }) => (JSON.parse(String(value)) as { n: number }).n),
    );
  const distinct = (): number => new Set(numbers()).size;
  const settled = (count: number) =>
    within(
      WAIT_MS,
      `${count} messages`,
      until(() => distinct() >= count),
    );

  async function committed(): Promise<number> {
    const admin = kafka.admin();
    await admin.connect();
    const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    await admin.disconnect();
    return (offsets?.partitions ?? []).reduce((sum, p) => sum + Math.max(0, Number(p.offset)), 0);
  }

  it('gives each message, in order, and goes on where it was stopped', async () => {
    await produce(0, 900);
    onTake = async () => {
      if (distinct() > 300) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const first = take();
    await settled(350);
    await first.stop();
    expect(distinct()).toBeLessThan(900);
    onTake = async () => undefined;
    take();
    await settled(900);
    expect(numbers().length).toBeLessThan(1000);
    await within(
      WAIT_MS,
      'a commit',
      until(async () => (await committed()) === 900),
    );
    const third = numbers().filter((n) => n % PARTITIONS === 0);
    expect([...new Set(third)]).toStrictEqual([...new Set(third)].toSorted((a, b) => a - b));
    expect(gaps).toStrictEqual([]);
    expect(lags.length).toBeGreaterThan(0);
  });

  it('commits nothing that was not taken', async () => {
    await produce(0, 30);
    onTake = (_batch, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')));
      });
    let asked = 0;
    const waiting = onTake;
    onTake = (batch, signal) => {
      asked++;
      return waiting(batch, signal);
    };
    const first = take();
    await within(
      WAIT_MS,
      'a take',
      until(() => asked > 0),
    );
    await first.stop();
    expect(await committed()).toBe(0);
    onTake = async () => undefined;
    take();
    await settled(30);
  });

  it('shares the partitions among members, and loses none when they come and go', async () => {
    take();
    await produce(0, 300);
    await settled(300);
    const second = take();
    await produce(300, 300);
    await settled(600);
    await second.stop();
    await produce(600, 300);
    await settled(900);
    expect(distinct()).toBe(900);
  });

  it('tells what retention took before it was read', async () => {
    await produce(0, 300);
    const first = take();
    await settled(300);
    await within(
      WAIT_MS,
      'a commit',
      until(async () => (await committed()) === 300),
    );
    await first.stop();
    await produce(300, 300);
    const admin = kafka.admin();
    await admin.connect();
    // kafkajs needs to know the topic first.
    await admin.fetchTopicOffsets(topic);
    await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '150' }] });
    await admin.disconnect();
    take();
    await settled(550);
    expect(gaps).toStrictEqual([{ topic, partition: 1, from: 100n, to: 150n }]);
  });

  it('starts at the end where it is told to, once', async () => {
    await produce(0, 300);
    const first = take('end');
    await within(
      WAIT_MS,
      'a commit',
      until(async () => (await committed()) === 300),
    );
    await first.stop();
    await produce(300, 300);
    take('end');
    await settled(300);
    expect(Math.min(...numbers())).toBe(300);
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('reads what is packed with %s', async (type) => {
    registerDecompressions(DECOMPRESSIONS);
    const admin = kafka.admin();
    await admin.connect();
    topic = `${topic}-${type}`;
    // The broker packs it anew, as a producer of Java's would.
    const configEntries = [{ name: 'compression.type', value: type }];
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS, configEntries }] });
    await admin.disconnect();
    await produce(0, 600);
    take('beginning', [topic]);
    await settled(600);
    expect(numbers().length).toBe(600);
  });

  it('waits for a topic that is not there, and says so', async () => {
    const taker = take('beginning', [`${topic}-none`]);
    await within(
      WAIT_MS,
      'a trouble',
      until(() => troubles.some((t) => t !== undefined)),
    );
    await taker.stop();
  });
});
