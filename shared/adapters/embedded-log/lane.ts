/**
 * Owns: one assigned partition of one member: its state, its commit, and the fence that closes when
 * the partition is given to another member.
 * Does not own: when that happens (group.ts), the batches (member.ts).
 */
import { LaneLostError } from '../../errors/fault.ts';
import type { Lane, LaneCommit, StateReader } from '../../ports/log.ts';
import type { Engine } from './engine.ts';
import { place } from './engine.ts';
import { KIND, scopeKey } from './keys.ts';
import type { Partition } from './partition.ts';
import { StateScope } from './state.ts';
import { notNow } from './trouble.ts';

export class EmbeddedLane implements Lane {
  readonly topic: string;
  readonly partition: number;
  readonly signal: AbortSignal;
  readonly source: Partition;
  /** First offset that the handler was not given yet; no commit may pass it. */
  delivered = 0n;
  readonly #engine: Engine;
  readonly #group: string;
  readonly #keepsState: boolean;
  readonly #state: StateScope;
  readonly #fence = new AbortController();
  readonly #wake = new AbortController();
  #commits: Promise<void> = Promise.resolve();

  constructor(engine: Engine, source: Partition, group: string, keepsState: boolean) {
    this.#engine = engine;
    this.#group = group;
    this.#keepsState = keepsState;
    this.source = source;
    this.topic = source.topic.spec.name;
    this.partition = source.index;
    this.signal = this.#fence.signal;
    const scope = scopeKey(KIND.state, group, source.topic.id, source.index);
    this.#state = new StateScope(engine.level, scope, () => this.#checkOwned());
  }

  get state(): StateReader {
    return this.#state;
  }

  get lost(): boolean {
    return this.#fence.signal.aborted;
  }

  /** First offset that is not processed, durably. */
  get position(): bigint {
    return this.#engine.offsets.get(this.#group, this.source);
  }

  /** Aborts when the lane must look up from waiting for records: it is lost, or to stop. */
  get woken(): AbortSignal {
    return this.#wake.signal;
  }

  wake(): void {
    this.#wake.abort();
  }

  /** From now on nothing of this lane becomes visible, but for a batch that is being written. */
  revoke(): void {
    this.#fence.abort();
    this.#wake.abort();
  }

  /** Resolves when no commit is under way: the next owner may read offset and state. */
  settled(): Promise<void> {
    return this.#commits;
  }

  commit(change: LaneCommit): Promise<void> {
    const committed = this.#commits.then(() => this.#commit(change));
    this.#commits = committed.catch(() => undefined);
    return committed;
  }

  async #commit(change: LaneCommit): Promise<void> {
    const { offsets, topics, writer, failpoint } = this.#engine;
    this.#checkOwned();
    this.#checkChange(change);
    const records = place(topics, change.outputs);
    const ops = [
      ...(await this.#state.opsOf(change.writes)),
      offsets.op(this.#group, this.source, change.nextOffset),
    ];
    failpoint('after-produce');
    failpoint('before-commit');
    this.#checkRoom();
    try {
      await writer.submit({ records, ops, check: () => this.#checkOwned() });
    } catch (error) {
      // A write that failed may be durable all the same: then the next lane finds it so.
      this.#checkOwned();
      throw error;
    }
    offsets.set(this.#group, this.source, change.nextOffset);
    failpoint('after-commit');
  }

  #checkOwned(): void {
    if (!this.lost) return;
    throw new LaneLostError(`${this.topic}/${this.partition} belongs to another member now`);
  }

  #checkRoom(): void {
    if (this.#engine.room.isSpent()) throw notNow('the disk is full');
  }

  #checkChange({ writes, nextOffset }: LaneCommit): void {
    if (nextOffset < this.position || nextOffset > this.delivered) {
      throw new RangeError(
        `${nextOffset} is not between what ${this.topic}/${this.partition} has committed and was given`,
      );
    }
    if (writes.length > 0 && !this.#keepsState) {
      throw new TypeError(`group ${this.#group} keeps no state: no changelogTopic was given`);
    }
  }
}
