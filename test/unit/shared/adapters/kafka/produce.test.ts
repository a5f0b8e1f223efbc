import type { Cluster } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createAttachments } from '../../../../../shared/adapters/kafka/attachments.ts';
import { createAppendProducer } from '../../../../../shared/adapters/kafka/produce.ts';
import { partitioner, sendAll } from '../../../../../shared/adapters/kafka/sending.ts';

type Answer = ReadonlyMap<number, number> | Error;

function failure(retriable: boolean, name = 'KafkaJSConnectionError'): Error {
  return Object.assign(new Error(name), { name, retriable });
}

/**
 * A producer on a cluster of two brokers that lead partitions 0 and 1; `answers` of a broker are
 * used up in turn: error codes by partition, or what sending throws. Then everything is well.
 */
function rig(answers: Readonly<Record<string, Answer[]>>) {
  const sent: string[] = [];
  const calls = { refreshed: 0, slept: [] as number[] };
  let leaders: Readonly<Record<number, string>> = { 0: 'A', 1: 'B' };
  const answerOf = (broker: string, partitions: readonly number[]) => {
    const next = answers[broker]?.shift() ?? new Map<number, number>();
    if (next instanceof Error) throw next;
    const told = partitions.map((partition) => ({
      ...{ topic: 't', partition, baseOffset: BigInt(10 * sent.length) },
      errorCode: next.get(partition) ?? 0,
    }));
    return { partitions: told, clientSideThrottleTime: 0 };
  };
  const cluster = {
    connect: async () => undefined,
    disconnect: async () => undefined,
    isConnected: () => true,
    removeBroker: () => undefined,
    addMultipleTargetTopics: async () => undefined,
    refreshMetadataIfNecessary: async () => undefined,
    async refreshMetadata() {
      calls.refreshed++;
      leaders = { 0: 'B', 1: 'B' };
    },
    findTopicPartitionMetadata: () => [{ partitionId: 0 }, { partitionId: 1 }],
    findLeaderForPartitions: (_topic: string, [partition]: [number]) => ({
      [leaders[partition] as string]: [partition],
    }),
    findBroker: async ({ nodeId }: { nodeId: string }) => ({
      connectionPool: {
        async send() {
          const partitions = Object.keys(leaders).map(Number);
          const led = partitions.filter((partition) => leaders[partition] === nodeId);
          sent.push(nodeId);
          return answerOf(nodeId, led);
        },
      },
    }),
  } as unknown as Cluster;
  const producer = createAppendProducer({
    ...{ cluster, partitioner, attachments: createAttachments() },
    clock: {
      now: () => 0,
      random: () => 0,
      sleep: async (ms) => void calls.slept.push(ms),
    },
  });
  const append = (...partitions: readonly number[]) =>
    sendAll(
      producer,
      partitions.map((partition) => {
        const value = [Buffer.from('a'), Buffer.from('b')];
        return { topic: 't', partition, key: null, value, timestampMs: 0 };
      }),
    );
  return { append, calls, producer, sent };
}

const NOT_LEADER = 6;
const TOO_LARGE = 10;

describe('appending', () => {
  it('asks each leader once, and tells where each partition ends', async () => {
    const { append, calls, sent } = rig({});
    expect([...(await append(0, 1, 1)).keys()].sort()).toEqual(['t/0', 't/1']);
    expect(sent.sort()).toEqual(['A', 'B']);
    expect(calls).toEqual({ refreshed: 0, slept: [] });
  });

  it('repeats only what was not acknowledged, at the new leader', async () => {
    const { append, calls, sent } = rig({ A: [new Map([[0, NOT_LEADER]])] });
    expect((await append(0, 1)).size).toBe(2);
    expect(sent).toEqual(['A', 'B', 'B']);
    expect(calls).toEqual({ refreshed: 1, slept: [100] });
  });

  it('notes what one broker acknowledged although another one is gone', async () => {
    const { append, sent } = rig({ B: [failure(true), failure(true)] });
    expect((await append(0, 1)).size).toBe(2);
    expect(sent).toEqual(['A', 'B', 'B', 'B']);
  });

  it('does not repeat what no repeat can mend', async () => {
    const { append, calls, sent } = rig({ A: [new Map([[0, TOO_LARGE]])] });
    await expect(append(0, 1)).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
    expect(sent).toEqual(['A', 'B']);
    expect(calls.slept).toEqual([]);
  });

  it('gives up in the end, with the last failure', async () => {
    const { append, calls, sent } = rig({ B: Array.from({ length: 20 }, () => failure(true)) });
    await expect(append(1)).rejects.toThrow('KafkaJSConnectionError');
    expect(sent).toHaveLength(6);
    expect(calls.slept).toEqual([100, 200, 400, 800, 1000]);
  });

  it('stops repeating once it is disconnected', async () => {
    const { append, producer, sent } = rig({ B: Array.from({ length: 20 }, () => failure(true)) });
    await producer.disconnect();
    await expect(append(1)).rejects.toThrow('KafkaJSConnectionError');
    expect(sent).toHaveLength(1);
  });
});
