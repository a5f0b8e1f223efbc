/**
 * Owns: search and count: keys in order from the engine, documents by key in pages of bounded
 * size, the decision about each by the shared pure function.
 * Does not own: what "matches" means (shared/domain/field-path.ts).
 */
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { fieldMatches } from '../../domain/field-path.ts';
import type { Condition, Query, StoredDocument } from '../../ports/event-store.ts';
import { necessaryTexts } from './candidates.ts';
import { inTransaction, lookUp } from './keys.ts';
import { isInParts, join } from './parts.ts';

type Filter = Omit<Query, 'order' | 'limit'>;

interface Candidate {
  readonly key: bigint;
  readonly bytes: number;
}

/** Documents that are in memory at once; one larger document is a page alone. */
const PAGE_BYTES = 8 * 1024 * 1024;
const PAGE_DOCUMENTS = 256;

interface Where {
  readonly sql: string;
  readonly values: DuckDBValue[];
}

function where(filter: Filter): Where {
  const terms: string[] = [];
  const values: DuckDBValue[] = [];
  const add = (sql: string, value: DuckDBValue) => {
    terms.push(sql);
    values.push(value);
  };
  if (filter.since !== undefined) add('ts >= ?', BigInt(Math.ceil(filter.since)));
  if (filter.until !== undefined) add('ts < ?', BigInt(Math.ceil(filter.until)));
  for (const text of filter.where.flatMap((condition) => necessaryTexts(condition.value))) {
    add('(unusual or contains(document, ?))', text);
  }
  return { sql: terms.length === 0 ? '' : `where ${terms.join(' and ')}`, values };
}

function matches(document: StoredDocument, conditions: readonly Condition[]): boolean {
  return conditions.every(({ field, value }) => fieldMatches(document, field, value));
}

/** Runs `work` with a connection of its own: a stream of rows occupies one. */
export async function* withConnection<T>(
  instance: DuckDBInstance,
  work: (connection: DuckDBConnection) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const connection = await instance.connect();
  try {
    await connection.run('use store');
    yield* work(connection);
  } finally {
    connection.closeSync();
  }
}

/**
 * The matching documents, in order. The keys are those of one moment; a document that is updated
 * in place meanwhile comes as it is when its page is read.
 */
export async function* searchDocuments(
  instance: DuckDBInstance,
  query: Query,
): AsyncGenerator<StoredDocument> {
  let left = query.limit;
  if (left <= 0) return;
  const pages = withConnection(instance, (keys) => candidatePages(keys, query));
  const documents = withConnection(instance, async function* (connection) {
    for await (const page of pages) yield* readPage(connection, query, page);
  });
  for await (const document of documents) {
    yield document;
    if (--left === 0) return;
  }
}

async function* readPage(
  connection: DuckDBConnection,
  query: Query,
  page: readonly Candidate[],
): AsyncGenerator<StoredDocument> {
  const { collection } = query;
  const keys = page.map((candidate) => candidate.key);
  const texts = new Map<unknown, string>();
  // Rows and their parts of one moment.
  await inTransaction(connection, async () => {
    const what = `key, id, bytes, document from ${collection}`;
    for (const [key, id, bytes, text] of await lookUp(connection, what, keys)) {
      const whole = { id: String(id), bytes: Number(bytes) };
      const isWhole = !isInParts(whole.bytes);
      texts.set(key, isWhole ? String(text) : await join(connection, collection, whole));
    }
  });
  for (const key of keys) {
    const text = texts.get(key);
    // Retention has deleted it since it was listed.
    if (text === undefined) continue;
    const document = JSON.parse(text) as StoredDocument;
    if (matches(document, query.where)) yield document;
  }
}

async function* candidatePages(
  connection: DuckDBConnection,
  query: Query,
): AsyncGenerator<readonly Candidate[]> {
  const { sql, values } = where(query);
  const direction = query.order === 'newest' ? 'desc' : 'asc';
  // Every candidate matches where there are no conditions: the engine need not sort the rest.
  const isLimited = query.where.length === 0 && Number.isSafeInteger(query.limit);
  const limit = isLimited ? `limit ${query.limit}` : '';
  const result = await connection.stream(
    `select key, bytes from ${query.collection} ${sql}
     order by ts ${direction}, id ${direction} ${limit}`,
    values,
  );
  let page: Candidate[] = [];
  let bytes = 0;
  for await (const chunk of result) {
    const [keys = [], lengths = []] = chunk.getColumns();
    for (const [i, key] of keys.entries()) {
      const length = Number(lengths[i]);
      if (page.length === PAGE_DOCUMENTS || (page.length > 0 && bytes + length > PAGE_BYTES)) {
        yield page;
        page = [];
        bytes = 0;
      }
      page.push({ key: key as bigint, bytes: length });
      bytes += length;
    }
  }
  if (page.length > 0) yield page;
}

/** How many documents match. */
export async function countDocuments(instance: DuckDBInstance, filter: Filter): Promise<number> {
  let count = 0;
  if (filter.where.length > 0) {
    const all = { ...filter, order: 'oldest', limit: Number.POSITIVE_INFINITY } as const;
    for await (const _ of searchDocuments(instance, all)) count++;
    return count;
  }
  const { sql, values } = where(filter);
  const rows = withConnection(instance, async function* (connection) {
    const text = `select count(*) from ${filter.collection} ${sql}`;
    yield (await (await connection.run(text, values)).getRowsJS())[0]?.[0];
  });
  for await (const row of rows) count = Number(row);
  return count;
}
