/**
 * Owns: the one table of topics. Topic creation, access rights and the reference are made from it.
 * Names here are without the configurable prefix; topicName() puts it in front.
 */
import type { SchemaName } from './generated/avro.ts';

const DAY_MS = 86_400_000;

export type WorkerName = 'collector' | 'normalizer' | 'detector' | 'indexer';

interface TopicEntry {
  /** Avro schema of the value; null for a changelog, whose values are the state's own. */
  readonly schema: SchemaName | null;
  readonly key: string;
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  readonly retentionMs: number;
  readonly producers: readonly WorkerName[];
  readonly consumers: readonly WorkerName[];
  /** Written and read only inside the product: no promise to other consumers. */
  readonly internal: boolean;
}

const PARTITIONS = 4;

export const TOPICS = {
  'audit.raw': {
    schema: 'RawBatch',
    key: 'SHA-256 of the body',
    partitions: PARTITIONS,
    cleanup: 'delete',
    retentionMs: 30 * DAY_MS,
    producers: ['collector'],
    consumers: ['normalizer'],
    internal: false,
  },
  'audit.events': {
    schema: 'AuditEvent',
    key: 'event.id',
    partitions: PARTITIONS,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
    producers: ['normalizer', 'detector'],
    consumers: ['detector', 'indexer'],
    internal: false,
  },
  'audit.signals': {
    schema: 'Signal',
    key: 'the group-by key',
    partitions: PARTITIONS,
    cleanup: 'delete',
    retentionMs: 1 * DAY_MS,
    producers: ['collector', 'normalizer', 'detector'],
    consumers: ['detector'],
    internal: true,
  },
  'audit.inventory': {
    schema: 'InventoryFact',
    key: 'kind, cluster, namespace and name',
    partitions: PARTITIONS,
    cleanup: 'compact,delete',
    retentionMs: 30 * DAY_MS,
    producers: ['normalizer'],
    consumers: ['normalizer'],
    internal: true,
  },
  'audit.findings': {
    schema: 'Finding',
    key: 'finding id',
    partitions: PARTITIONS,
    cleanup: 'delete',
    retentionMs: 30 * DAY_MS,
    producers: ['detector'],
    consumers: ['indexer'],
    internal: false,
  },
  'audit.sessions': {
    schema: 'Session',
    key: 'session id',
    partitions: PARTITIONS,
    cleanup: 'compact,delete',
    retentionMs: 30 * DAY_MS,
    producers: ['detector'],
    consumers: ['indexer'],
    internal: false,
  },
  'audit.deadletter': {
    schema: 'DeadLetter',
    key: 'topic-partition-offset of the origin',
    partitions: 1,
    cleanup: 'delete',
    retentionMs: 90 * DAY_MS,
    producers: ['collector', 'normalizer', 'detector', 'indexer'],
    consumers: [],
    internal: false,
  },
  'audit.state.detector.signals': {
    schema: null,
    key: 'state key',
    partitions: PARTITIONS,
    cleanup: 'compact,delete',
    retentionMs: 3 * DAY_MS,
    producers: ['detector'],
    consumers: ['detector'],
    internal: true,
  },
  'audit.state.detector.sessions': {
    schema: null,
    key: 'state key',
    partitions: PARTITIONS,
    cleanup: 'compact',
    retentionMs: 30 * DAY_MS,
    producers: ['detector'],
    consumers: ['detector'],
    internal: true,
  },
  'audit.state.indexer.events': {
    schema: null,
    key: 'state key',
    partitions: PARTITIONS,
    cleanup: 'compact,delete',
    retentionMs: 3 * DAY_MS,
    producers: ['indexer'],
    consumers: ['indexer'],
    internal: true,
  },
  'audit.state.indexer.findings': {
    schema: null,
    key: 'state key',
    partitions: PARTITIONS,
    cleanup: 'compact,delete',
    retentionMs: 3 * DAY_MS,
    producers: ['indexer'],
    consumers: ['indexer'],
    internal: true,
  },
} as const satisfies Record<string, TopicEntry>;

export type TopicName = keyof typeof TOPICS;

/** The topic as the log knows it. `prefix` is put in front verbatim, e.g. `prod.`. */
export function topicName(prefix: string, name: TopicName): string {
  return prefix + name;
}
