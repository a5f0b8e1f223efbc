/**
 * Owns: reading documents and topics wherever they are: Elasticsearch and Kafka, a running `up`
 * (whose files are locked to it), or the data folder itself.
 */
import { topicName } from '../../schemas/topics.ts';
import type { Query, StoredDocument } from '../../shared/ports/event-store.ts';
import {
  type Context,
  isLogEmbedded,
  isStoreEmbedded,
  openLog,
  openStore,
} from '../../shared/runtime/context.ts';
import { type DecodedRecord, decodeRecord } from './decoded.ts';
import { callApi, findApi } from './local/client.ts';
import type { TailRequest } from './request.ts';

export async function* queryDocuments(
  context: Context,
  query: Query,
): AsyncGenerator<StoredDocument> {
  const api = isStoreEmbedded(context.config) ? await findApi(context.config.dataDir) : undefined;
  if (api !== undefined) {
    yield* callApi(api, '/local/v1/query', query) as AsyncGenerator<StoredDocument>;
    return;
  }
  const store = await openStore(context);
  try {
    yield* store.search(query);
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
    yield* callApi(api, '/local/v1/tail', request) as AsyncGenerator<DecodedRecord>;
    return;
  }
  const log = await openLog(context);
  const { from, untilEnd } = request;
  const topic = topicName(config.kafka.topicPrefix, request.topic);
  try {
    for await (const record of log.read({ topic, from, untilEnd, signal })) {
      yield decodeRecord(request.topic, record);
    }
  } finally {
    await log.close();
  }
}
