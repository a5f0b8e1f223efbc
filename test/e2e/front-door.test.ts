/**
 * The front door as it is run: https, senders with tokens, packed bodies, a certificate renewed under
 * it, and this machine's own commands beside it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { type Process, query, run, type Settings, start } from '../support/podwitness.ts';
import { eventually } from '../support/sender.ts';

const CA = makeCertificate({ name: 'authority', isAuthority: true });
const TOKEN = 'a-token-that-nobody-guesses';
const EVENT = {
  ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete' },
  ...{ auditID: '7d5c7a5e-6e3f-4a4e-9f43-d0f3b2f1c001', verb: 'get', requestURI: '/api/v1/pods' },
  requestReceivedTimestamp: '2026-11-21T06:00:00.000001Z',
  stageTimestamp: '2026-11-21T06:00:00.000002Z',
};

let folder: string;
let config: string;
let settings: Settings;
let running: Process | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-door-'));
  settings = { PODWITNESS_DATA_DIR: join(folder, 'data') };
  config = join(folder, 'podwitness.yaml');
  await writeFile(join(folder, 'tokens'), `${TOKEN}\n`);
  const { cert, key } = makeCertificate({ name: 'server', by: CA });
  await writeFile(join(folder, 'tls.crt'), cert);
  await writeFile(join(folder, 'tls.key'), key);
  await writeFile(
    config,
    `http:
  tls: { certFile: ${folder}/tls.crt, keyFile: ${folder}/tls.key }
collector:
  senders:
    - { name: agents, clusters: [prod-*], sources: [audit, logs, firehose], tokenFiles: [${folder}/tokens] }
`,
  );
});

afterEach(async () => {
  running?.kill('SIGKILL');
  await running?.exited;
  running = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function post(url: string, path: string, body: Buffer, headers: Record<string, string>) {
  const session = connect(url, { ca: CA.cert });
  try {
    const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
    const status = new Promise((resolve, reject) => {
      stream.once('response', (answer) => resolve(answer[':status']));
      stream.once('error', reject);
      session.once('error', reject);
    });
    const answer = text(stream.end(body));
    return { status: await status, text: await answer };
  } finally {
    session.close();
  }
}

it('takes what senders who prove themselves send, packed or not, and nothing else', async () => {
  const ready = /Send audit events to\s+(https:\/\/[^/]+)/;
  running = await start(['up', '--config', config], settings, ready);
  const { url } = running;
  const known = { authorization: `Bearer ${TOKEN}` };
  const body = Buffer.from(JSON.stringify(EVENT));
  expect((await post(url, '/v1/audit/prod-eu', body, {})).status).toBe(401);
  expect((await post(url, '/v1/audit/dev', body, known)).status).toBe(403);
  const packed = { ...known, 'content-encoding': 'gzip' };
  expect((await post(url, '/v1/audit/prod-eu', gzipSync(body), packed)).status).toBe(200);
  const broken = gzipSync(body).subarray(0, 40);
  expect((await post(url, '/v1/audit/prod-eu', broken, packed)).status).toBe(200);
  const firehose = { 'x-amz-firehose-access-key': TOKEN, 'x-amz-firehose-request-id': 'id-1' };
  const answered = await post(url, '/v1/firehose/prod-eu', Buffer.from('{"records":[]}'), firehose);
  expect(answered).toMatchObject({
    status: 200,
    text: expect.stringContaining('"requestId":"id-1"'),
  });

  const found = await eventually(
    () => query('events', [], settings),
    (documents) => documents.length > 0,
    30_000,
  );
  expect(found).toMatchObject([{ kubernetes: { audit: { auditID: EVENT.auditID } } }]);
  expect(running.output()).not.toContain(TOKEN);
  running.kill('SIGTERM');
  expect(await running.exited).toBe(0);
}, 90_000);

it('is checked before it opens', async () => {
  expect((await run(['check', '--config', config], settings)).stdout).toMatch(
    /ok +front door: https, senders: 1/,
  );
  await writeFile(join(folder, 'tokens'), '\n');
  const checked = await run(['check', '--config', config], settings);
  expect(checked.exitCode).toBe(78);
  expect(checked.stdout).toMatch(/FAIL +front door: .*tokens, which has no token in it/);
}, 60_000);
