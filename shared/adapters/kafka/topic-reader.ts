/**
 * Owns: reading committed records of one topic at given offsets, outside of any group.
 * Does not own: who may read what (lanes, assignments) and retries.
 *
 * kafkajs has no assign(). Its cluster (cluster.ts) can fetch, though. So no throw-away groups: no
 * rights for them, no rebalance delay of the broker (3 s by default) before the first record,
 * nothing to delete.
 */
import type { Cluster, Kafka } from 'kafkajs';
import { FatalError } from '../../errors/fault.ts';
import type { LogRecord } from '../../ports/log.ts';
import type { Clock } from '../../ports/telemetry.ts';
import { clusterOf } from './cluster.ts';
import { cameEmpty, committedRecords, type FetchedPartition } from './committed-records.ts';
import { translated } from './errors.ts';
import { patientWithNewTopics } from './new-topics.ts';
import { stableOffset } from './stable-offset.ts';

const READ_COMMITTED = 1;

export interface FetchLimits {
  /** The broker answers as soon as it has so many bytes, or after `maxWaitMs`. */
  readonly minBytes: number;
  /** Of one partition; a larger single batch is delivered all the same. */
  readonly maxBytes: number;
  readonly maxWaitMs: number;
}

export interface Fetched {
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Where to go on; larger than what was asked for although `records` is empty: nothing there. */
  readonly next: bigint;
}

export type Positions = ReadonlyMap<number, bigint>;

export interface TopicReader {
  clusterId(): Promise<string>;
  partitions(): Promise<readonly number[]>;
  /** The offset of the first record that is still there. */
  starts(partitions: readonly number[]): Promise<Positions>;
  /** The high watermarks: records of open transactions are before it. */
  ends(partitions: readonly number[]): Promise<Positions>;
  /** The first offsets with a timestamp of at least `timeMs`; the ends where there is none. */
  offsetsAt(timeMs: number, partitions: readonly number[]): Promise<Positions>;
  /** Where `group` goes on; see stable-offset.ts. */
  stableOffset(group: string, partition: number, signal: AbortSignal): Promise<bigint | undefined>;
  /** One round of requests. Throws TransientError, FatalError, or OffsetOutOfRangeError. */
  fetch(positions: Positions, limits: FetchLimits): Promise<readonly Fetched[]>;
  close(): Promise<void>;
}

/** The offset asked for is not, or no longer, in the partition. */
export class OffsetOutOfRangeError extends Error {
  override readonly name = 'OffsetOutOfRangeError';
}

