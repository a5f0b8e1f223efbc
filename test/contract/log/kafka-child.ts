/**
 * Owns: the process that kafka-fencing.real.test.ts lets die: a counting copier that kills itself
 * with SIGKILL at the failpoint it is given.
 */
import { openKafkaLog } from '../../../shared/adapters/kafka/open.ts';
import { countAndCopy } from './counting.ts';
import { logOptions } from './kafka-options.ts';

const [
  brokers = '',
  directory = '',
  group = '',
  topic = '',
  outputs = '',
  changelogTopic = '',
  at,
] = process.argv.slice(2);

const log = await openKafkaLog({
  ...logOptions(brokers.split(','), directory),
  failpoint(name) {
    if (name === at) process.kill(process.pid, 'SIGKILL');
  },
});
const limits = { maxBatchRecords: 100, maxBatchBytes: 1_048_576 };
const consumer = await log.consume(
  { group, topic, changelogTopic, ...limits },
  { process: (lane, records) => countAndCopy(lane, records, outputs) },
);
await consumer.done;
