/**
 * Owns: reading documents and topics wherever they are: Elasticsearch and Kafka, a running `up`
 * (whose files are locked to it), or the data folder itself.
 */
import { TOGETHER } from '../../shared/domain/collections.ts';
import { FatalError } from '../../shared/errors/fault.ts';
import type { Query, StoredDocument } from '../../shared/ports/event-store.ts';
import type { Logger } from '../../shared/ports/telemetry.ts';
import {
  type Context,
  isLogEmbedded,
  isStoreEmbedded,
  openLog,
  openStore,
} from '../../shared/runtime/context.ts';
import { rawKeys } from '../../shared/runtime/raw-keys.ts';
import { type DecodedRecord, decodeRecord } from './decoded.ts';
import { callApi, findApi } from './local/client.ts';
import { mergeDocuments } from './merge-documents.ts';
import { type TailRequest, tailedTopic } from './request.ts';

type Search = (query: Query) => AsyncIterable<StoredDocument>;

/**
 * The documents of a collection that a later release brought: none, as long as `setup` has not been
 * run with it.
 */
async function* ifThere(
  found: AsyncIterable<StoredDocument>,
  logger: Logger,
): AsyncGenerator<StoredDocument> {
  try {
    yield* found;
  } catch (error) {
    if (!(error instanceof FatalError) || error.code !== 'missing_index') throw error;
    logger.warn({ error: error.message }, 'Commands and alerts are left out of the search');
  }
}

/** Collections that are asked for as one are searched as one. */
function searchTogether(
  search: Search,
  query: Query,
  logger: Logger,
): AsyncIterable<StoredDocument> {
  const [first = query.collection, ...others] = TOGETHER[query.collection] ?? [];
  if (others.length === 0) return search(query);
  const rest = others.map((collection) => ifThere(search({ ...query, collection }), logger));
  return mergeDocuments([search({ ...query, collection: first }), ...rest], query);
}

export async function* queryDocuments(
  context: Context,
  query: Query,
): AsyncGenerator<StoredDocument> {
  const logger = context.logger('query');
  const api = isStoreEmbedded(context.config) ? await findApi(context.config.dataDir) : undefined;
  if (api !== undefined) {
    const ask: Search = (one) =>
      callApi(api, '/local/v1/query', one) as AsyncGenerator<StoredDocument>;
    yield* searchTogether(ask, query, logger);
    return;
  }
  const store = await openStore(context);
  try {
    yield* searchTogether((one) => store.search(one), query, logger);
  } finally {
    await store.close();
  }
}

export async function* tailTopic(
  context: Context,
  request: TailRequest,
  signal: AbortSignal,
): AsyncGenerator<DecodedRecord> {
  const { config } = context;
  const api = isLogEmbedded(config) ? await findApi(config.dataDir) : undefined;
  if (api !== undefined) {
    yield* callApi(api, '/local/v1/tail', request, signal) as AsyncGenerator<DecodedRecord>;
    return;
  }
  const keys = rawKeys(config);
  const log = await openLog(context);
  const { from, untilEnd } = request;
  const topic = tailedTopic(config.kafka.topicPrefix, request);
  try {
    for await (const record of log.read({ topic, from, untilEnd, signal })) {
      yield decodeRecord(request.topic, record, keys);
    }
  } finally {
    await log.close();
  }
}
