/**
 * What strangers do to a front door, over real sockets: none of it crashes it, blocks others, or
 * takes their room.
 */
import { type AddressInfo, connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../support/worker-rig.ts';
import { EVENT, openWebhook, type WebhookRig } from '../../../support/webhook-rig.ts';

let rig: WebhookRig;
let port: number;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await rig.server.close();
});

async function listen(settings: Parameters<typeof openWebhook>[0] = {}): Promise<void> {
  rig = openWebhook(settings);
  await rig.server.listen({ host: '127.0.0.1', port: 0 });
  port = (rig.server.server.address() as AddressInfo).port;
}

interface Raw {
  readonly socket: Socket;
  /** Everything that came back so far. */
  text(): string;
  readonly closed: Promise<unknown>;
}

function raw(...lines: readonly string[]): Raw {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {}); // The server may hang up on it.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  let text = '';
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1');
  });
  if (lines.length > 0) socket.write(lines.join('\r\n'));
  return { socket, text: () => text, closed };
}

const POST = 'POST /v1/audit/prod HTTP/1.1\r\nhost: x';
const statuses = (text: string): readonly number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));

async function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<number> {
  const url = `http://127.0.0.1:${port}/v1/audit/prod`;
  const response = await fetch(url, { method: 'POST', body, headers });
  await response.text();
  return response.status;
}

const QUICK = { headersTimeoutMs: 300, requestTimeoutMs: 2_000, keepAliveTimeoutMs: 60_000 };

describe('slow senders', () => {
  it('that never end their headers are let go, and are told to come again', async () => {
    await listen({ http: { limits: QUICK } });
    const slow = raw('POST /v1/audit/prod HTTP/1.1\r\nhost: x\r\nx-a: 1');
    const silent = raw();
    await Promise.all([slow.closed, silent.closed]);
    expect(slow.text()).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: 5\r\n/s);
    expect(rig.door['refused too_slow']).toBeGreaterThan(0);
    expect(await post(EVENT)).toBe(200);
  });

  it('with too little of their bodies in a while are let go, and nothing of them is kept', async () => {
    let now = 0;
    await listen({ now: () => now, pace: { windowMs: 20, minWindowBytes: 5 } });
    const slow = raw(`${POST}\r\ncontent-length: 80\r\n\r\nhalf`);
    const steady = raw(`${POST}\r\ncontent-length: 10\r\n\r\nhalf`);
    await until(async () => (await post(EVENT)) === 200);
    now += 10;
    steady.socket.write('12345');
    await until(() => {
      now += 10;
      steady.socket.write(now === 20 ? '1' : '');
      return slow.text() !== '';
    });
    expect(statuses(slow.text())).toStrictEqual([503]);
    expect(rig.door['refused too_slow']).toBeGreaterThan(0);
    expect(rig.batches().some(({ body }) => body.includes('half') && body.length > 10)).toBe(false);
  });

  it('hold room only for what they sent, and give it up to others when they take long', async () => {
    let now = 0;
    await listen({ now: () => now, maxInFlightBytes: 1_000, pace: { patienceMs: 50 } });
    const announcers = Array.from({ length: 20 }, () =>
      raw(`${POST}\r\ncontent-length: 900\r\n\r\n`),
    );
    const holder = raw(`${POST}\r\ncontent-length: 900\r\n\r\n${'x'.repeat(800)}`);
    await until(async () => (await post('y'.repeat(300))) === 503);
    expect(await post('y'.repeat(100))).toBe(200);
    now = 50;
    expect(await post('y'.repeat(300))).toBe(200);
    await until(() => statuses(holder.text()).length === 1);
    expect(statuses(holder.text())).toStrictEqual([503]);
    // To end those that hold nothing would have given nobody room.
    expect(announcers.every(({ text }) => text() === '')).toBe(true);
  });

  it('that go on with a body that was refused are cut off', async () => {
    await listen({ maxBodyBytes: 1 << 20 });
    const endless = raw(`${POST}\r\ntransfer-encoding: chunked\r\n\r\n`);
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const timer = setInterval(() => endless.socket.write(chunk), 1);
    await endless.closed;
    clearInterval(timer);
    expect(statuses(endless.text())).toStrictEqual([413]);
    expect(await post(EVENT)).toBe(200);
  });
});

