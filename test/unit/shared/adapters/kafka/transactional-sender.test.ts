import type { Cluster } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createAttachments } from '../../../../../shared/adapters/kafka/attachments.ts';
import type { EosManager } from '../../../../../shared/adapters/kafka/eos-manager.ts';
import { partitioner, sendAll } from '../../../../../shared/adapters/kafka/sending.ts';
import { createTransactionalSender } from '../../../../../shared/adapters/kafka/transactional-sender.ts';

/** One broker that leads both partitions of `t`; its answers' error codes, in turn. */
function rig(codes: readonly number[] = []) {
  const steps: string[] = [];
  const left = [...codes];
  const next = [0, 0];
  const broker = {
    connectionPool: {
      async send() {
        steps.push('produce');
        const errorCode = left.shift() ?? 0;
        const partitions = [0, 1].map((partition) => ({
          ...{ topic: 't', partition, errorCode, baseOffset: 100n },
        }));
        return { partitions, clientSideThrottleTime: 0 };
      },
    },
  };
  const cluster = {
    addMultipleTargetTopics: async () => undefined,
    refreshMetadataIfNecessary: async () => undefined,
    findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
    findLeaderForPartitions: (_topic: string, [partition]: [number]) => ({ A: [partition] }),
    findBroker: async () => broker,
  } as unknown as Cluster;
  const eos = {
    getProducerId: () => '7',
    getProducerEpoch: () => 3,
    getSequence: (_topic: string, partition: number) => next[partition] ?? 0,
    updateSequence(_topic: string, partition: number, by: number) {
      next[partition] = (next[partition] ?? 0) + by;
    },
    async addPartitionsToTransaction(topics: readonly { partitions: object }[]) {
      steps.push(`add ${JSON.stringify(topics.flatMap(({ partitions }) => partitions))}`);
    },
  } as unknown as EosManager;
  let begun = 0;
  const sender = createTransactionalSender({
    ...{ cluster, eos, partitioner, transactionalId: 'tx', attachments: createAttachments() },
    beginning(begin) {
      begun++;
      return begin();
    },
  });
  const send = (...partitions: readonly number[]) =>
    sendAll(
      sender,
      partitions.map((partition) => {
        const value = Buffer.from('v');
        return { topic: 't', partition, key: null, value, timestampMs: 0 };
      }),
    );
  return { begun: () => begun, next, send, steps };
}

const INVALID_PRODUCER_EPOCH = 47;
const NOT_LEADER = 6;

describe('records of a transaction', () => {
  it('are sent when their partitions belong to it, and counted on', async () => {
    const { begun, next, send, steps } = rig();
    expect([...(await send(0, 1, 1))]).toEqual([
      ['t/0', 101n],
      ['t/1', 102n],
    ]);
    await send(1);
    expect(steps).toEqual([
      'add [{"partition":0},{"partition":1}]',
      'produce',
      'add [{"partition":1}]',
      'produce',
    ]);
    expect(begun()).toBe(2);
    expect(next).toEqual([1, 3]);
  });

  it.each([
    [INVALID_PRODUCER_EPOCH, 'INVALID_PRODUCER_EPOCH'],
    [NOT_LEADER, 'NOT_LEADER_FOR_PARTITION'],
  ])('are never sent twice, whatever the broker says (%i)', async (code, type) => {
    const { send, steps } = rig([code]);
    await expect(send(0, 1)).rejects.toMatchObject({ type });
    expect(steps.filter((step) => step === 'produce')).toHaveLength(1);
  });
});
