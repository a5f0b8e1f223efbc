import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it } from 'vitest';
import { until } from '../../../support/worker-rig.ts';
import { EVENT, openWebhook, type WebhookRig } from '../../../support/webhook-rig.ts';

let rig: WebhookRig;
const agent = new Agent({ keepAlive: true });
afterEach(async () => {
  agent.destroy();
  await rig.server.close();
});

async function listen(settings: Parameters<typeof openWebhook>[0] = {}): Promise<number> {
  rig = openWebhook(settings);
  await rig.server.listen({ host: '127.0.0.1', port: 0 });
  return (rig.server.server.address() as AddressInfo).port;
}

function begin(port: number, headers: Record<string, string> = {}): ClientRequest {
  const path = '/v1/audit/prod?timeout=30s';
  return request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent });
}

async function answerTo(sent: ClientRequest): Promise<{ status: number; text: string }> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, text: await text(response) };
}

function post(port: number, body: string): Promise<{ status: number; text: string }> {
  const sent = begin(port, { 'content-length': String(Buffer.byteLength(body)) });
  sent.end(body);
  return answerTo(sent);
}

it('answers only after the log has it', async () => {
  const port = await listen();
  let finish = (): void => {};
  let isAppending = false;
  rig.append = () => {
    isAppending = true;
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  let isAnswered = false;
  const answer = post(port, EVENT).finally(() => {
    isAnswered = true;
  });
  await until(() => isAppending);
  // Another request has its whole way there and back in the meantime.
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  expect(isAnswered).toBe(false);
  finish();
  expect((await answer).status).toBe(200);
});

it('takes chunked bodies without a length, and refuses them where they become too large', async () => {
  const port = await listen({ maxBodyBytes: 1000 });
  const small = begin(port, { 'transfer-encoding': 'chunked' });
  small.write(EVENT.slice(0, 5));
  small.end(EVENT.slice(5));
  expect((await answerTo(small)).status).toBe(200);
  expect(rig.batches()[0]?.body.toString()).toBe(EVENT);
  const large = begin(port, { 'transfer-encoding': 'chunked' });
  large.on('error', () => {}); // The server closes while it is still being written.
  const answer = answerTo(large);
  large.end('x'.repeat(1001));
  expect((await answer).status).toBe(413);
  expect(rig.totals).toMatchObject({ 'rejected item_too_large': 1 });
});

it('gives back the share of a sender that hangs up in the middle of its body', async () => {
  const port = await listen({ maxInFlightBytes: 100 });
  for (let i = 0; i < 5; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /v1/audit/prod HTTP/1.1\r\nhost: x\r\ncontent-length: 80\r\n\r\n');
    socket.write('x'.repeat(60));
    await until(async () => (await post(port, 'x'.repeat(50))).status === 503);
    socket.destroy();
    await until(async () => (await post(port, 'x'.repeat(50))).status === 200);
  }
  expect(rig.batches().every(({ body }) => body.length === 50)).toBe(true);
});

it('does not give it back while the log still writes what a sender left behind', async () => {
  const port = await listen({ maxInFlightBytes: 100 });
  const writing: (() => void)[] = [];
  rig.append = () => new Promise((resolve) => writing.push(resolve));
  const gone = begin(port, { 'content-length': '80' });
  gone.on('error', () => {}); // It is destroyed on purpose.
  gone.end('x'.repeat(80));
  await until(() => writing.length === 1);
  gone.destroy();
  await until(async () => (await connections()) === 0);
  expect((await post(port, 'x'.repeat(50))).status).toBe(503);
  rig.append = async () => {};
  for (const finish of writing) finish();
  await until(async () => (await post(port, 'x'.repeat(50))).status === 200);
});

async function connections(): Promise<number> {
  return new Promise((resolve, reject) => {
    rig.server.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

it('keeps a connection for the next body after it answered not now', async () => {
  const port = await listen({ maxInFlightBytes: 100 });
  expect((await post(port, 'x'.repeat(101))).status).toBe(503);
  expect((await post(port, EVENT)).status).toBe(200);
});

it('holds no body once it is answered', async () => {
  const port = await listen();
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const body = 'x'.repeat(1 << 20);
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 30; i++) {
    expect((await post(port, body)).status).toBe(200);
    rig.records.length = 0;
  }
  await until(() => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers - before < 10 * body.length;
  });
});
