/**
 * Owns: one assigned partition from assignment to revocation: acquire, pump, acquire again after
 * a loss.
 * Does not own: membership (membership.ts), fencing and commits (lane.ts), the flow of a lane that
 * is owned (lane-pump.ts).
 */
import { LaneLostError, TransientError } from '../../errors/fault.ts';
import type { ConsumerOptions, LaneHandler } from '../../ports/log.ts';
import { callHandler, HandlerFailure } from './handler-failure.ts';
import { acquireLane, type LaneContext, type OwnedLane } from './lane.ts';
import { lanePump } from './lane-pump.ts';

export interface LoopParts {
  readonly context: LaneContext;
  readonly partition: number;
  readonly options: ConsumerOptions;
  readonly handler: LaneHandler;
  /** Resolves when the group has confirmed this member again, or `signal` aborts. */
  confirmed(signal: AbortSignal): Promise<void>;
  /** Called with what is neither a loss nor a sick neighbour; ends the consumer. */
  onFailure(error: unknown): void;
}

export interface LaneLoop {
  /** Takes no new batch; resolves when the one in hand is done and the lane is closed. */
  drain(): Promise<void>;
  /** Aborts the lane's signal; resolves when it is closed, without waiting for the handler. */
  revoke(): Promise<void>;
}

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 15_000;

export function startLaneLoop(parts: LoopParts): LaneLoop {
  return new PartitionLoop(parts);
}

class PartitionLoop implements LaneLoop {
  readonly #parts: LoopParts;
  readonly #stopped = new AbortController();
  readonly #draining = new AbortController();
  readonly #finished: Promise<void>;
  #lane: OwnedLane | undefined;
  #failures = 0;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#finished = this.#run();
  }

  async drain(): Promise<void> {
    this.#draining.abort();
    // What is being acquired closes itself; it may wait for a broker that is away.
    if (this.#lane === undefined) this.#stopped.abort();
    else await this.#finished;
  }

  async revoke(): Promise<void> {
    this.#stopped.abort();
    await this.#lane?.close(new LaneLostError('The partition was given to another member'));
  }

  async #run(): Promise<void> {
    const over = AbortSignal.any([this.#stopped.signal, this.#draining.signal]);
    while (!over.aborted) {
      try {
        await this.#work();
      } catch (error) {
        if (error instanceof LaneLostError || error instanceof TransientError) {
          await this.#pause(error, over);
        } else {
          this.#stopped.abort();
          this.#parts.onFailure(error instanceof HandlerFailure ? error.cause : error);
        }
      }
    }
  }

  async #work(): Promise<void> {
    const { context, handler, partition } = this.#parts;
    const lane = await acquireLane(context, partition, this.#stopped.signal);
    this.#lane = lane;
    const before = lane.committed;
    try {
      await callHandler(() => handler.assigned?.(lane));
      await lanePump({ ...this.#parts, lane, draining: this.#draining.signal });
    } finally {
      if (lane.committed !== before) this.#failures = 0;
      await lane.close(new LaneLostError('The lane is given back'));
      this.#lane = undefined;
    }
  }

  /**
   * Who lost a partition by fencing may have lost it in the group too, and would fence the new
   * owner in turn: only after the group has confirmed the membership it is taken again.
   */
  async #pause(error: Error, over: AbortSignal): Promise<void> {
    if (over.aborted) return;
    this.#failures += 1;
    const { confirmed, context, partition } = this.#parts;
    const { clock, logger, topic } = context;
    const ceiling = Math.min(
      LONGEST_BACKOFF_MS,
      FIRST_BACKOFF_MS * 2 ** Math.min(this.#failures, 20),
    );
    const waitMs = Math.ceil(ceiling * (0.5 + clock.random() / 2));
    const fields = { topic, partition, waitMs, failures: this.#failures, error: error.message };
    logger.warn(fields, 'Lane interrupted, it is taken again');
    await clock.sleep(waitMs, over);
    await confirmed(over);
  }
}
