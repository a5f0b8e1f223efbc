/**
 * Owns: the local API of a running `up`: query and tail through the process that holds the files,
 * and what deadletter and doctor need of it (pipeline-api.ts).
 * Guarded by a token in the data folder and by the Host header (a web page in a browser on this
 * machine can reach the port, too, but knows neither).
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SealKey } from '../../../shared/domain/sealing/seal.ts';
import type { EventStore } from '../../../shared/ports/event-store.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { Logger } from '../../../shared/ports/telemetry.ts';
import { decodeRecord } from '../decoded.ts';
import { type TailRequest, tailedTopic } from '../request.ts';
import type { Query } from '../../../shared/ports/event-store.ts';
import { pipelineOn } from './pipeline.ts';
import { addPipelineRoutes } from './pipeline-api.ts';

export interface LocalApiParts {
  readonly log: Log;
  readonly store: EventStore;
  readonly topicPrefix: string;
  /** Who reads through here may read what this process can. */
  readonly rawKeys: readonly SealKey[];
  /** Takes a line for each record that is appended. */
  readonly logger: Logger;
}

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

function isAllowed(request: FastifyRequest, token: string): boolean {
  if (!LOOPBACK_HOST.test(request.headers.host ?? '')) return false;
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function* lines(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const item of items) yield `${JSON.stringify(item)}\n`;
}

async function* tail(
  parts: LocalApiParts,
  request: TailRequest,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const { from, topic, untilEnd } = request;
  const name = tailedTopic(parts.topicPrefix, request);
  for await (const record of parts.log.read({ topic: name, from, untilEnd, signal })) {
    yield decodeRecord(topic, record, parts.rawKeys);
  }
}

/** Adds the routes; resolves to the token that opens them. */
export function addLocalApi(server: FastifyInstance, parts: LocalApiParts): string {
  const token = randomBytes(32).toString('base64url');
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string' },
      (_request, body, done) => {
        try {
          done(null, JSON.parse(String(body)));
        } catch {
          // The error of JSON.parse quotes the text.
          done(Object.assign(new Error('The body is no JSON'), { statusCode: 400 }));
        }
      },
    );
    scope.addHook('onRequest', async (request, reply) => {
      if (!isAllowed(request, token)) return reply.code(403).send({ error: 'Not allowed' });
    });
    scope.post<{ Body: Query }>('/local/v1/query', async (request, reply) => {
      await parts.store.refresh();
      const found = parts.store.search(request.body);
      return reply.type('application/x-ndjson').send(Readable.from(lines(found)));
    });
    scope.post<{ Body: TailRequest }>('/local/v1/tail', (request, reply) => {
      const stop = new AbortController();
      reply.raw.once('close', () => stop.abort());
      const records = tail(parts, request.body, stop.signal);
      return reply.type('application/x-ndjson').send(Readable.from(lines(records)));
    });
    addPipelineRoutes(scope, pipelineOn(parts));
  });
  return token;
}
