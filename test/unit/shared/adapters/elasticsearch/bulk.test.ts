/**
 * Owns: what write() makes of replies that a healthy server never gives: a server of our own says
 * them.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createWrite, type Write } from '../../../../../shared/adapters/elasticsearch/bulk.ts';
import { targetsOf } from '../../../../../shared/adapters/elasticsearch/names.ts';
import { openRest, type Rest } from '../../../../../shared/adapters/elasticsearch/rest.ts';
import type { WriteOp } from '../../../../../shared/ports/event-store.ts';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

let server: Server | undefined;
let rest: Rest | undefined;

afterEach(async () => {
  await rest?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A writer whose server answers each request's body with `answer`. */
async function writerTo(
  answer: (body: string, request: number) => Answer | 'hang up' | 'silence',
  maxRequestBytes = 100_000,
): Promise<Write> {
  let requests = 0;
  const made = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const reply = answer(body, requests++);
      if (reply === 'silence') return;
      if (reply === 'hang up') return void request.socket.destroy();
      response.writeHead(reply.status, {
        'content-type': 'application/json',
        'x-elastic-product': 'Elasticsearch',
        ...reply.headers,
      });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
    });
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const node = `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
  rest = openRest({ node, requestTimeoutMs: 500 });
  return createWrite({ rest, targets: targetsOf('default'), maxRequestBytes, concurrency: 2 });
}

function ops(count: number): WriteOp[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'create',
    collection: 'events',
    id: `id-${i}`,
    document: Buffer.from('{"@timestamp":0}'),
  }));
}

function accept(body: string): Answer {
  const created = body.split('\n').filter((line) => line.startsWith('{"create"'));
  return { status: 200, body: { items: created.map(() => ({ create: { status: 201 } })) } };
}

describe('write', () => {
  it('has every request settled before it throws, and tells the graver error', async () => {
    const answered: number[] = [];
    const write = await writerTo((_, request) => {
      answered.push(request);
      return { status: request === 0 ? 503 : 403 };
    }, 1);
    await expect(write(ops(4))).rejects.toMatchObject({
      name: 'FatalError',
      code: 'access_denied',
    });
    expect(answered).toHaveLength(4);
  });

  it.each([
    ['429 with a wait', { status: 429, headers: { 'retry-after': '7' } }, 'store_busy', 7_000],
    ['429', { status: 429 }, 'store_busy', undefined],
    ['503', { status: 503 }, 'store_unavailable', undefined],
    ['a proxy’s page', { status: 502, body: '<html>' }, 'store_unavailable', undefined],
    ['text for JSON', { status: 200, body: '<html>' }, 'store_unavailable', undefined],
    ['an empty reply', { status: 200, body: {} }, 'store_unavailable', undefined],
    ['a closed connection', 'hang up', 'store_unavailable', undefined],
    ['silence', 'silence', 'store_unavailable', undefined],
  ] as const)('is to be tried again after %s', async (_, reply, code, retryAfterMs) => {
    let requests = 0;
    const write = await writerTo(() => {
      requests++;
      return reply;
    });
    const error: unknown = await write(ops(1)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'TransientError', code, retryAfterMs });
    // The client does not try again by itself.
    expect(requests).toBe(1);
    // Whole requests and replies hang on the client's errors: not on ours.
    expect(Object.keys((error as Error).cause ?? {})).toEqual([]);
  });

  it.each([
    [401, 'access_denied'],
    [403, 'access_denied'],
    [400, 'invalid_config'],
    [404, 'missing_index'],
  ])('needs a person after %d', async (status, code) => {
    const write = await writerTo(() => ({ status, body: { error: { type: 'some_exception' } } }));
    await expect(write(ops(1))).rejects.toMatchObject({ name: 'FatalError', code });
  });

  it('halves what a proxy finds too large, down to the one document that is', async () => {
    const write = await writerTo((body) =>
      body.includes('huge') ? { status: 413 } : accept(body),
    );
    const all = ops(9).map((op, i) =>
      i === 4 ? { ...op, document: Buffer.from('{"a":"huge"}') } : op,
    );
    const kinds = (await write(all)).map((verdict) => verdict.kind);
    expect(kinds).toEqual(all.map((_, i) => (i === 4 ? 'refused' : 'written')));
  });

  it('is not fooled by a server that is no Elasticsearch', async () => {
    const write = await writerTo(() => ({ status: 200, headers: { 'x-elastic-product': 'x' } }));
    await expect(write(ops(1))).rejects.toMatchObject({
      name: 'FatalError',
      code: 'invalid_config',
    });
  });

  it('crashes for an operation that does not fit its collection: a bug', async () => {
    const write = await writerTo(accept);
    const put: WriteOp = { ...ops(1)[0]!, kind: 'put', revision: 1 };
    expect(() => write([put])).toThrow('does not fit');
    const negative: WriteOp = { ...put, collection: 'sessions', revision: -1 };
    expect(() => write([negative])).toThrow();
  });
});
