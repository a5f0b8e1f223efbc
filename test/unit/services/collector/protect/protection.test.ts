/**
 * Owns: the proof of what the collector writes under `collector.raw`: records that the normalizer's key
 * opens, a chain that needs none, and hashes that tell retries but not contents.
 */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RawBatch } from '../../../../../schemas/generated/avro.ts';
import {
  accept,
  type AcceptParts,
  type Request,
} from '../../../../../services/collector/accept.ts';
import { createProtection } from '../../../../../services/collector/protect/protection.ts';
import { createCodec } from '../../../../../shared/adapters/avro/codec.ts';
import { joined } from '../../../../../shared/domain/bytes.ts';
import { CHAIN_START, isLinkTrue, sha256 } from '../../../../../shared/domain/chain.ts';
import type { JsonObject } from '../../../../../shared/domain/json.ts';
import { openBatch } from '../../../../../shared/domain/sealing/batch.ts';
import { sealKey } from '../../../../../shared/domain/sealing/seal.ts';

const SECRET = 'hunter2-planted';
const KEY = sealKey('k'.repeat(40));
const codec = createCodec('RawBatch');

function event(i: number): string {
  return `{"kind":"Event","verb":"create","auditID":"${i}","requestObject":"${SECRET}"}`;
}
const LIST = `{"items":[${Array.from({ length: 40 }, (_, i) => event(i)).join(',')}]}`;

function request(body: string | Buffer, rest: Partial<Request> = {}): Request {
  return {
    ...{ source: 'audit', cluster: 'c1', sender: '10.0.0.1', senderId: 's', contentEncoding: '' },
    ...{ origin: '', receivedAtMs: 1, body: Buffer.from(body), trace: {} },
    ...rest,
  };
}

function redact(value: JsonObject) {
  const text = JSON.stringify(value).replaceAll(SECRET, 'REDACTED~with-a-mark-that-is-long');
  return { value: JSON.parse(text) as JsonObject, redaction: undefined };
}

const SEALED = createProtection({ key: KEY, random: randomBytes });
const REDACTED = createProtection({ key: KEY, random: randomBytes, redact });

function accepted(
  asked: Request,
  protection: AcceptParts['protection'],
  limits: Partial<AcceptParts['limits']> = {},
) {
  const parts = {
    ...{ topic: 'audit.raw', collectorId: 'c', protection },
    limits: { partBytes: 64 * 1024, maxBytes: 128 * 1024, ...limits },
    encode: (batch: RawBatch) => codec.encode(batch),
  };
  const found = accept(parts, asked, CHAIN_START);
  if (!found.ok) throw new Error('Not accepted');
  const batches = found.records.map(({ value }) => {
    const decoded = codec.decode(joined(value ?? []));
    if (!decoded.ok) throw new Error(decoded.fault.message);
    return decoded.value;
  });
  return { batches, keys: found.records.map(({ key }) => key) };
}

function opened(batch: RawBatch): string {
  const found = openBatch([KEY], batch);
  return found.ok ? found.batch.body.toString() : found.why;
}

describe('encrypt', () => {
  const { batches, keys } = accepted(request(LIST), SEALED, { partBytes: 1000 });

  test('no part tells what is in it, and all open to what came', () => {
    expect(batches.length).toBeGreaterThan(2);
    for (const batch of batches) expect(batch.body.includes('hunter2')).toBe(false);
    expect(`{"items":[${batches.map(opened).join(',')}]}`).toBe(LIST);
  });

  test('parts can not change places', () => {
    const [one, two] = batches as [RawBatch, RawBatch];
    expect(opened({ ...one, body: two.body })).toBe('broken_seal');
  });

  test('the chain is over what is stored', () => {
    for (const batch of batches) expect(isLinkTrue(batch, batch.body)).toBe(true);
  });

  test('a retry meets the first in one partition, and nobody can guess by its hash', () => {
    const again = accepted(request(LIST), SEALED, { partBytes: 1000 });
    expect(again.keys).toEqual(keys);
    expect(again.batches.map(({ body }) => body)).not.toEqual(batches.map(({ body }) => body));
    expect(again.batches[0]?.bodySha256).toEqual(batches[0]?.bodySha256);
    expect(batches[0]?.bodySha256).not.toEqual(sha256(Buffer.from(LIST)));
  });
});

describe('redact', () => {
  test('what is understood stands without its secrets, readable, with plain hashes of that', () => {
    const { batches, keys } = accepted(request(LIST), REDACTED);
    const [batch] = batches as [RawBatch];
    expect(batch.contentEncoding).toBe('');
    expect(batch.body.includes(SECRET)).toBe(false);
    expect(JSON.parse(batch.body.toString())).toMatchObject({ items: { length: 40 } });
    expect(keys[0]).toEqual(sha256(batch.body));
    expect(isLinkTrue(batch, batch.body)).toBe(true);
  });

  test.each([
    ['text', request(`password=${SECRET}`)],
    ['torn', request(event(1).slice(0, -1))],
    ['what could not be unpacked', request(event(1), { contentEncoding: 'br!' })],
  ])('what is not understood is sealed: %s', (_name, asked) => {
    const { batches } = accepted(asked, REDACTED);
    expect(batches[0]?.contentEncoding).toMatch(/aes256gcm$/);
    expect(batches[0]?.body.includes('hunter2')).toBe(false);
    expect(opened(batches[0] as RawBatch)).toBe(asked.body.toString());
  });

  test('what would be too large with its marks is sealed, not refused', () => {
    const limits = { partBytes: 50, maxBytes: event(1).length + 5 };
    const { batches } = accepted(request(`[${event(1)}]`), REDACTED, limits);
    expect(batches.map(opened)).toEqual([event(1)]);
  });
});

test('none: as it came', () => {
  const { batches, keys } = accepted(request(LIST), undefined);
  expect(batches[0]?.body.toString()).toBe(LIST);
  expect(keys[0]).toEqual(sha256(Buffer.from(LIST)));
});
