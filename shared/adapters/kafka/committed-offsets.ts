/**
 * Owns: how far a group has committed, also while a former owner's last commit is being completed.
 */
import { TransientError } from '../../errors/fault.ts';
import type { Clock } from '../../ports/telemetry.ts';
import type { AdminAccess } from './admin-access.ts';

export interface CommittedOffset {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** Undefined where the group has committed nothing. */
export async function committedOffset(
  admin: AdminAccess,
  { group, topic, partition }: CommittedOffset,
): Promise<bigint | undefined> {
  return (await committedOffsets(admin, group, topic)).get(partition);
}

export async function committedOffsets(
  admin: AdminAccess,
  group: string,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> {
  const answer = await admin.ask(`reading the offsets of ${group}`, async (client) => {
    // Otherwise kafkajs asks for all topics, and fails where any of them has no leader.
    await client.fetchTopicMetadata({ topics: [topic] });
    return client.fetchOffsets({ groupId: group, topics: [topic] });
  });
  const partitions = answer.find((a) => a.topic === topic)?.partitions ?? [];
  const known = partitions.map((p) => [p.partition, BigInt(p.offset)] as const);
  return new Map(known.filter(([, offset]) => offset >= 0n));
}

const SETTLE_MS = 50;
const MOST_SETTLE_READS = 100;

/**
 * The committed offset once it stands still; to be called after fencing. The coordinator answers
 * InitProducerId when the former owner's last transaction is complete in the log, but brokers
 * before 4.0 take its offset over into what OffsetFetch tells on another thread, microseconds
 * later as a rule. kafkajs can't ask for stable offsets (KIP-447), so it is read until two
 * readings, SETTLE_MS apart, agree.
 */
export async function settledOffset(
  admin: AdminAccess,
  where: CommittedOffset,
  clock: Clock,
  signal: AbortSignal,
): Promise<bigint | undefined> {
  let last = await committedOffset(admin, where);
  for (let read = 0; read < MOST_SETTLE_READS; read++) {
    await clock.sleep(SETTLE_MS, signal);
    const next = await committedOffset(admin, where);
    if (next === last) return next;
    last = next;
  }
  throw new TransientError('committed offset does not stand still', { code: 'log_unavailable' });
}