describe('requests that mean two things', () => {
  const BODY = '5\r\nAAAAA\r\n0\r\n\r\n';
  it.each<[string, readonly string[]]>([
    [
      'a length and chunks',
      [`${POST}\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${BODY}`],
    ],
    ['two lengths', [`${POST}\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nAAAAAA`]],
    ['two lengths in one', [`${POST}\r\ncontent-length: 5, 6\r\n\r\nAAAAAA`]],
    ['a length that is none', [`${POST}\r\ncontent-length: 0x5\r\n\r\nAAAAA`]],
    ['a length below 0', [`${POST}\r\ncontent-length: -5\r\n\r\nAAAAA`]],
    ['chunks that are not last', [`${POST}\r\ntransfer-encoding: chunked, gzip\r\n\r\n${BODY}`]],
    ['chunks by another name', [`${POST}\r\ntransfer-encoding: xchunked\r\n\r\n${BODY}`]],
    ['a space before the colon', [`${POST}\r\ncontent-length : 5\r\n\r\nAAAAA`]],
    ['a folded header', [`${POST}\r\nx: y\r\n content-length: 5\r\n\r\nAAAAA`]],
    [
      'a chunk size with a sign',
      [`${POST}\r\ntransfer-encoding: chunked\r\n\r\n+5\r\nAAAAA\r\n0\r\n\r\n`],
    ],
    [
      'bare line feeds in the header',
      ['POST /v1/audit/prod HTTP/1.1\nhost: x\ncontent-length: 5\n\nAAAAA'],
    ],
  ])('are none: %s', async (_, lines) => {
    await listen();
    const smuggled = `${POST}\r\ncontent-length: 7\r\n\r\nSMUGGLE`;
    const sent = raw(...lines.map((line) => line + smuggled));
    await sent.closed;
    expect(statuses(sent.text()).filter((status) => status < 400)).toStrictEqual([]);
    expect(rig.records).toStrictEqual([]);
    expect(await post(EVENT)).toBe(200);
  });

  it('without a host is none', async () => {
    await listen();
    const sent = raw('POST /v1/audit/prod HTTP/1.1\r\ncontent-length: 5\r\n\r\nAAAAA');
    await sent.closed;
    expect(statuses(sent.text())).toStrictEqual([400]);
    expect(rig.records).toStrictEqual([]);
  });

  it('with headers that are too large, or too many, are told so', async () => {
    await listen();
    const large = raw(`${POST}\r\nx-a: ${'x'.repeat(17_000)}\r\n\r\n`);
    const many = raw(`${POST}\r\n${'a: b\r\n'.repeat(150)}content-length: 2\r\n\r\n{}`);
    await large.closed;
    await until(() => many.text() !== '');
    expect(statuses(large.text())).toStrictEqual([431]);
    expect(statuses(many.text())).toStrictEqual([431]);
    expect(rig.records).toStrictEqual([]);
  });

  it('in a row on one connection are all answered, in their order', async () => {
    await listen({ maxBodyBytes: 100 });
    const one = `${POST}\r\ncontent-length: 2\r\n\r\n{}`;
    const large = `${POST}\r\ncontent-length: 101\r\n\r\n${'x'.repeat(101)}`;
    const unknown = one.replace('audit', 'other');
    const sent = raw(`${one}${large}${unknown}${one}`);
    await until(() => statuses(sent.text()).length === 4);
    expect(statuses(sent.text())).toStrictEqual([200, 413, 404, 200]);
    expect(rig.records).toHaveLength(2);
  });
});

describe('bombs', () => {
  const bomb = gzipSync(Buffer.alloc(50 << 20));

  it('are kept as they came, many at once, and others are taken beside them', async () => {
    await listen({ maxInFlightBytes: 16 << 20, maxDecodedBytes: 4 << 20 });
    const nested = gzipSync(bomb);
    const before = process.memoryUsage().rss;
    const answers = Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        post(index % 2 === 0 ? bomb : nested, {
          'content-encoding': index % 2 === 0 ? 'gzip' : 'gzip, gzip',
        }),
      ),
    );
    let isOver = false;
    void answers.finally(() => {
      isOver = true;
    });
    const plain: number[] = [];
    while (!isOver) plain.push(await post(EVENT));
    // A plain body never has to wait for room: bombs have a half of their own.
    expect(new Set(plain)).toStrictEqual(new Set([200]));
    for (const status of await answers) expect([200, 503]).toContain(status);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
    expect(await post(bomb, { 'content-encoding': 'gzip' })).toBe(200);
    const kept = rig.batches().at(-1);
    expect(kept?.contentEncoding).toBe('gzip!');
    expect(kept?.body.equals(bomb)).toBe(true);
  });
});

