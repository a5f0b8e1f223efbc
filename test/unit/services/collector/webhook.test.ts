import { afterEach, describe, expect, it } from 'vitest';
import { FatalError, TransientError } from '../../../../shared/errors/fault.ts';
import { TRACE } from '../../../support/worker-rig.ts';
import { EVENT, openWebhook, type WebhookRig } from '../../../support/webhook-rig.ts';

let rig: WebhookRig = openWebhook();
afterEach(async () => {
  await rig.server.close();
  rig = openWebhook();
});

async function post(
  body: string | Buffer | undefined,
  headers: object = {},
  url = '/v1/audit/prod',
) {
  const response = await rig.server.inject({
    ...{ method: 'POST', url },
    ...(body === undefined ? {} : { body }),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.statusCode, headers: response.headers, text: response.body };
}

describe('a body', () => {
  it('is answered with 2xx, counted once and kept as it came', async () => {
    const body = '{"kind":"EventList",  "items":[{"verb":"get"}]}\n';
    const answer = await post(body, {}, '/v1/audit/prod?timeout=30s');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toStrictEqual({ accepted: 1 });
    expect(rig.batches()).toMatchObject([
      { source: 'audit', cluster: 'prod', sender: '127.0.0.1', receivedAt: 1_000, sequence: 1 },
    ]);
    expect(rig.batches()[0]?.body.toString()).toBe(body);
    expect(rig.totals).toStrictEqual({ received: 1, emitted: 1, sent: 1 });
  });

  it.each([
    ['that is no JSON', 'hello', {}],
    ['of bytes', Buffer.from([0xff, 0x00, 0xfe]), {}],
    ['that is empty', '', {}],
    ['that is not there', undefined, { 'content-length': '0' }],
  ])('is accepted, for the normalizer to say what it is: %s', async (_, body, headers) => {
    expect((await post(body, headers)).status).toBe(200);
    expect(rig.batches()[0]?.body).toStrictEqual(Buffer.from(body ?? ''));
  });

  it.each([
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/x-ndjson',
    'application/json, text/plain',
    'nonsense',
    '',
  ])('is taken under any content type: %j', async (type) => {
    expect((await post(EVENT, { 'content-type': type })).status).toBe(200);
    expect(rig.batches()[0]?.body.toString()).toBe(EVENT);
  });

  it('is cut into parts that one answer speaks for', async () => {
    rig = openWebhook({ limits: { partBytes: 40, maxBytes: 100 } });
    const answer = await post(JSON.stringify({ items: Array(5).fill({ verb: 'get', a: 12345 }) }));
    expect(JSON.parse(answer.text)).toStrictEqual({ accepted: 5 });
    expect(rig.totals).toStrictEqual({ received: 1, emitted: 1, sent: 5 });
  });

  it('may be of a cluster with a long name', async () => {
    expect((await post(EVENT, {}, `/v1/audit/${'x'.repeat(253)}`)).status).toBe(200);
  });

  it('continues the chain of those before it', async () => {
    await post(EVENT);
    await post(EVENT);
    const [first, second] = rig.batches();
    expect(second?.sequence).toBe(2);
    expect(second?.previousChain).toStrictEqual(first?.chain);
  });
});

describe('trace headers', () => {
  it('travel on', async () => {
    await post(EVENT, TRACE);
    expect(rig.records[0]?.headers).toStrictEqual(TRACE);
  });

  it('are made where there are none that are valid', async () => {
    await post(EVENT, { traceparent: 'nonsense', tracestate: 'a=1' });
    await post(EVENT);
    const made = rig.records.map(({ headers }) => headers);
    expect(made[0]).toStrictEqual({ traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-/) });
    expect(made[1]?.['traceparent']).not.toBe(made[0]?.['traceparent']);
  });
});

