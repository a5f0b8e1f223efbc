/**
 * Who may send, over real connections: certificates of clients, tokens, both HTTP versions.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openTokens } from '../../../../services/collector/door/edge/tokens.ts';
import {
  createSender,
  hashToken,
  type SenderRule,
} from '../../../../services/collector/door/senders.ts';
import { readTls } from '../../../../shared/adapters/http/tls.ts';
import { FatalError } from '../../../../shared/errors/fault.ts';
import { type Made, makeCertificate } from '../../../support/certificates.ts';
import { createLines } from '../../../support/worker-rig.ts';
import {
  createDoorCounts,
  EVENT,
  openWebhook,
  type WebhookRig,
} from '../../../support/webhook-rig.ts';

const CA = makeCertificate({ name: 'authority', isAuthority: true });
const OTHER_CA = makeCertificate({ name: 'authority', isAuthority: true });
const SERVER = makeCertificate({ name: 'server', by: CA });
const AGENT = makeCertificate({ name: 'agent-1', by: CA, uri: 'spiffe://example/agent' });

const RULES: readonly SenderRule[] = [
  { name: 'apiserver', clusters: ['prod-*'], sources: ['audit'], hasOidc: false },
  { name: 'agents', clusters: ['prod-eu'], certificates: ['spiffe://example/*'], hasOidc: false },
];
const TOKEN = 'correct-horse-battery-staple';

let folder: string;
let rig: WebhookRig;
let port: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-identity-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => rig.server.close());

async function listen(): Promise<void> {
  const files = {
    certFile: join(folder, 'tls.crt'),
    keyFile: join(folder, 'tls.key'),
    clientCaFile: join(folder, 'ca.crt'),
  };
  await writeFile(files.certFile, SERVER.cert);
  await writeFile(files.keyFile, SERVER.key);
  await writeFile(files.clientCaFile, CA.cert);
  rig = openWebhook({
    gate: {
      senders: RULES.map(createSender),
      tokens: () => [{ sender: 'apiserver', hash: hashToken(TOKEN) }],
      verify: async () => ({ senders: [], trouble: undefined }),
    },
    http: { tls: { files, first: await readTls(files) } },
  });
  await rig.server.listen({ host: '127.0.0.1', port: 0 });
  port = (rig.server.server.address() as AddressInfo).port;
}

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly client?: Pick<Made, 'cert' | 'key'> | undefined;
  readonly agent?: Agent;
}

function send({ agent, client, headers = {}, method = 'POST', path = '/v1/audit/prod-eu' }: Sent) {
  return new Promise<{ status: number; text: string; challenge: string }>((resolve, reject) => {
    const own = client === undefined ? {} : { cert: client.cert, key: client.key };
    const options = { host: '127.0.0.1', port, path, method, headers, ca: CA.cert, agent, ...own };
    const sent = httpsRequest(options, (response) => {
      const { headers, statusCode: status = 0 } = response;
      const challenge = String(headers['www-authenticate'] ?? '');
      text(response).then((body) => resolve({ status, text: body, challenge }), reject);
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? EVENT : undefined);
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const senders = () => rig.batches().map(({ senderId }) => senderId);

describe('a token', () => {
  it('proves its sender, in each of the ways to send it', async () => {
    await listen();
    const basic = { authorization: `Basic ${Buffer.from(`u:${TOKEN}`).toString('base64')}` };
    expect((await send({ headers: bearer(TOKEN) })).status).toBe(200);
    expect((await send({ headers: basic })).status).toBe(200);
    expect((await send({ headers: { 'x-amz-firehose-access-key': TOKEN } })).status).toBe(200);
    expect(senders()).toStrictEqual(['apiserver', 'apiserver', 'apiserver']);
    expect(rig.batches()[0]?.sender).toBe('127.0.0.1');
  });

  it('that is wrong, or is for elsewhere, writes nothing; nothing tells of it', async () => {
    await listen();
    const nobody = await send({});
    expect(nobody.status).toBe(401);
    expect(nobody.challenge).toContain('Bearer');
    const wrong = await send({ headers: bearer('not-the-token') });
    expect(wrong.status).toBe(401);
    expect((await send({ headers: bearer(TOKEN), path: '/v1/audit/dev' })).status).toBe(403);
    expect((await send({ headers: bearer(TOKEN), path: '/v1/spo/prod-eu' })).status).toBe(403);
    expect(rig.records).toStrictEqual([]);
    expect(rig.door).toMatchObject({ 'refused unknown_sender': 2, 'refused not_allowed': 2 });
    // One line a minute for each: unknown, and the one who may not.
    expect(rig.lines.map(({ level }) => level)).toStrictEqual(['error', 'error']);
    expect(JSON.stringify(rig.lines) + wrong.text).not.toMatch(/not-the-token|correct-horse/);
  });

  it('is not asked for where nothing can be written', async () => {
    await listen();
    expect((await send({ method: 'GET', path: '/livez' })).status).toBe(200);
    expect((await send({ method: 'GET', path: '/readyz' })).status).toBe(200);
  });
});

describe('a certificate', () => {
  it('proves its sender over HTTP/1.1, HTTP/2 and a resumed session', async () => {
    await listen();
    const agent = new Agent({ maxCachedSessions: 10 });
    for (let time = 0; time < 3; time++) {
      expect((await send({ client: AGENT, agent })).status).toBe(200);
    }
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: CA.cert, ...AGENT });
    const stream = session.request({ ':method': 'POST', ':path': '/v1/spo/prod-eu' });
    const status = new Promise((resolve) => {
      stream.once('response', (headers) => resolve(headers[':status']));
    });
    stream.end(EVENT);
    expect(await status).toBe(200);
    session.close();
    expect(senders()).toStrictEqual(['agents', 'agents', 'agents', 'agents']);
  });

  it.each<[string, number, Made | undefined, string]>([
    ['for a cluster that is not its own', 403, AGENT, 'prod-us'],
    ['with another name', 401, makeCertificate({ name: 'agent-1', by: CA }), 'prod-eu'],
    [
      'of another authority',
      401,
      makeCertificate({ name: 'a', by: OTHER_CA, uri: 'spiffe://example/agent' }),
      'prod-eu',
    ],
    [
      'signed by itself',
      401,
      makeCertificate({ name: 'a', uri: 'spiffe://example/agent' }),
      'prod-eu',
    ],
    [
      'that has expired',
      401,
      makeCertificate({ name: 'a', by: CA, uri: 'spiffe://example/agent', days: -1 }),
      'prod-eu',
    ],
    ['that is not there', 401, undefined, 'prod-eu'],
  ])('%s is %i', async (_, status, client, cluster) => {
    await listen();
    expect((await send({ client, path: `/v1/audit/${cluster}` })).status).toBe(status);
    expect(rig.records).toStrictEqual([]);
  });
});

describe('HTTP/2', () => {
  it('ends a stream whose body was answered early, and keeps the others', async () => {
    await listen();
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: CA.cert });
    const half = session.request({ ':method': 'POST', ':path': '/v1/audit/prod-eu' });
    half.on('error', () => {}); // It may be reset.
    half.write('half');
    const status = await new Promise((resolve) => {
      half.once('response', (headers) => resolve(headers[':status']));
    });
    expect(status).toBe(401);
    const other = session.request({ ':path': '/livez' }).end();
    expect(await text(other)).toBe('ok\n');
    await new Promise<void>((resolve) => {
      half.once('close', resolve);
      half.resume();
    });
    session.destroy();
  }, 15_000);

  it('takes many bodies at once on one connection', async () => {
    await listen();
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: CA.cert, ...AGENT });
    const answers = Array.from({ length: 200 }, async () => {
      const stream = session.request({ ':method': 'POST', ':path': '/v1/audit/prod-eu' });
      return text(stream.end(EVENT));
    });
    expect(new Set(await Promise.all(answers))).toStrictEqual(new Set(['{"accepted":1}']));
    expect(rig.records).toHaveLength(200);
    session.close();
  });
});

describe('files of tokens', () => {
  async function open(content: string) {
    rig = openWebhook();
    const file = join(folder, 'tokens');
    await writeFile(file, content);
    const { lines, logger } = createLines();
    const { counts, door } = createDoorCounts();
    const tokens = await openTokens([{ name: 's', tokenFiles: [file] }], { door, logger });
    const has = (token: string) => tokens.now().some(({ hash }) => hash.equals(hashToken(token)));
    return { file, lines, counts, tokens, has };
  }

  it('are read again, so that one can go when the next has come', async () => {
    const { counts, file, has, tokens } = await open('old\n');
    await writeFile(file, 'old\nnew\n');
    await tokens.check();
    expect([has('old'), has('new')]).toStrictEqual([true, true]);
    await writeFile(file, 'new\n');
    await tokens.check();
    expect([has('old'), has('new')]).toStrictEqual([false, true]);
    expect(counts).toStrictEqual({ 'tokens good': 1 });
    tokens.stop();
  });

  it.each<[string, (file: string) => Promise<void>]>([
    ['empty', (file) => writeFile(file, '\n')],
    ['gone', (file) => rm(file)],
  ])('that are %s leave the old ones, and are told', async (_, spoil) => {
    const { counts, file, has, lines, tokens } = await open('secret-one\n');
    await spoil(file);
    for (let look = 0; look < 3; look++) await tokens.check();
    expect(has('secret-one')).toBe(true);
    expect(counts).toStrictEqual({ 'tokens good': 1, 'tokens bad': 1 });
    expect(lines).toMatchObject([{ level: 'error' }]);
    expect(JSON.stringify(lines)).not.toContain('secret-one');
    tokens.stop();
  });

  it('that are not there or empty at first end the process, with the remedy', async () => {
    await expect(open('')).rejects.toThrow(/tokens, which has no token in it: write one token per/);
    const { logger } = createLines();
    const missing = [{ name: 's', tokenFiles: [join(folder, 'none')] }];
    const opened = openTokens(missing, { door: createDoorCounts().door, logger });
    await expect(opened).rejects.toThrow(FatalError);
  });
});
