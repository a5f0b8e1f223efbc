/**
 * Owns: proof that the launcher's servers are real ones and do what the other real-server tests
 * build upon: transactions, logins, access control, losing a broker, users and API keys.
 * Does not own: the product's adapters.
 */
import { Client } from '@elastic/elasticsearch';
import kafkajs, { type KafkaConfig, type SASLOptions } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { KAFKA_VERSIONS } from '../../infra/local/downloads.ts';
import { type LocalElasticsearch, startElasticsearch } from '../../infra/local/elasticsearch.ts';
import { type LocalKafka, startKafka } from '../../infra/local/kafka.ts';
import { describeReal, localOptions, sharedElasticsearch, sharedKafka } from '../support/real.ts';

const ALICE = { name: 'alice', password: 'not-a-secret' };
const NO_RETRY = { retries: 0 };
const REFUSED = { type: 'TOPIC_AUTHORIZATION_FAILED' };

function clientOf(config: KafkaConfig): kafkajs.Kafka {
  return new kafkajs.Kafka({ ...config, logLevel: kafkajs.logLevel.NOTHING });
}

async function createTopic(kafka: kafkajs.Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic }], waitForLeaders: false });
  // kafkajs's own waiting gives up when a broker has not heard of the topic yet.
  const known = () => admin.fetchTopicMetadata({ topics: [topic] });
  await vi.waitFor(known, { timeout: 20_000, interval: 100 });
  await admin.disconnect();
}

