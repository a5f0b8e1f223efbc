/**
 * Owns: proof that the launcher's servers are real ones and do what the other real-server tests
 * build upon. Does not own: the product's adapters.
 */
import { Client } from '@elastic/elasticsearch';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeReal, sharedElasticsearch, sharedKafka } from '../support/real.ts';

const { Kafka, logLevel } = kafkajs;

describeReal('the shared Kafka', () => {
  test('commits a transaction and hides an aborted one', async () => {
    const { brokers } = await sharedKafka();
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const topic = `roundtrip-${process.pid}`;
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    const producer = kafka.producer({
      transactionalId: topic,
      idempotent: true,
      maxInFlightRequests: 1,
    });
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
      const eachMessage = async ({ message }: kafkajs.EachMessagePayload) =>
        resolve(message.value?.toString());
      consumer.run({ eachMessage }).catch(reject);
    });
    expect(first).toBe('committed');
    await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()]);
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
