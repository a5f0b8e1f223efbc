/**
 * Owns: replies with a limit of length in shared/adapters/elasticsearch/rest.ts: nothing but the
 * error of the call comes of a reply that is too long (vitest fails on errors that nobody caught).
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  openRest,
  ReplyTooLarge,
  type Rest,
} from '../../../../../shared/adapters/elasticsearch/rest.ts';

let server: Server | undefined;
let rest: Rest | undefined;

afterEach(async () => {
  await rest?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

const HEADERS = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };

async function restTo(answer: (response: ServerResponse) => void): Promise<Rest> {
  const made = createServer((_, response) => answer(response));
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const { port } = made.address() as AddressInfo;
  rest = openRest({ node: `http://127.0.0.1:${port}`, requestTimeoutMs: 1_000 });
  return rest;
}

const CALL = { method: 'GET', path: '/', maxReplyBytes: 1_000 } as const;

describe('a call with a limit', () => {
  const long = JSON.stringify({ a: 'x'.repeat(300_000) });

  it.each(['content-length', 'chunked'])('throws ReplyTooLarge: %s', async (mode) => {
    const open = await restTo((response) => {
      const length = mode === 'chunked' ? {} : { 'content-length': String(long.length) };
      response.writeHead(200, { ...HEADERS, ...length });
      response.end(long);
    });
    await expect(open.call(CALL)).rejects.toBeInstanceOf(ReplyTooLarge);
    // The next call is not disturbed by what is left of the first.
    await expect(open.call({ method: 'GET', path: '/' })).resolves.toMatchObject({ status: 200 });
  });

  it.each([
    [200, { status: 200, body: { a: 1 } }],
    [404, { status: 404 }],
  ])('gives what is short enough: %d', async (status, expected) => {
    const open = await restTo((response) => response.writeHead(status, HEADERS).end('{"a":1}'));
    await expect(open.call(CALL)).resolves.toMatchObject(expected);
  });

  it.each([
    [403, 'access_denied'],
    [429, 'store_busy'],
    [503, 'store_unavailable'],
  ])('classifies %d', async (status, code) => {
    const open = await restTo((response) => response.writeHead(status, HEADERS).end('{}'));
    await expect(open.call(CALL)).rejects.toMatchObject({ code });
  });

  it('is to be tried again when the reply breaks off', async () => {
    const open = await restTo((response) => {
      response.writeHead(200, { ...HEADERS, 'content-length': '500' });
      response.write('{"a":');
      setImmediate(() => response.destroy());
    });
    await expect(open.call(CALL)).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('a block on the cluster or an index', () => {
  it.each([403, 429])('is waited for: %d', async (status) => {
    const body = JSON.stringify({ error: { type: 'cluster_block_exception' }, status });
    const open = await restTo((response) => response.writeHead(status, HEADERS).end(body));
    await expect(open.call({ method: 'POST', path: '/_bulk' })).rejects.toMatchObject({
      name: 'TransientError',
      code: 'store_busy',
    });
  });

  it('is no other refusal', async () => {
    const body = JSON.stringify({ error: { type: 'security_exception' }, status: 403 });
    const open = await restTo((response) => response.writeHead(403, HEADERS).end(body));
    await expect(open.call({ method: 'POST', path: '/_bulk' })).rejects.toMatchObject({
      name: 'FatalError',
      code: 'access_denied',
    });
  });
});
