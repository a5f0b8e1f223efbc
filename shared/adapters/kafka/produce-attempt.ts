/**
 * Owns: one try at sending what partitions have to take, to the brokers that lead them now, with
 * requests of our own over kafkajs' connections (ADR 15).
 * Does not own: repeats (produce.ts), the bytes (produce-request.ts).
 */
import type { Broker, RecordMetadata } from 'kafkajs';
import type { Load, Wire } from './loads.ts';
import { sendOwn } from './own-request.ts';
import { ProduceError } from './produce-errors.ts';
import {
  decodeProduced,
  encodeProduce,
  PRODUCE_KEY,
  PRODUCE_VERSION,
  type ProduceAnswer,
  type ProduceLimits,
  type TopicRecords,
} from './produce-request.ts';

/** What was acknowledged, and where it begins. */
export type Done = Map<Load, RecordMetadata>;

/** The fields of kafkajs' errors, and of ProduceError, that decide. */
export interface Failure extends Error {
  readonly retriable?: boolean;
  readonly host?: string;
  readonly port?: number;
}

function grouped<T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

function byTopic(loads: readonly Load[]): readonly TopicRecords[] {
  const topics = grouped(loads, ({ topic }) => topic);
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

async function sendTo(
  broker: Broker,
  { attachments }: Wire,
  loads: readonly Load[],
  limits: ProduceLimits,
): Promise<ProduceAnswer> {
  const stub = attachments.stubFor(encodeProduce(byTopic(loads), limits));
  try {
    return await sendOwn(broker, {
      apiKey: PRODUCE_KEY,
      apiVersion: PRODUCE_VERSION,
      apiName: 'Produce',
      bytes: stub,
      decode: decodeProduced,
    });
  } finally {
    stub.drop();
  }
}

/** Puts what was acknowledged into `done`; returns the errors of the others. */
function note(answer: ProduceAnswer, loads: readonly Load[], done: Done): readonly Failure[] {
  const failures: Failure[] = [];
  for (const load of loads) {
    const { partition, topic } = load;
    const own = answer.partitions.find((p) => p.topic === topic && p.partition === partition);
    if (own?.errorCode === 0) {
      const baseOffset = String(own.baseOffset);
      done.set(load, { topicName: topic, partition, errorCode: 0, baseOffset });
    } else failures.push(new ProduceError(own?.errorCode, `${topic}/${partition}`));
  }
  return failures;
}

/**
 * Sends each load to its leader; a broker that fails does not keep the others from being noted as
 * done. Returns what went wrong; throws what goes wrong before anything is sent.
 */
export async function attempt(
  wire: Wire,
  loads: readonly Load[],
  limits: ProduceLimits,
  done: Done,
): Promise<readonly Failure[]> {
  const { cluster } = wire;
  await cluster.refreshMetadataIfNecessary();
  const leaders = grouped(loads, ({ partition, topic }) => {
    const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    return leader ?? '';
  });
  const sends = [...leaders].map(async ([nodeId, led]): Promise<readonly Failure[]> => {
    const broker = await cluster.findBroker({ nodeId });
    return note(await sendTo(broker, wire, led, limits), led, done);
  });
  const ends = await Promise.allSettled(sends);
  return ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Failure] : end.value));
}
