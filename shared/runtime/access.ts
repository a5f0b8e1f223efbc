/**
 * Owns: the least rights on Kafka that each worker needs, from the topic table. Pure.
 */
import { TOPICS, type TopicName, topicName, type WorkerName } from '../../schemas/topics.ts';
import type { Config } from '../config/load.ts';
import type { LogRight } from '../domain/access.ts';
import { groupOf, isJsonTopic, JSON_SUFFIX } from './topics.ts';

/** Consumer groups are named after the worker, or the worker and what it reads. */
const CONSUMERS: readonly WorkerName[] = ['normalizer', 'detector', 'indexer'];
export const WORKERS: readonly WorkerName[] = ['collector', ...CONSUMERS];

function topicRights(config: Config, worker: WorkerName): readonly LogRight[] {
  const principal = config.kafka.principals[worker];
  return (Object.keys(TOPICS) as TopicName[]).flatMap((name): readonly LogRight[] => {
    const { consumers, producers } = TOPICS[name];
    const reads = (consumers as readonly WorkerName[]).includes(worker);
    const writes = (producers as readonly WorkerName[]).includes(worker);
    if (!reads && !writes) return [];
    const topic = topicName(config.kafka.topicPrefix, name);
    const right = { principal, resource: 'Topic', isPrefix: false } as const;
    const own: LogRight = {
      ...{ ...right, name: topic },
      operations: [
        ...(reads ? (['Read'] as const) : []),
        ...(writes ? (['Write'] as const) : []),
        'Describe',
      ],
    };
    if (!writes || !isJsonTopic(config.kafka, name)) return [own];
    return [own, { ...right, name: topic + JSON_SUFFIX, operations: ['Write', 'Describe'] }];
  });
}

/** Groups to read with, and the transactions in which the reading is committed. */
function consumerRights(config: Config, worker: WorkerName): readonly LogRight[] {
  const principal = config.kafka.principals[worker];
  const { topicPrefix, transactionalIdPrefix } = config.kafka;
  const group = groupOf(topicPrefix, worker);
  return [
    { principal, resource: 'Group', name: group, isPrefix: true, operations: ['Read', 'Describe'] },
    {
      principal,
      resource: 'TransactionalId',
      name: `${transactionalIdPrefix}${group}`,
      isPrefix: true,
      operations: ['Write', 'Describe'],
    },
  ];
}

/** Rights of one worker, or of all. */
export function kafkaRights(
  config: Config,
  workers: readonly WorkerName[] = WORKERS,
): readonly LogRight[] {
  return workers.flatMap((worker) => [
    ...topicRights(config, worker),
    ...(CONSUMERS.includes(worker) ? consumerRights(config, worker) : []),
  ]);
}

/** The rights as commands of Kafka's own tool, for whoever may grant them. */
export function aclCommands(rights: readonly LogRight[]): readonly string[] {
  const option = { Topic: '--topic', Group: '--group', TransactionalId: '--transactional-id' };
  return rights.map(({ isPrefix, name, operations, principal, resource }) => {
    const what = resource === 'Cluster' ? '--cluster' : `${option[resource]} '${name}'`;
    const pattern = isPrefix ? ' --resource-pattern-type prefixed' : '';
    const allowed = operations.map((operation) => ` --operation ${operation}`).join('');
    return `kafka-acls.sh --bootstrap-server "$BROKERS" --add --allow-principal '${principal}'${allowed} ${what}${pattern}`;
  });
}
