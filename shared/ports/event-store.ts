/**
 * Owns: the promise of a document store: idempotent writes by id, versioned writes, search.
 * Interfaces only. Adapters: shared/adapters/elasticsearch, shared/adapters/duckdb.
 * One contract suite runs against both: test/contract/event-store.
 */
import type { CollectionName } from '../domain/collections.ts';
import type { Fault } from '../errors/fault.ts';

/** `document`: one JSON object, UTF-8, without line breaks, with `@timestamp`. */
export type WriteOp =
  | {
      readonly kind: 'create';
      readonly collection: CollectionName;
      readonly id: string;
      readonly document: Buffer;
    }
  | {
      readonly kind: 'put';
      readonly collection: CollectionName;
      readonly id: string;
      readonly document: Buffer;
      /** Written if not smaller than the stored revision. */
      readonly revision: number;
    };

/** What became of one operation. `duplicate` and `stale` changed nothing and are fine. */
export type WriteVerdict =
  | { readonly kind: 'written' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'retry'; readonly retryAfterMs?: number };

export interface Condition {
  /** Dotted ECS path. */
  readonly field: string;
  /** Equal as text, any element of an array; `*` stands for any run of characters. */
  readonly value: string;
}

export interface Query {
  readonly collection: CollectionName;
  readonly where: readonly Condition[];
  /** Bounds of `@timestamp`, ms since the epoch; `since` inclusive, `until` exclusive. */
  readonly since?: number;
  readonly until?: number;
  readonly order: 'newest' | 'oldest';
  readonly limit: number;
}

export type StoredDocument = Readonly<Record<string, unknown>>;

export interface SetupStep {
  readonly name: string;
  readonly state: 'created' | 'changed' | 'unchanged' | 'unsupported';
  readonly detail?: string;
}

export interface EventStore {
  /** Verdicts in the order of `ops`. Throws TransientError when the store as a whole can't serve,
   * FatalError when it refuses the credentials. */
  write(ops: readonly WriteOp[]): Promise<readonly WriteVerdict[]>;
  /** Which of `ids` exist, in whatever backing index, including writes just acknowledged. */
  existing(collection: CollectionName, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Documents in order, streamed: `limit` may be larger than one page of the store. */
  search(query: Query): AsyncIterable<StoredDocument>;
  count(query: Omit<Query, 'order' | 'limit'>): Promise<number>;
  /** Makes everything acknowledged so far visible to search. */
  refresh(): Promise<void>;
  /** Templates, lifecycle, indices. Idempotent; says what the store can't do. */
  setup(): Promise<readonly SetupStep[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
