/**
 * The examples in infra/senders that go by somebody else's Kafka: topic and form come from the
 * sender's example, what podwitness takes from its own, and both must fit. The records are what the
 * programs would write with these settings; the broker is real.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Process, query, start } from '../support/podwitness.ts';
import { describeReal, sharedKafka } from '../support/real.ts';
import { eventually } from '../support/sender.ts';
import { auditLines } from '../support/sender-bodies.ts';
import { at, exampleYaml, textAt } from '../support/sender-examples.ts';

const TIMEOUT = { timeout: 90_000 };
const SETTLE_MS = 60_000;

interface TopicInput {
  brokers: string[];
  topics: string[];
  group: string;
  cluster: string;
  ssl?: unknown;
  sasl?: unknown;
}

describeReal('topics of others', () => {
  let brokers: string[];
  let producer: Producer;
  let kafka: kafkajs.Kafka;
  let folder: string;
  let running: Process | undefined;

  beforeAll(async () => {
    ({ brokers } = await sharedKafka());
    kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.ERROR });
    producer = kafka.producer();
    await producer.connect();
  });

  afterAll(() => producer?.disconnect());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podwitness-senders-'));
  });

  afterEach(async () => {
    running?.kill('SIGKILL');
    await running?.exited;
    running = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  /** The broker is everybody's: names of this run alone. */
  async function ownTopic(name: string): Promise<string> {
    const topic = `${name}-${Date.now()}`;
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
    await admin.disconnect();
    return topic;
  }

  /** What podwitness makes of `values`, set up as its example says, but for this broker. */
  async function taken(
    example: string,
    topic: string,
    values: readonly string[],
    marker: string,
  ): Promise<readonly unknown[]> {
    const own = await ownTopic(topic);
    await producer.send({ topic: own, messages: values.map((value) => ({ value })) });
    const config = structuredClone(exampleYaml(example)) as {
      readonly collector: { readonly topics: TopicInput[] };
    };
    const [input] = config.collector.topics as [TopicInput];
    expect(input.topics).toContain(topic);
    const { sasl: _sasl, ssl: _ssl, ...rest } = input;
    config.collector.topics[0] = { ...rest, brokers, topics: [own], group: own };
    const file = join(folder, 'podwitness.yaml');
    await writeFile(file, stringify(config));
    const settings = { PODWITNESS_DATA_DIR: join(folder, 'data') };
    running = await start(['up', '--config', file], settings);
    return eventually(
      async () => {
        const where = [`orchestrator.cluster.name=${input.cluster}`];
        const found = await query('events', where, settings);
        return found.filter((document) => JSON.stringify(document).includes(marker));
      },
      (found) => found.length >= 2,
      SETTLE_MS,
    );
  }

  it('Fluent Bit’s output', TIMEOUT, async () => {
    const output = at(exampleYaml('fluent-bit/audit-kafka.yaml'), 'pipeline.outputs.0');
    expect(output).toMatchObject({ name: 'kafka', format: 'json', retry_limit: 'no_limits' });
    const date = textAt(output, 'timestamp_key');
    const values = auditLines('by-fluent-bit').map((log) => JSON.stringify({ [date]: 1.5, log }));
    const topic = textAt(output, 'topics');
    const found = await taken('fluent-bit/podwitness-kafka.yaml', topic, values, 'by-fluent-bit');
    expect(found).toHaveLength(2);
  });

  /** What libbeat's json codec makes of a line. */
  const beat = (message: string): string =>
    JSON.stringify({
      '@timestamp': '2026-11-20T10:00:00.100Z',
      '@metadata': { beat: 'filebeat', type: '_doc', version: '8.19.2' },
      log: { file: { path: '/var/log/kubernetes/audit/audit.log' }, offset: 0 },
      host: { name: 'cp-1' },
      message,
    });

  it('Filebeat’s output', TIMEOUT, async () => {
    const output = exampleYaml('filebeat/filebeat.yml')['output.kafka'];
    expect(output).toMatchObject({ required_acks: -1 });
    const values = auditLines('by-filebeat').map(beat);
    const topic = textAt(output, 'topic');
    const found = await taken('filebeat/podwitness-kafka.yaml', topic, values, 'by-filebeat');
    expect(found).toHaveLength(2);
  });

  it('Elastic Agent’s output', TIMEOUT, async () => {
    const output = at(exampleYaml('elastic-agent/elastic-agent.yml'), 'outputs.default');
    expect(output).toMatchObject({ type: 'kafka', required_acks: -1 });
    const values = auditLines('by-agent').map(beat);
    const topic = textAt(output, 'topic');
    const found = await taken('elastic-agent/podwitness-kafka.yaml', topic, values, 'by-agent');
    expect(found).toHaveLength(2);
  });

  it('an Event Hub', TIMEOUT, async () => {
    const input = at(exampleYaml('aks-eventhub/podwitness.yaml'), 'collector.topics.0');
    // Azure's way in: TLS, PLAIN, this very user name.
    expect(input).toMatchObject({
      ssl: { enabled: true },
      sasl: { mechanism: 'plain', username: '$ConnectionString' },
    });
    const records = auditLines('by-aks').map((log) => ({
      time: '2026-11-20T10:00:00.0000000Z',
      resourceId: '/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/X/MANAGEDCLUSTERS/AKS1',
      category: 'kube-audit',
      operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
      properties: { log: `${log}\n`, stream: 'stdout', pod: 'kube-apiserver-0' },
    }));
    const values = [JSON.stringify({ records })];
    const topic = textAt(input, 'topics.0');
    const found = await taken('aks-eventhub/podwitness.yaml', topic, values, 'by-aks');
    expect(found).toHaveLength(2);
  });
});
