/**
 * Owns: how far a group has committed, for people and metrics.
 * Does not own: where an owner goes on (stable-offset.ts).
 */
import type { AdminAccess } from './admin-access.ts';

/** By partition, where the group has committed anything. Throws TransientError, FatalError. */
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