describe('many connections', () => {
  it('of one address are bounded, and the others go on', async () => {
    await listen({ http: { maxConnectionsPerAddress: 5 } });
    const idle = Array.from({ length: 5 }, () => raw());
    await until(async () => (await connections()) === 5);
    const sixth = raw(`${POST}\r\ncontent-length: 2\r\n\r\n{}`);
    await sixth.closed;
    expect(sixth.text()).toBe('');
    expect(rig.door['connection refused']).toBe(1);
    idle[0]?.socket.write(`${POST}\r\ncontent-length: 2\r\n\r\n{}`);
    await until(() => statuses(idle[0]?.text() ?? '').length === 1);
    expect(statuses(idle[0]?.text() ?? '')).toStrictEqual([200]);
    idle[1]?.socket.destroy();
    await idle[1]?.closed;
    await until(async () => (await connections()) === 4);
    const next = raw(`${POST}\r\ncontent-length: 2\r\n\r\n{}`);
    await until(() => statuses(next.text()).length === 1);
    expect(statuses(next.text())).toStrictEqual([200]);
  });

  it('a thousand with half a request each hinder nobody', async () => {
    await listen({ http: { maxConnections: 1_000, maxConnectionsPerAddress: 1_000 } });
    for (let index = 0; index < 990; index++) {
      raw(index % 2 === 0 ? 'POST /v1/au' : `${POST}\r\ncontent-length: 4000000\r\n\r\n{`);
    }
    await until(async () => (await connections()) === 990);
    for (let index = 0; index < 50; index++) expect(await post(EVENT)).toBe(200);
  });
});

function connections(): Promise<number> {
  return new Promise((resolve, reject) => {
    rig.server.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

describe('while it stops', () => {
  it('what is with the log is answered, what is on its way is told to come again', async () => {
    await listen();
    let finish = (): void => {};
    rig.append = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const writing = raw(`${POST}\r\ncontent-length: 2\r\n\r\n{}`);
    const half = raw(`${POST}\r\ncontent-length: 20\r\n\r\n{`);
    const idle = raw(`GET /livez HTTP/1.1\r\nhost: x\r\n\r\n`);
    await until(() => idle.text().includes('ok'));
    await until(async () => (await connections()) === 3);
    const closed = rig.server.close();
    await until(() => half.text() !== '');
    expect(half.text()).toMatch(/^HTTP\/1\.1 503 .*connection: close.*retry-after: 5.*stopping/is);
    expect(writing.text()).toBe('');
    // Its next request, sent before the answer to the first.
    writing.socket.write(`${POST}\r\ncontent-length: 2\r\n\r\n{}`);
    finish();
    await until(() => statuses(writing.text()).length > 0);
    expect(statuses(writing.text())[0]).toBe(200);
    await Promise.all([closed, half.closed, idle.closed, writing.closed]);
    expect(
      statuses(writing.text())
        .slice(1)
        .every((status) => status === 503),
    ).toBe(true);
    expect(rig.records).toHaveLength(1);
  });
});

it('waits for Expect: 100-continue no longer than it must', async () => {
  await listen();
  const sent = raw(`${POST}\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n`);
  await until(() => sent.text().startsWith('HTTP/1.1 100 Continue'));
  sent.socket.write('{}');
  await until(() => statuses(sent.text()).length === 2);
  expect(statuses(sent.text())).toStrictEqual([100, 200]);
});

it('never sends anybody elsewhere', async () => {
  await listen();
  for (const path of [
    '/v1/audit/prod/',
    '/v1//audit/prod',
    '/V1/audit/prod',
    '//v1/audit/prod',
    '/%2e%2e/x',
  ]) {
    const sent = raw(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}`);
    await until(() => statuses(sent.text()).length === 1);
    expect(statuses(sent.text())[0]).toBe(404);
  }
});
