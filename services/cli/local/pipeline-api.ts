/**
 * Owns: the routes of the local API through which `deadletter` and `doctor` reach the log and store of
 * a running `up`. They do their work in their own process: this one only reads and writes.
 * Does not own: who may call (api.ts).
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { TOPICS, type TopicName } from '../../../schemas/topics.ts';
import { COLLECTIONS, type CollectionName } from '../../../shared/domain/collections.ts';
import type { LogRecord } from '../../../shared/ports/log.ts';
import type { Note, Pipeline } from './pipeline.ts';
import { errorToWire, type Line, positionToWire, toWire } from './wire.ts';

export interface ReadBody {
  readonly topic: TopicName;
  readonly from: 'beginning' | number;
}

export interface PositionsBody {
  readonly stage: string;
  readonly topic: TopicName;
}

export interface AppendBody {
  readonly topic: TopicName;
  readonly key: string | null;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
  readonly note: Note;
}

export interface DocumentsBody {
  readonly collection: CollectionName;
  readonly ids: readonly string[];
}

/** The largest record there can be, in base64, and some more. */
const MAX_APPEND_BYTES = 1536 * 1024 * 1024;

function isKnown({ collection, topic }: { collection?: string; topic?: string }): boolean {
  const isTopic = topic === undefined || Object.hasOwn(TOPICS, topic);
  return isTopic && (collection === undefined || Object.hasOwn(COLLECTIONS, collection));
}

async function* recordLines(records: AsyncIterable<LogRecord>): AsyncGenerator<string> {
  const line = (content: Line): string => `${JSON.stringify(content)}\n`;
  try {
    for await (const record of records) yield line({ record: toWire(record) });
    yield line({ end: true });
  } catch (error) {
    const known = errorToWire(error);
    if (known === undefined) throw error;
    yield line({ error: known });
  }
}

async function answer(reply: FastifyReply, action: () => Promise<unknown>): Promise<FastifyReply> {
  try {
    return await reply.send((await action()) ?? {});
  } catch (error) {
    const known = errorToWire(error);
    if (known === undefined) throw error;
    return reply.code(503).send({ error: known });
  }
}

export function addPipelineRoutes(scope: FastifyInstance, pipeline: Omit<Pipeline, 'close'>): void {
  scope.addHook('preHandler', async (request, reply) => {
    const body = (request.body ?? {}) as { collection?: string; topic?: string };
    if (!isKnown(body)) return reply.code(400).send({ error: 'No such topic or collection' });
  });
  scope.post<{ Body: ReadBody }>('/local/v1/records', async (request, reply) => {
    const { from, topic } = request.body;
    const stream = Readable.from(recordLines(pipeline.read(topic, from)));
    return reply.type('application/x-ndjson').send(stream);
  });
  scope.post<{ Body: PositionsBody }>('/local/v1/positions', (request, reply) => {
    const { stage, topic } = request.body;
    return answer(reply, async () => (await pipeline.positions(stage, topic)).map(positionToWire));
  });
  scope.post<{ Body: AppendBody }>(
    '/local/v1/append',
    { bodyLimit: MAX_APPEND_BYTES },
    (request, reply) => {
      const { headers, key, note, timestampMs, topic, value } = request.body;
      const record = {
        ...{ headers, timestampMs, value: Buffer.from(value, 'base64') },
        key: key === null ? null : Buffer.from(key, 'base64'),
      };
      return answer(reply, () => pipeline.append(topic, record, note));
    },
  );
  scope.post<{ Body: { note: Note } }>('/local/v1/note', (request, reply) =>
    answer(reply, () => pipeline.tell(request.body.note)),
  );
  scope.post<{ Body: DocumentsBody }>('/local/v1/existing', (request, reply) => {
    const { collection, ids } = request.body;
    return answer(reply, async () => [...(await pipeline.existing(collection, ids))]);
  });
  scope.post<{ Body: DocumentsBody }>('/local/v1/copies', (request, reply) => {
    const { collection, ids } = request.body;
    const counts = async () => Promise.all(ids.map((id) => pipeline.copies(collection, id)));
    return answer(reply, counts);
  });
}
