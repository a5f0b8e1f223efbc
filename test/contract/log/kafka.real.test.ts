/** The Kafka log held against the contract of the port `Log`, on a real broker. */
import { describeReal, sharedKafka } from '../../support/real.ts';
import { kafkaHarness } from './kafka-harness.ts';
import { describeLogContract } from './suite.ts';

describeReal('Kafka', () => {
  const brokers = async () => (await sharedKafka()).brokers;
  describeLogContract('kafkajs', kafkaHarness({ brokers, propertyRuns: 3 }));
});