interface FetchAnswer {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

/** What kafkajs' declared type of metadata() leaves out. */
interface DescribableCluster {
  metadata(options: { topics: string[] }): Promise<{ readonly clusterId: string }>;
}

/** Connects. Throws TransientError or FatalError (`missing_topic`, `access_denied`). */
export async function openTopicReader(
  kafka: Kafka,
  topic: string,
  clock: Clock,
): Promise<TopicReader> {
  const cluster = clusterOf(kafka);
  try {
    const doing = `reading ${topic}`;
    await translated(doing, () => cluster.connect());
    await patientWithNewTopics(clock, () => translated(doing, () => cluster.addTargetTopic(topic)));
  } catch (error) {
    await cluster.disconnect();
    throw error;
  }
  return readerOn(cluster, topic, clock);
}

function readerOn(cluster: Cluster, topic: string, clock: Clock): TopicReader {
  const doing = `reading ${topic}`;

  const offsets = async (
    partitions: readonly number[],
    where: { fromBeginning: boolean } | { fromTimestamp: number },
  ): Promise<Map<number, bigint>> => {
    const asked = partitions.map((partition) => ({ partition }));
    const answer = await translated(doing, () =>
      cluster.fetchTopicsOffset([{ topic, partitions: asked, ...where }]),
    );
    const found = (answer[0]?.partitions ?? []).map(
      (p) => [p.partition, BigInt(p.offset)] as const,
    );
    return new Map(found);
  };

  const ends = (partitions: readonly number[]) => offsets(partitions, { fromBeginning: false });

  return {
    async clusterId() {
      // With the topic: without one it would ask for all, and fail where any has no leader.
      const asked = cluster as Cluster & DescribableCluster;
      const { clusterId } = await translated(doing, () => asked.metadata({ topics: [topic] }));
      return clusterId;
    },
    async partitions() {
      await translated(doing, () => cluster.refreshMetadataIfNecessary());
      const known = cluster.findTopicPartitionMetadata(topic).map((p) => p.partitionId);
      if (known.length === 0) {
        throw new FatalError(`${doing}: no such topic`, { code: 'missing_topic' });
      }
      return known.sort((a, b) => a - b);
    },
    starts: (partitions) => offsets(partitions, { fromBeginning: true }),
    ends,
    async offsetsAt(timeMs, partitions) {
      const [found, last] = await Promise.all([
        offsets(partitions, { fromTimestamp: timeMs }),
        ends(partitions),
      ]);
      return new Map([...last].map(([p, end]) => [p, atOrEnd(found.get(p), end)]));
    },
    stableOffset: (group, partition, signal) =>
      stableOffset(cluster, { group, topic, partition }, clock, signal),
    fetch: (positions, limits) => fetchFrom(cluster, topic, positions, limits),
    close: () => cluster.disconnect(),
  };
}

/** The broker answers -1 where no record is so young. */
function atOrEnd(found: bigint | undefined, end: bigint): bigint {
  return found === undefined || found < 0n ? end : found;
}

async function fetchFrom(
  cluster: Cluster,
  topic: string,
  positions: Positions,
  limits: FetchLimits,
): Promise<readonly Fetched[]> {
  const answers = await translated(`reading ${topic}`, async () => {
    await cluster.refreshMetadataIfNecessary();
    const leaders = cluster.findLeaderForPartitions(topic, [...positions.keys()]);
    return Promise.all(
      Object.entries(leaders).map(([nodeId, partitions]) =>
        fetchFromLeader(cluster, nodeId, { topic, partitions, positions, limits }),
      ),
    );
  });
  return answers.flat();
}

interface LeaderRequest {
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly positions: Positions;
  readonly limits: FetchLimits;
}

async function fetchFromLeader(
  cluster: Cluster,
  nodeId: string,
  { topic, partitions, positions, limits }: LeaderRequest,
): Promise<readonly Fetched[]> {
  const broker = await cluster.findBroker({ nodeId });
  const request = partitions.map((partition) => ({
    partition,
    fetchOffset: String(positions.get(partition)),
    maxBytes: limits.maxBytes,
  }));
  try {
    const answer = (await broker.fetch({
      isolationLevel: READ_COMMITTED,
      maxWaitTime: limits.maxWaitMs,
      minBytes: limits.minBytes,
      maxBytes: limits.maxBytes * partitions.length,
      topics: [{ topic, partitions: request }],
    })) as FetchAnswer;
    const fetched = answer.responses.flatMap((response) => response.partitions);
    return await Promise.all(
      fetched.map(async (part): Promise<Fetched> => {
        const { partition } = part;
        const from = positions.get(partition) ?? 0n;
        const isAlone = partitions.length === 1;
        if (isAlone || !cameEmpty(part, from)) {
          return { partition, ...committedRecords(topic, part, from) };
        }
        // The others may have filled the answer: alone it gets at least one batch (KIP-74).
        const alone = { topic, partitions: [partition], positions, limits };
        const [own] = await fetchFromLeader(cluster, nodeId, alone);
        return own ?? { partition, records: [], next: from };
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'KafkaJSOffsetOutOfRange') {
      throw new OffsetOutOfRangeError(`Offset out of range in ${topic}`, { cause: error });
    }
    throw error;
  }
}