/** Aborts one transaction, commits another, and returns the first value that a reader sees. */
async function firstCommitted(brokers: readonly string[], topic: string) {
  const kafka = clientOf({ brokers: [...brokers] });
  await createTopic(kafka, topic);
  const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1 });
  await producer.connect();
  const aborted = await producer.transaction();
  await aborted.send({ topic, messages: [{ value: 'aborted' }] });
  await aborted.abort();
  const committed = await producer.transaction();
  await committed.send({ topic, messages: [{ value: 'committed' }] });
  await committed.commit();
  const consumer = kafka.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const first = await new Promise<string | undefined>((resolve, reject) => {
    const eachMessage = ({ message }: kafkajs.EachMessagePayload) => {
      resolve(message.value?.toString());
      return Promise.resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
  return first;
}

describeReal('the shared Kafka', () => {
  test('commits a transaction and hides an aborted one', async () => {
    const { brokers } = await sharedKafka();
    expect(await firstCommitted(brokers, `roundtrip-${process.pid}`)).toBe('committed');
  });
});

describeReal('Kafka with passwords and rules', () => {
  describe.each(KAFKA_VERSIONS)('%s', (version) => {
    let cluster: LocalKafka;
    beforeAll(async () => {
      const users = [ALICE];
      cluster = await startKafka({ ...localOptions(), version, security: 'sasl', users });
    });
    afterAll(() => cluster.stop());

    function login(mechanism: SASLOptions['mechanism'], { name, password } = ALICE) {
      const sasl = { mechanism, username: name, password } as SASLOptions;
      const ssl = { ca: [cluster.access?.ca ?? ''] };
      return clientOf({ brokers: [...cluster.brokers], ssl, sasl, retry: NO_RETRY });
    }

    async function connect(kafka: kafkajs.Kafka): Promise<void> {
      const producer = kafka.producer({ retry: NO_RETRY });
      await producer.connect().finally(() => producer.disconnect());
    }

    test('commits a transaction and hides an aborted one', async () => {
      expect(await firstCommitted(cluster.internalBrokers, 'roundtrip')).toBe('committed');
    });

    test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
      '%s lets in with the password and not without it',
      async (mechanism) => {
        await connect(login(mechanism));
        const refused = connect(login(mechanism, { ...ALICE, password: 'wrong' }));
        await expect(refused).rejects.toThrow(kafkajs.KafkaJSSASLAuthenticationError);
      },
    );

    test('a certificate that nobody vouches for is refused', async () => {
      const brokers = [...cluster.brokers];
      const refused = connect(clientOf({ brokers, ssl: true, retry: NO_RETRY }));
      const cause = { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' };
      await expect(refused).rejects.toMatchObject({ cause });
    });

    test('a user may write only once a rule says so', async () => {
      const topic = 'guarded';
      const root = login('scram-sha-512', cluster.access?.admin);
      await createTopic(root, topic);
      const producer = login('scram-sha-256').producer({ retry: { retries: 5 } });
      await producer.connect();
      const write = () => producer.send({ topic, messages: [{ value: 'by alice' }] });
      await expect(write()).rejects.toMatchObject({ cause: REFUSED });
      const admin = root.admin();
      await admin.connect();
      await admin.createAcls({ acl: [writeRule(topic)] });
      await admin.disconnect();
      await expect(write()).resolves.toMatchObject([{ topicName: topic, errorCode: 0 }]);
      await producer.disconnect();
    });
  });
});

function writeRule(topic: string): kafkajs.AclEntry {
  return {
    resourceType: kafkajs.AclResourceTypes.TOPIC,
    resourceName: topic,
    resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
    principal: `User:${ALICE.name}`,
    host: '*',
    operation: kafkajs.AclOperationTypes.WRITE,
    permissionType: kafkajs.AclPermissionTypes.ALLOW,
  };
}

describeReal('three brokers', () => {
  test('accept writes while one is dead, and take it back', async () => {
    // The controller misses a dead broker sooner than after the usual 9 s.
    const settings = { 'broker.session.timeout.ms': '4000' };
    const cluster = await startKafka({ ...localOptions(), brokers: 3, settings });
    try {
      // Connecting to the dead one is tried again for longer than it takes to be missed.
      const retry = { retries: 30, maxRetryTime: 1000 };
      const kafka = clientOf({ brokers: [...cluster.brokers], retry });
      const topic = 'replicated';
      await createTopic(kafka, topic);
      const producer = kafka.producer({ retry });
      await producer.connect();
      await cluster.stopBroker(2, 'kill');
      expect(cluster.pids).toEqual([expect.any(Number), expect.any(Number), undefined]);
      const [sent] = await producer.send({ topic, acks: -1, messages: [{ value: 'kept' }] });
      expect(sent).toMatchObject({ errorCode: 0 });
      await producer.disconnect();
      await cluster.startBroker(2);
      expect(cluster.pids).not.toContain(undefined);
    } finally {
      await cluster.stop();
    }
  });
});

describeReal('the shared Elasticsearch', () => {
  let client: Client;
  beforeAll(async () => {
    client = new Client({ node: (await sharedElasticsearch()).node });
  });
  afterAll(() => client.close());

  test('finds an indexed document', async () => {
    const index = `roundtrip-${process.pid}`;
    await client.index({ index, document: { verb: 'create', user: 'alice' }, refresh: true });
    const found = await client.search({ index, query: { match: { user: 'alice' } } });
    expect(found.hits.hits.map((hit) => hit._source)).toEqual([{ verb: 'create', user: 'alice' }]);
    expect((await client.info()).version.number).toBe('8.6.1');
  });
});

describeReal('Elasticsearch with users', () => {
  let server: LocalElasticsearch;
  beforeAll(async () => {
    server = await startElasticsearch({ ...localOptions(), security: true, heapMiB: 512 });
  });
  afterAll(() => server.stop());

  function clientWith(auth: NonNullable<ConstructorParameters<typeof Client>[0]['auth']>): Client {
    return new Client({ node: server.node, auth, tls: { ca: server.access?.ca ?? '' } });
  }

  test('a wrong password is answered 401', async () => {
    const client = clientWith({ username: 'elastic', password: 'wrong' });
    await expect(client.info()).rejects.toMatchObject({ statusCode: 401 });
  });

  test('an API key may do what it was made for and is answered 403 elsewhere', async () => {
    const { username = '', password = '' } = server.access ?? {};
    const root = clientWith({ username, password });
    const index = [{ names: ['audit-*'], privileges: ['create_index', 'create_doc'] }];
    const key = await root.security.createApiKey({
      name: 'writer',
      role_descriptors: { writer: { cluster: [], index } },
    });
    const writer = clientWith({ apiKey: key.encoded });
    const written = await writer.index({ index: 'audit-1', op_type: 'create', document: {} });
    expect(written.result).toBe('created');
    const elsewhere = writer.index({ index: 'other', op_type: 'create', document: {} });
    await expect(elsewhere).rejects.toMatchObject({ statusCode: 403 });
    await expect(writer.search({ index: 'audit-1' })).rejects.toMatchObject({ statusCode: 403 });
  });
});