describe('not now', () => {
  it('is 503 with Retry-After while the log is away, and the sender repeats it', async () => {
    rig.append = () =>
      Promise.reject(new TransientError('away', { code: 'log_unavailable', retryAfterMs: 90_000 }));
    const answer = await post(EVENT);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(rig.totals).toStrictEqual({ 'retried log_unavailable': 1 });
    expect(rig.lines.map(({ level }) => level)).toStrictEqual(['warn']);
    rig.append = async () => {};
    expect((await post(EVENT)).status).toBe(200);
    expect(rig.records).toHaveLength(1);
  });

  it('is 503 while too much is in flight, and ends with it', async () => {
    rig = openWebhook({ maxInFlightBytes: 100 });
    let finish = (): void => {};
    const appended = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const body = 'x'.repeat(60);
    const reached = new Promise<void>((resolve) => {
      rig.append = () => {
        resolve();
        return appended;
      };
    });
    const first = post(body);
    await reached;
    const second = await post(body);
    expect(second.status).toBe(503);
    expect(second.headers['retry-after']).toBe('5');
    expect((await post('x'.repeat(41))).status).toBe(503);
    finish();
    expect((await first).status).toBe(200);
    expect((await post(body)).status).toBe(200);
  });

  it('gives its share back after every kind of answer', async () => {
    rig = openWebhook({ maxInFlightBytes: 100, limits: { partBytes: 100, maxBytes: 70 } });
    const body = 'x'.repeat(60);
    rig.append = () => Promise.reject(new TransientError('away', { code: 'log_unavailable' }));
    for (let i = 0; i < 3; i++) expect((await post(body)).status).toBe(503);
    rig.append = () => Promise.reject(new TypeError('a bug'));
    for (let i = 0; i < 3; i++) expect((await post(body)).status).toBe(503);
    for (let i = 0; i < 3; i++) expect((await post('x'.repeat(101))).status).toBe(503);
    rig.append = async () => {};
    for (let i = 0; i < 3; i++) expect((await post(body)).status).toBe(200);
  });
});

describe('a body that is too large', () => {
  it.each([
    ['for the front door', { maxBodyBytes: 50 }],
    ['for one record', { limits: { partBytes: 10, maxBytes: 50 } }],
  ])('is 413, counted, and told with the remedy: %s', async (_, settings) => {
    rig = openWebhook(settings);
    const answer = await post('x'.repeat(51));
    expect(answer.status).toBe(413);
    expect(rig.totals).toStrictEqual({ received: 1, 'rejected item_too_large': 1 });
    expect(rig.lines).toHaveLength(1);
    expect(rig.lines[0]).toMatchObject({ level: 'error', fields: { bytes: 51 } });
    expect(rig.lines[0]?.message).toContain('collector.maxBodyBytes');
    expect((await post('x'.repeat(50))).status).toBe(200);
  });
});

describe('a request that is none', () => {
  it.each([
    [404, '/v1/other/prod', {}],
    [404, '/v1/audit', {}],
    [404, '/v1/audit/prod/more', {}],
    [400, '/v1/audit/-prod', {}],
    [400, '/v1/audit/a%20b', {}],
    [400, '/v1/audit/..%2fetc', {}],
    [400, `/v1/audit/${'x'.repeat(254)}`, {}],
  ])('is %i: %s', async (status, url, headers) => {
    expect((await post(EVENT, headers, url)).status).toBe(status);
    expect(rig.records).toStrictEqual([]);
  });

  it('is 200 with the encoding that is none', async () => {
    expect((await post(EVENT, { 'content-encoding': 'identity' })).status).toBe(200);
  });

  it('is 503 where a person is needed, too, with an error line, and nothing is taken', async () => {
    rig.append = () => Promise.reject(new FatalError('no', { code: 'access_denied' }));
    expect((await post(EVENT)).status).toBe(503);
    expect(rig.totals).toStrictEqual({ 'retried log_unavailable': 1 });
    expect(rig.lines.map(({ level }) => level)).toStrictEqual(['error']);
  });

  it('is 503 for a bug, too, told with its stack, and nothing is counted as taken', async () => {
    const bug = new TypeError('bug');
    rig.append = () => Promise.reject(bug);
    expect((await post(EVENT)).status).toBe(503);
    expect(rig.totals).toStrictEqual({});
    expect(rig.door).toStrictEqual({ 'refused bug': 1 });
    expect(rig.lines).toMatchObject([{ level: 'error', fields: { err: bug } }]);
  });
});
