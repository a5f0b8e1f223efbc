/**
 * Every sample through the front door, in pieces and packed: what comes out is what a whole, plain
 * body gives.
 */
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  batchOf,
  decide,
  essence,
  RECEIVED_MS,
  readSamples,
  resultOf,
  type Sample,
} from '../../../support/samples.ts';
import { openWebhook, type WebhookRig } from '../../../support/webhook-rig.ts';

let rig: WebhookRig;
let port: number;

beforeAll(async () => {
  // Parts as small as they can be, so that lists are cut, too.
  rig = openWebhook({ limits: { partBytes: 700, maxBytes: 2 << 20 }, now: () => RECEIVED_MS });
  await rig.server.listen({ host: '127.0.0.1', port: 0 });
  const address = rig.server.server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => rig.server.close());

/** Chunks of 1, 2, 3 … bytes and no more than 997. */
function chunks(body: Buffer): readonly Buffer[] {
  const result: Buffer[] = [];
  for (let at = 0, size = 1; at < body.length; at += size, size = (size * 3 + 1) % 997) {
    result.push(body.subarray(at, at + size));
  }
  return result;
}

function post(sample: Sample, body: Buffer, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = `/v1/${sample.source}/prod`;
    const sending = request(
      { host: '127.0.0.1', port, method: 'POST', path, headers },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sending.on('error', reject);
    for (const chunk of chunks(body)) sending.write(chunk);
    sending.end();
  });
}

async function through(
  sample: Sample,
  body: Buffer,
  headers: Record<string, string>,
): Promise<readonly string[]> {
  rig.records.length = 0;
  const status = await post(sample, body, { ...sample.headers, ...headers });
  expect(status).toBe(200);
  return essence(resultOf(decide(rig.batches())));
}

describe.each(readSamples().map((sample) => [sample.name, sample] as const))('%s', (_, sample) => {
  const { source } = sample;
  const whole = essence(resultOf(decide([batchOf(sample.input, { source })])));
  const type = { 'content-type': sample.contentType ?? 'application/octet-stream' };

  it('comes through in chunks', async () => {
    expect(await through(sample, sample.input, type)).toStrictEqual(whole);
  });

  it('comes through packed, in chunks', async () => {
    const packed = gzipSync(sample.input);
    const headers = { ...type, 'content-encoding': 'gzip' };
    expect(await through(sample, packed, headers)).toStrictEqual(whole);
  });
});
