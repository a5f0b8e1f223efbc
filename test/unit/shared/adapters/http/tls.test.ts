/**
 * The server as others see it over TLS: versions, HTTP/1.1 and HTTP/2, certificates that are renewed
 * under it, and what stops while it goes on.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import type { ListenerLimits } from '../../../../../shared/adapters/http/listener.ts';
import { createHttpServer } from '../../../../../shared/adapters/http/server.ts';
import { followTls, readTls } from '../../../../../shared/adapters/http/tls.ts';
import { FatalError } from '../../../../../shared/errors/fault.ts';
import { createHealth } from '../../../../../shared/pipeline/health.ts';
import { makeCertificate } from '../../../../support/certificates.ts';
import { createLines } from '../../../../support/worker-rig.ts';
import { createDoorCounts } from '../../../../support/webhook-rig.ts';

const CA = makeCertificate({ name: 'authority', isAuthority: true });
const FIRST = makeCertificate({ name: 'first', by: CA });
const SECOND = makeCertificate({ name: 'second', by: CA });

let folder: string;
let files: { readonly certFile: string; readonly keyFile: string };
let server: FastifyInstance | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-tls-'));
  files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  await renew(FIRST);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

async function renew({
  cert,
  key,
}: {
  readonly cert: string;
  readonly key: string;
}): Promise<void> {
  await writeFile(files.certFile, cert);
  await writeFile(files.keyFile, key);
}

async function listen(limits: Partial<ListenerLimits> = {}): Promise<number> {
  const { logger } = createLines();
  server = createHttpServer({
    ...{
      host: '127.0.0.1',
      port: 0,
      health: createHealth(),
      logger,
      door: createDoorCounts().door,
    },
    ...{ maxConnections: 100, maxConnectionsPerAddress: 100, retryAfterSeconds: 5 },
    tls: { files, first: await readTls(files) },
    metrics: async () => 'metrics',
    limits,
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  return (server.server.address() as AddressInfo).port;
}

function ask(
  port: number,
  agent?: Agent,
): Promise<{ readonly text: string; readonly name: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/livez', ca: CA.cert };
    // Without an agent of its own it would get a connection that stands.
    Object.assign(options, { agent: agent ?? new Agent({ maxCachedSessions: 0 }) });
    get(options, (response) => {
      const name = String((response.socket as TLSSocket).getPeerCertificate().subject.CN);
      text(response).then((body) => resolve({ text: body, name }), reject);
    }).on('error', reject);
  });
}

async function ask2(port: number, path: string): Promise<string> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: CA.cert });
  const stream = session.request({ ':path': path });
  const body = await buffer(stream.end());
  session.close();
  return body.toString();
}

describe('TLS', () => {
  it('speaks HTTP/1.1 and HTTP/2', async () => {
    const port = await listen();
    expect(await ask(port)).toStrictEqual({ text: 'ok\n', name: 'first' });
    expect(await ask2(port, '/livez')).toBe('ok\n');
    expect(await ask2(port, '/metrics')).toBe('metrics');
  });

  it('is not spoken in versions that are broken', async () => {
    const port = await listen();
    const handshake = (maxVersion: 'TLSv1.1' | 'TLSv1.2') =>
      new Promise<string>((resolve) => {
        const socket = connectTls(
          { port, ca: CA.cert, minVersion: 'TLSv1', maxVersion, ciphers: 'ALL:@SECLEVEL=0' },
          () => {
            resolve(String(socket.getProtocol()));
            socket.destroy();
          },
        );
        socket.on('error', () => resolve('refused'));
      });
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
    expect(await handshake('TLSv1.1')).toBe('refused');
  });

  it('stops in the end, whoever goes on', async () => {
    const port = await listen({ shutdownGraceMs: 100 });
    const silent = connectTls({ port, ca: CA.cert });
    silent.on('error', () => {}); // It is cut.
    silent.write('POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf');
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: CA.cert });
    session.on('error', () => {}); // It is cut, too.
    const endless = session.request({ ':method': 'POST', ':path': '/nowhere' });
    endless.on('error', () => {});
    endless.write('half');
    await new Promise((resolve) => endless.once('response', resolve));
    await server?.close();
    server = undefined;
  });

  it('stops with HTTP/2 connections open', async () => {
    const port = await listen();
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: CA.cert });
    await buffer(session.request({ ':path': '/livez' }).end());
    const closed = new Promise((resolve) => session.once('close', resolve));
    await server?.close();
    server = undefined;
    await closed;
  });
});

describe('a certificate that is renewed', () => {
  async function follow() {
    const port = await listen();
    const { lines, logger } = createLines();
    const { counts, door } = createDoorCounts();
    const first = await readTls(files);
    const tls = server?.server as unknown as TLSSocket & { setSecureContext(): void };
    const watched = followTls(tls, { files, first, logger, door, intervalMs: 3_600_000 });
    return { port, lines, counts, watched };
  }

  it('is given to the next connections, and those that stand go on', async () => {
    const { port, counts, lines, watched } = await follow();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask(port, agent)).name).toBe('first');
    await renew(SECOND);
    await watched.check();
    expect((await ask(port)).name).toBe('second');
    expect((await ask(port, agent)).name).toBe('first');
    expect(counts).toStrictEqual({ 'certificate good': 1 });
    expect(lines.map(({ level }) => level)).toStrictEqual(['info']);
    agent.destroy();
    watched.stop();
  });

  it.each<[string, () => Promise<void>]>([
    ['damaged', () => renew({ cert: 'none', key: SECOND.key })],
    ['not its key’s', () => renew({ cert: SECOND.cert, key: FIRST.key })],
    ['gone', () => rm(files.certFile)],
  ])('and is %s leaves the old one, and is told once, until it is mended', async (_, spoil) => {
    const { port, counts, lines, watched } = await follow();
    await spoil();
    for (let look = 0; look < 3; look++) await watched.check();
    expect((await ask(port)).name).toBe('first');
    expect(counts).toStrictEqual({ 'certificate good': 1, 'certificate bad': 1 });
    expect(lines).toMatchObject([{ level: 'error' }]);
    expect(JSON.stringify(lines)).not.toContain('PRIVATE');
    await renew(SECOND);
    await watched.check();
    expect((await ask(port)).name).toBe('second');
    expect(counts['certificate good']).toBe(2);
    watched.stop();
  });

  it('in two steps is not told as broken in between', async () => {
    const { counts, lines, watched } = await follow();
    await writeFile(files.certFile, SECOND.cert);
    await watched.check();
    await writeFile(files.keyFile, SECOND.key);
    await watched.check();
    expect(counts).toStrictEqual({ 'certificate good': 1 });
    expect(lines.map(({ level }) => level)).toStrictEqual(['info']);
    watched.stop();
  });
});

describe('files that can not be used', () => {
  it.each<[string, string, () => Promise<void>]>([
    ['a missing file', 'can not be read', () => rm(files.keyFile)],
    ['no certificate', 'holds no certificate', () => writeFile(files.certFile, 'x')],
    ['no key', 'holds no private key', () => writeFile(files.keyFile, 'x')],
    ['another’s key', 'is not the key of', () => writeFile(files.keyFile, SECOND.key)],
  ])('are told with the remedy: %s', async (_, words, spoil) => {
    await spoil();
    const error = await readTls(files).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FatalError);
    expect(String(error)).toContain(words);
    expect(String(error)).toContain('give a PEM certificate chain');
  });
});
