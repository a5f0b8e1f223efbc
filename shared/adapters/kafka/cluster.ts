/**
 * Owns: kafkajs' cluster of a client: metadata and connections, without producer or consumer.
 *
 * kafkajs hands its cluster to partition assigners, as part of its declared interface. The group
 * that has to be named is never joined.
 */
import { type Cluster, type Kafka, PartitionAssigners } from 'kafkajs';

const NO_GROUP = 'podwitness-no-group';

/** Not connected yet. */
export function clusterOf(kafka: Kafka): Cluster {
  let cluster: Cluster | undefined;
  kafka.consumer({
    groupId: NO_GROUP,
    allowAutoTopicCreation: false,
    // For the ends only; fetches ask for committed records themselves.
    readUncommitted: true,
    partitionAssigners: [
      (config) => {
        cluster = config.cluster;
        return PartitionAssigners.roundRobin(config);
      },
    ],
  });
  if (cluster === undefined) throw new Error('kafkajs did not make its partition assigner');
  return cluster;
}
