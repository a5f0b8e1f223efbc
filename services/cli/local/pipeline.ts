/**
 * Owns: what `deadletter` and `doctor` need of the pipeline, wherever it is: Kafka and Elasticsearch,
 * the data folder, or a running `up` (whose files are locked to it).
 * Does not own: the way to a running `up` (pipeline-api.ts, remote.ts), opening it (open.ts).
 */
import { type TopicName, topicName } from '../../../schemas/topics.ts';
import type { CollectionName } from '../../../shared/domain/collections.ts';
import type { EventStore } from '../../../shared/ports/event-store.ts';
import type { Log, LogRecord, OutRecord, PartitionPosition } from '../../../shared/ports/log.ts';
import type { Logger } from '../../../shared/ports/telemetry.ts';
import { groupOf } from '../../../shared/runtime/topics.ts';

export interface AppendedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

/** Who did what and why; goes into the log of the process that writes. */
export type Note = Readonly<Record<string, string | number | boolean>>;

export interface Pipeline {
  /** Committed records of a topic up to its end of now. */
  read(topic: TopicName, from: 'beginning' | number): AsyncIterable<LogRecord>;
  positions(stage: string, topic: TopicName): Promise<readonly PartitionPosition[]>;
  /** Resolves when the record is durable and the note is in the log. */
  append(topic: TopicName, record: AppendedRecord, note: Note): Promise<void>;
  /** Puts a note into the log alone. */
  tell(note: Note): Promise<void>;
  existing(collection: CollectionName, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** How many documents have this `event.id`. */
  copies(collection: CollectionName, id: string): Promise<number>;
  close(): Promise<void>;
}

export interface PipelineParts {
  readonly log: Pick<Log, 'read' | 'positions' | 'append'>;
  /** Absent: nothing asks for documents. */
  readonly store?: Pick<EventStore, 'existing' | 'count'>;
  readonly topicPrefix: string;
  readonly logger: Logger;
}

const REPLAYED = 'Dead letter replayed';
const REPLAYING = 'Replay of dead letters';

/** Over ports that are open; `close` is the owner's. */
export function pipelineOn(parts: PipelineParts): Omit<Pipeline, 'close'> {
  const { log, logger, topicPrefix } = parts;
  const store = (): Pick<EventStore, 'existing' | 'count'> => {
    if (parts.store === undefined) throw new Error('Opened without the store');
    return parts.store;
  };
  return {
    read: (topic, from) => {
      const { signal } = new AbortController();
      return log.read({ topic: topicName(topicPrefix, topic), from, untilEnd: true, signal });
    },
    positions: (stage, topic) =>
      log.positions(groupOf(topicPrefix, stage), topicName(topicPrefix, topic)),
    async append(topic, record, note) {
      const out: OutRecord = { topic: topicName(topicPrefix, topic), ...record };
      await log.append([out]);
      logger.info(note, REPLAYED);
    },
    tell: async (note) => logger.info(note, REPLAYING),
    existing: (collection, ids) => store().existing(collection, ids),
    copies: (collection, id) =>
      store().count({ collection, where: [{ field: 'event.id', value: id }] }),
  };
}
