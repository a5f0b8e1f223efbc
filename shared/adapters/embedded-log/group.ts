/**
 * Owns: which member of a group owns which partition of a topic, and the order of a handover: the
 * old lane's fence closes, its commit in flight settles, then the new lane begins.
 * Does not own: what a member does with a lane (member.ts).
 */
import type { EmbeddedLane } from './lane.ts';
import type { Partition, Topic } from './partition.ts';

export interface GroupMember {
  /** Begins a lane once `ready` resolves. */
  begin(partition: Partition, ready: Promise<void>): EmbeddedLane;
}

interface Slot {
  readonly partition: Partition;
  owner: GroupMember | undefined;
  lane: EmbeddedLane | undefined;
  /** Resolves when no commit of any earlier lane is under way. */
  settled: Promise<void>;
}

export class Group {
  readonly #members: GroupMember[] = [];
  readonly #slots: readonly Slot[];

  constructor(topic: Topic) {
    this.#slots = topic.partitions.map((partition) => ({
      partition,
      owner: undefined,
      lane: undefined,
      settled: Promise.resolve(),
    }));
  }

  get size(): number {
    return this.#members.length;
  }

  join(member: GroupMember): void {
    this.#members.push(member);
    this.#assign();
  }

  leave(member: GroupMember): void {
    const at = this.#members.indexOf(member);
    if (at < 0) return;
    this.#members.splice(at, 1);
    this.#assign();
  }

  /** Takes every partition from its owner and gives it back. */
  restart(): void {
    this.#move(this.#slots);
  }

  /** Round robin in the order of joining; a partition whose owner stays is left alone. */
  #assign(): void {
    this.#move(this.#slots.filter((slot, i) => slot.owner !== this.#ownerOf(i)));
  }

  #move(moved: readonly Slot[]): void {
    for (const slot of moved) slot.lane?.revoke();
    for (const slot of moved) {
      const last = slot.lane?.settled() ?? Promise.resolve();
      // All earlier lanes: the last one may have come and gone while an older one commits.
      slot.settled = Promise.all([slot.settled, last]).then(() => undefined);
      slot.owner = this.#ownerOf(slot.partition.index);
      slot.lane = slot.owner?.begin(slot.partition, slot.settled);
    }
  }

  #ownerOf(partition: number): GroupMember | undefined {
    return this.#members[partition % Math.max(1, this.#members.length)];
  }
}
