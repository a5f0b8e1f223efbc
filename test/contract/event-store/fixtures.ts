/**
 * Owns: what the contract's tests share: a store that can be opened again, operations and
 * documents, and a corner of the store for each test (a cluster name and a day of its own).
 */
import type { CollectionName } from '../../../shared/domain/collections.ts';
import type {
  EventStore,
  Query,
  StoredDocument,
  WriteOp,
  WriteVerdict,
} from '../../../shared/ports/event-store.ts';

/** The store under test: `store()` is open, `reopen()` closes it and opens it again. */
export interface StoreUnderTest {
  store(): EventStore;
  reopen(): Promise<EventStore>;
}

/** One store, empty at first. `open` opens it again and again, with what it held. */
export interface StoreHarness {
  open(): Promise<EventStore>;
  dispose(): Promise<void>;
}

const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2024, 0, 1);
let corners = 0;

/** What no other test writes to: documents carry the cluster name, and lie in one day. */
export interface Corner {
  readonly cluster: string;
  readonly startMs: number;
  id(name: string | number): string;
  document(name: string | number, fields?: object, offsetMs?: number): Buffer;
  create(name: string | number, fields?: object, offsetMs?: number): WriteOp;
  put(name: string | number, revision: number, fields?: object): WriteOp;
  /** All documents of the corner that fulfil `where`. */
  query(where?: Record<string, string>, more?: Partial<Query>): Query;
}

export function corner(): Corner {
  const number = corners++;
  const cluster = `corner-${number}`;
  const startMs = FIRST_DAY_MS + number * DAY_MS;
  const id = (name: string | number) => `${cluster}-${name}`;
  const document = (name: string | number, fields: object = {}, offsetMs = 0) =>
    Buffer.from(
      JSON.stringify({
        '@timestamp': new Date(startMs + offsetMs).toISOString(),
        event: { id: id(name), kind: 'event' },
        orchestrator: { cluster: { name: cluster } },
        ...fields,
      }),
    );
  return {
    cluster,
    startMs,
    id,
    document,
    create: (name, fields, offsetMs) => ({
      kind: 'create',
      collection: 'events',
      id: id(name),
      document: document(name, fields, offsetMs),
    }),
    put: (name, revision, fields) => ({
      kind: 'put',
      collection: 'sessions',
      id: id(name),
      revision,
      document: document(name, fields),
    }),
    query: (where = {}, more = {}) => ({
      collection: 'events',
      where: Object.entries({ 'orchestrator.cluster.name': cluster, ...where }).map(
        ([field, value]) => ({ field, value }),
      ),
      order: 'oldest',
      limit: 100_000,
      ...more,
    }),
  };
}

export function kinds(verdicts: readonly WriteVerdict[]): string[] {
  return verdicts.map((verdict) => verdict.kind);
}

export async function all(store: EventStore, query: Query): Promise<StoredDocument[]> {
  const found: StoredDocument[] = [];
  for await (const document of store.search(query)) found.push(document);
  return found;
}

/** Ids, as the documents say them, of what the query finds after a refresh. */
export async function foundIds(store: EventStore, query: Query): Promise<string[]> {
  await store.refresh();
  return (await all(store, query)).map(eventId);
}

export function eventId(document: StoredDocument): string {
  return (document['event'] as { id: string }).id;
}

/** The one document with this id. */
export async function stored(
  store: EventStore,
  collection: CollectionName,
  id: string,
): Promise<StoredDocument | undefined> {
  await store.refresh();
  const where = [{ field: 'event.id', value: id }];
  const found = await all(store, { collection, where, order: 'oldest', limit: 10 });
  if (found.length > 1) throw new Error(`${found.length} documents with the id ${id}`);
  return found[0];
}
