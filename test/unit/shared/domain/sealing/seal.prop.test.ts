/**
 * Owns: the proof of shared/domain/sealing: what goes in comes out with the key and in its place alone.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rawBatch } from '../../../../../schemas/raw-batch.ts';
import {
  type BatchFacts,
  createSealer,
  openBatch,
} from '../../../../../shared/domain/sealing/batch.ts';
import {
  type LetterFacts,
  openLetter,
  sealLetter,
} from '../../../../../shared/domain/sealing/letter.ts';
import {
  isSealed,
  keyedHash,
  keyIdOf,
  NONCE_BYTES,
  open,
  plainLength,
  seal,
  sealKey,
} from '../../../../../shared/domain/sealing/seal.ts';

const KEYS = ['a', 'b', 'c'].map((letter) => sealKey(letter.repeat(40)));
const [KEY, OTHER] = KEYS as [(typeof KEYS)[0], (typeof KEYS)[0]];

const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const anyNonce = fc
  .uint8Array({ minLength: NONCE_BYTES, maxLength: NONCE_BYTES })
  .map((bytes) => Buffer.from(bytes));
const anyKey = fc.string({ minLength: 1, unit: 'binary' }).map(sealKey);

describe('any bytes', () => {
  test('open with any key, label and nonce that they were sealed with', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, anyNonce, anyKey, (plain, label, nonce, key) => {
        const sealed = seal(key, plain, label, nonce);
        expect(open([OTHER, key], sealed, label)).toEqual({ ok: true, bytes: plain });
        expect(plainLength(sealed)).toBe(plain.length);
        expect(keyIdOf(sealed)).toBe(key.id.toString('hex'));
      }),
    );
  });

  test('do not open when any bit of them, or of their label, is another', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, anyNonce, fc.nat(), (plain, label, nonce, at) => {
        const sealed = seal(KEY, plain, label, nonce);
        const bent = Buffer.from(sealed);
        const bit = at % (bent.length * 8);
        bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(open(KEYS, bent, label).ok).toBe(false);
        expect(open(KEYS, sealed, Buffer.concat([label, Buffer.of(0)])).ok).toBe(false);
        expect(open(KEYS, sealed.subarray(0, -1), label).ok).toBe(false);
      }),
    );
  });

  test('that were never sealed are refused, whatever they are', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(open(KEYS, bytes, Buffer.alloc(0)).ok).toBe(false);
        const forged = Buffer.concat([Buffer.from('pws1'), KEY.id, bytes, Buffer.alloc(60)]);
        expect(open(KEYS, forged, Buffer.alloc(0))).toEqual({ ok: false, why: 'broken_seal' });
      }),
    );
  });
});

test('without its key a text is of an unknown one', () => {
  const sealed = seal(OTHER, Buffer.from('x'), Buffer.alloc(0), Buffer.alloc(NONCE_BYTES));
  expect(open([KEY], sealed, Buffer.alloc(0))).toEqual({ ok: false, why: 'unknown_key' });
  expect(open([], sealed, Buffer.alloc(0))).toEqual({ ok: false, why: 'unknown_key' });
});

test('the first half of the nonce makes another key, the second another text', () => {
  const plain = Buffer.alloc(64);
  const text = (nonce: Buffer): string =>
    seal(KEY, plain, Buffer.alloc(0), nonce).toString('hex', 36, 100);
  const texts = [0, NONCE_BYTES - 1].map((at) => {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce[at] = 1;
    return text(nonce);
  });
  expect(new Set([text(Buffer.alloc(NONCE_BYTES)), ...texts]).size).toBe(3);
});

test('keyed hashes are equal for equal bytes under one key alone', () => {
  const bytes = Buffer.from('hunter2');
  expect(keyedHash(KEY, bytes)).toEqual(keyedHash(sealKey('a'.repeat(40)), bytes));
  expect(keyedHash(KEY, bytes)).not.toEqual(keyedHash(OTHER, bytes));
});

/** One that differs from `facts` in the named member. */
function bent<T extends object>(facts: T, name: keyof T): T {
  const value = facts[name];
  if (Buffer.isBuffer(value)) return { ...facts, [name]: Buffer.from('other') };
  return { ...facts, [name]: typeof value === 'number' ? value + 1 : `${String(value)}x` };
}

describe('a record of audit.raw', () => {
  let drawn = 0;
  const random = (bytes: number): Buffer => Buffer.alloc(bytes, ++drawn);
  const plain: BatchFacts = rawBatch({
    ...{ source: 'audit', cluster: 'c1', sender: '10.0.0.1', senderId: 'apiserver', sequence: 7 },
    ...{ receivedAt: 1_000, collectorId: 'c', body: Buffer.from('{"kind":"Event"}') },
    ...{ bodySha256: Buffer.from('hash'), part: 1, parts: 3, contentEncoding: 'gzip!' },
  });
  const sealer = createSealer(KEY, random);

  test('is what it was, and says in its encoding that it is sealed', () => {
    for (const contentEncoding of ['', 'gzip', 'gzip!', 'deflate, gzip', 'aes256gcm!']) {
      const sealed = sealer.seal({ ...plain, contentEncoding });
      expect(sealed.contentEncoding).toMatch(/(^|, )aes256gcm$/);
      expect(sealed.body.includes('Event')).toBe(false);
      expect(openBatch(KEYS, sealed)).toEqual({ ok: true, batch: { ...plain, contentEncoding } });
    }
  });

  test('which is not sealed stays as it is, also with bytes that look so', () => {
    const body = sealer.seal(plain).body;
    const batch = { ...plain, body };
    expect(openBatch(KEYS, batch)).toEqual({ ok: true, batch });
  });

  test.each([
    ...(['source', 'cluster', 'sender', 'senderId', 'receivedAt', 'collectorId'] as const),
    ...(['sequence', 'bodySha256', 'part', 'parts', 'framing', 'origin', 'replayOf'] as const),
  ])('can not be shown with another %s', (name) => {
    const moved = bent(sealer.seal(plain), name);
    expect(openBatch(KEYS, moved)).toEqual({ ok: false, why: 'broken_seal' });
  });

  test('never has the same text twice', () => {
    expect(sealer.seal(plain).body).not.toEqual(sealer.seal(plain).body);
  });
});

describe('a dead letter', () => {
  const plain: LetterFacts = {
    ...{ stage: 'normalizer', topic: 'audit.raw', partition: 1, offset: 2, index: 3 },
    ...{ source: 'audit', cluster: 'c1', sender: '10.0.0.1', senderId: 'apiserver' },
    bytes: Buffer.from('{"password":"hunter2"'),
  };

  test('is the same bytes each time, as stages must be, and opens', () => {
    const sealed = sealLetter([KEY, OTHER], plain);
    expect(sealed).toEqual(sealLetter([KEY, OTHER], plain));
    expect(isSealed(sealed.bytes)).toBe(true);
    expect(openLetter([OTHER, KEY], sealed)).toEqual({ ok: true, bytes: plain.bytes });
  });

  test('of another place has another text, and does not open there', () => {
    const [one, two] = [plain, { ...plain, index: 4 }].map((each) => sealLetter([KEY], each));
    expect(one?.bytes).not.toEqual(two?.bytes);
    const moved = { ...plain, bytes: two?.bytes ?? Buffer.alloc(0) };
    expect(openLetter([KEY], moved)).toEqual({ ok: false, why: 'broken_seal' });
  });

  test('without a key is as it came', () => {
    expect(sealLetter([], plain)).toBe(plain);
    expect(openLetter([], plain)).toEqual({ ok: true, bytes: plain.bytes });
  });
});
