/**
 * Owns: a log whose values are framed for a schema registry: what is written gets the registry's ids,
 * what is read is in single-object encoding whichever way it was framed. So nothing behind the log
 * knows of the registry, and it can be turned on over topics that are already full.
 * Does not own: which ids mean what (framings.ts), the registry's API.
 */
import type { RegistryClient } from '../adapters/schema-registry/client.ts';
import { type RetryPolicy, retrying } from '../pipeline/retry.ts';
import type {
  Consumer,
  ConsumerOptions,
  Lane,
  LaneCommit,
  LaneHandler,
  Log,
  LogRecord,
  OutRecord,
  ReadOptions,
  TopicSpec,
} from '../ports/log.ts';
import type { Clock, Health, Logger } from '../ports/telemetry.ts';
import { type Framing, framingOf, learn, unframed, unknownIds } from './framings.ts';
import type { TopicSubject } from './schemas.ts';

export interface FramedLogParts {
  readonly log: Log;
  readonly client: RegistryClient;
  readonly topics: readonly TopicSubject[];
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly health: Health;
  readonly logger: Logger;
}

type Framings = ReadonlyMap<string, Framing>;

function framed(framings: Framings, records: readonly OutRecord[]): readonly OutRecord[] {
  return records.map((record) => {
    const framing = framings.get(record.topic);
    if (framing === undefined || record.value === null) return record;
    return { ...record, value: framing.frame(record.value) };
  });
}

/** A lane whose commits are framed; all else is the lane's own. */
function framedLane(framings: Framings, lane: Lane): Lane {
  return {
    topic: lane.topic,
    partition: lane.partition,
    signal: lane.signal,
    get state() {
      return lane.state;
    },
    commit: (change: LaneCommit) =>
      lane.commit({ ...change, outputs: framed(framings, change.outputs) }),
  };
}

class FramedLog implements Log {
  readonly #parts: FramedLogParts;
  readonly #framings: Framings;

  constructor(parts: FramedLogParts, framings: Framings) {
    this.#parts = parts;
    this.#framings = framings;
  }

  append(records: readonly OutRecord[]): Promise<void> {
    return this.#parts.log.append(framed(this.#framings, records));
  }

  async consume(options: ConsumerOptions, handler: LaneHandler): Promise<Consumer> {
    const framing = this.#framings.get(options.topic);
    const stopping = new AbortController();
    const lanes = new WeakMap<Lane, Lane>();
    const laneOf = (lane: Lane): Lane => {
      const found = lanes.get(lane) ?? framedLane(this.#framings, lane);
      lanes.set(lane, found);
      return found;
    };
    const consumer = await this.#parts.log.consume(options, {
      assigned: async (lane) => handler.assigned?.(laneOf(lane)),
      process: async (lane, records) => {
        if (framing === undefined) return handler.process(laneOf(lane), records);
        const ids = unknownIds(framing, records);
        if (ids.size > 0) await this.#learn(lane, framing, ids, stopping.signal);
        const values = records.map((record) => unframed(framing, record));
        return handler.process(laneOf(lane), values);
      },
    });
    return {
      done: consumer.done,
      stop() {
        // A batch that waits for the registry is not in hand yet: it is the next owner's.
        stopping.abort();
        return consumer.stop();
      },
    };
  }

  /** Waits for a registry that is away, as for any sick neighbour; nothing becomes a dead letter. */
  async #learn(
    lane: Lane,
    framing: Framing,
    ids: ReadonlySet<number>,
    stopping: AbortSignal,
  ): Promise<void> {
    const { client, clock, health, logger, retry: policy } = this.#parts;
    const part = `schemas/${lane.topic}/${lane.partition}`;
    const signal = AbortSignal.any([lane.signal, stopping]);
    const onRetry = (error: Error, attempt: number, waitMs: number): void => {
      health.set(part, error.message);
      logger.warn({ attempt, waitMs, error: error.message }, 'Schema registry unavailable');
    };
    try {
      await retrying({ policy, clock, signal, onRetry }, () => learn(client, framing, ids));
    } finally {
      health.set(part, undefined);
    }
  }

  async *read(options: ReadOptions): AsyncGenerator<LogRecord> {
    const framing = this.#framings.get(options.topic);
    for await (const record of this.#parts.log.read(options)) {
      if (framing === undefined) {
        yield record;
        continue;
      }
      const ids = unknownIds(framing, [record]);
      if (ids.size > 0) await learn(this.#parts.client, framing, ids);
      yield unframed(framing, record);
    }
  }

  positions(group: string, topic: string) {
    return this.#parts.log.positions(group, topic);
  }

  ensureTopics(specs: readonly TopicSpec[]) {
    return this.#parts.log.ensureTopics(specs);
  }

  reviewTopics(specs: readonly TopicSpec[]) {
    return this.#parts.log.reviewTopics(specs);
  }

  ping(): Promise<void> {
    return this.#parts.log.ping();
  }

  close(): Promise<void> {
    return this.#parts.log.close();
  }
}

/** Resolves the ids of all our schemas. Throws TransientError, FatalError('missing_schema'). */
export async function openFramedLog(parts: FramedLogParts): Promise<Log> {
  const framings = new Map<string, Framing>();
  for (const topic of parts.topics) {
    framings.set(topic.topic, await framingOf(parts.client, topic));
  }
  return new FramedLog(parts, framings);
}
