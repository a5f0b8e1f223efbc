/**
 * Owns: one consumer: the loop of each of its lanes, stopping, and the error that ends it.
 * Does not own: which partitions it has (group.ts), fences and commits (lane.ts).
 */
import { LaneLostError, TransientError } from '../../errors/fault.ts';
import type { Consumer, ConsumerOptions, LaneHandler, LogRecord } from '../../ports/log.ts';
import { Cursor } from './cursor.ts';
import type { Engine } from './engine.ts';
import type { Group, GroupMember } from './group.ts';
import { EmbeddedLane } from './lane.ts';
import { moreAt, type Partition } from './partition.ts';

export interface MemberParts {
  readonly engine: Engine;
  readonly group: Group;
  readonly options: ConsumerOptions;
  readonly handler: LaneHandler;
  /** Called once, when it stopped or failed. */
  readonly onEnd: (member: Member) => void;
}

export class Member implements Consumer, GroupMember {
  readonly done: Promise<void>;
  readonly #parts: MemberParts;
  readonly #running = new Map<EmbeddedLane, Promise<void>>();
  #stopping: Promise<void> | undefined;
  #ended = false;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const lane of this.#running.keys()) lane.wake();
    await Promise.all(this.#running.values());
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#leave();
    this.#resolve();
  }

  /** The first error ends the consumer at once: its lanes are fenced, others may take over. */
  #fail(error: unknown, lane: EmbeddedLane): void {
    if (this.#ended) {
      const { topic, partition } = lane;
      const fields = { err: error, topic, partition };
      this.#parts.engine.logger?.error(fields, 'A lane failed after its consumer had ended');
      return;
    }
    this.#stopping ??= Promise.resolve();
    this.#leave();
    this.#reject(error);
  }

  #leave(): void {
    this.#ended = true;
    this.#parts.group.leave(this);
    this.#parts.onEnd(this);
  }

  begin(partition: Partition, ready: Promise<void>): EmbeddedLane {
    const { engine, options } = this.#parts;
    const keepsState = options.changelogTopic !== undefined;
    const lane = new EmbeddedLane(engine, partition, options.group, keepsState);
    const run = this.#run(lane, ready)
      .catch((error: unknown) => {
        // A lane is also lost when the log must be opened again: it can't be read meanwhile.
        const isQuiet = error instanceof LaneLostError || error instanceof TransientError;
        if (lane.lost && isQuiet) return;
        this.#fail(error, lane);
      })
      .finally(() => this.#running.delete(lane));
    this.#running.set(lane, run);
    return lane;
  }

  async #run(lane: EmbeddedLane, ready: Promise<void>): Promise<void> {
    const { engine, options, handler } = this.#parts;
    await ready;
    const { mended } = engine.writer;
    if (mended !== undefined) await Promise.race([mended, aborted(lane.woken)]);
    if (this.#quits(lane)) return;
    lane.delivered = lane.position;
    engine.failpoint('in-restore');
    await handler.assigned?.(lane);
    const limits = { records: options.maxBatchRecords, bytes: options.maxBatchBytes };
    const cursor = new Cursor(engine, lane.source, lane.position);
    while (!this.#quits(lane)) {
      const records = await cursor.take(limits);
      if (this.#quits(lane)) return;
      if (records.length > 0) await this.#process(lane, records);
      else await moreAt([{ partition: lane.source, offset: cursor.offset }], [lane.woken]);
    }
  }

  #quits(lane: EmbeddedLane): boolean {
    return lane.lost || this.#stopping !== undefined;
  }

  async #process(lane: EmbeddedLane, records: readonly LogRecord[]): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    lane.delivered = last.offset + 1n;
    await this.#parts.handler.process(lane, records);
    if (lane.lost || lane.position > last.offset) return;
    throw new Error(`process returned before it committed ${lane.topic}/${lane.partition}`);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
