import { describe, expect, it } from 'vitest';
import { accept, type AcceptParts, type Request } from '../../../../services/collector/accept.ts';
import { CHAIN_START, type Link, nextLink, sha256 } from '../../../../shared/domain/chain.ts';
import { joined } from '../../../../shared/domain/bytes.ts';
import type { RawBatch } from '../../../../schemas/generated/avro.ts';
import { createCodec } from '../../../../shared/adapters/avro/codec.ts';
import type { OutRecord } from '../../../../shared/ports/log.ts';

const codec = createCodec('RawBatch');
const PARTS: AcceptParts = {
  ...{ topic: 'audit.raw', collectorId: 'collector-1' },
  limits: { partBytes: 40, maxBytes: 100 },
  encode: (batch) => codec.encode(batch),
};

function request(body: string): Request {
  return {
    ...{ source: 'audit', cluster: 'prod', sender: '10.0.0.1', receivedAtMs: 1_000 },
    ...{ senderId: 'kube', contentEncoding: '', origin: '' },
    ...{ body: Buffer.from(body), trace: { traceparent: 't' } },
  };
}

function taken(body: string, last: Link = CHAIN_START) {
  const accepted = accept(PARTS, request(body), last);
  if (!accepted.ok) throw new Error('Not accepted');
  return accepted;
}

function batchOf({ value }: OutRecord): RawBatch {
  const decoded = codec.decode(joined(value ?? []));
  if (!decoded.ok) throw new Error(decoded.fault.message);
  return decoded.value;
}

/** What a reader of audit.raw can check without the collector: -1, or the first record that is wrong. */
function firstBroken(batches: readonly RawBatch[]): number {
  let last: Link = CHAIN_START;
  return batches.findIndex((batch) => {
    last = nextLink(last, sha256(batch.body));
    return (
      batch.sequence !== last.sequence ||
      !batch.previousChain.equals(last.previousChain) ||
      !batch.chain.equals(last.chain)
    );
  });
}

const BODIES = [
  '{"verb":"get"}',
  '',
  // Two parts.
  `{"items":[{"verb":"get","a":"${'x'.repeat(20)}"},{"verb":"list","a":1}]}`,
  // One part, which is not the whole body.
  `{"kind":"EventList","items":[{"verb":"get","a":"${'x'.repeat(10)}"}]}`,
  // One part without the line break at the end.
  `{"verb":"get","a":"${'x'.repeat(30)}"}\n`,
];

function chained(): readonly RawBatch[] {
  let last: Link = CHAIN_START;
  return BODIES.flatMap((body) => {
    const accepted = taken(body, last);
    last = accepted.last;
    return accepted.records.map(batchOf);
  });
}

describe('records of one body', () => {
  it('hold the bytes, who sent them and when', () => {
    const [record, ...others] = taken('{"verb":"get"}').records;
    expect(others).toStrictEqual([]);
    expect(record).toMatchObject({
      ...{ topic: 'audit.raw', timestampMs: 1_000, headers: { traceparent: 't' } },
      key: sha256(Buffer.from('{"verb":"get"}')),
    });
    expect(record && batchOf(record)).toMatchObject({
      ...{ source: 'audit', cluster: 'prod', sender: '10.0.0.1', receivedAt: 1_000 },
      ...{ collectorId: 'collector-1', sequence: 1, part: 0, parts: 1, framing: 'BODY' },
      ...{ senderId: 'kube', contentEncoding: '', origin: '', refused: [], replayOf: null },
    });
  });

  it('say which part of which body they are', () => {
    const body = BODIES[2] as string;
    const batches = taken(body).records.map(batchOf);
    expect(batches.map(({ part, parts, framing }) => [part, parts, framing])).toStrictEqual([
      [0, 2, 'ITEMS'],
      [1, 2, 'ITEMS'],
    ]);
    for (const { bodySha256 } of batches)
      expect(bodySha256).toStrictEqual(sha256(Buffer.from(body)));
    const keys = taken(body).records.map(({ key }) => key?.toString('hex'));
    expect(new Set(keys).size).toBe(2);
  });

  it('are equal for a retry, but for their place in the chain', () => {
    const first = taken(BODIES[2] as string);
    const again = taken(BODIES[2] as string, first.last);
    expect(again.records.map(({ key }) => key)).toStrictEqual(first.records.map(({ key }) => key));
    expect(again.last.sequence).toBe(4);
  });

  it('are none where a part is larger than the log takes', () => {
    const refused = accept(PARTS, request(`["${'x'.repeat(200)}"]`), CHAIN_START);
    expect(refused).toStrictEqual({ ok: false, largestBytes: 202 });
  });
});

describe('the chain', () => {
  it('can be checked from the records alone', () => {
    const batches = chained();
    expect(batches.map(({ sequence }) => sequence)).toStrictEqual([1, 2, 3, 4, 5, 6]);
    expect(batches[0]?.previousChain).toHaveLength(0);
    expect(firstBroken(batches)).toBe(-1);
  });

  it('breaks where a record is changed, taken out, doubled or moved', () => {
    const batches = chained();
    const changed = batches.map((batch, i) =>
      i === 2 ? { ...batch, body: Buffer.concat([batch.body, Buffer.from(' ')]) } : batch,
    );
    expect(firstBroken(changed)).toBe(2);
    expect(firstBroken(batches.toSpliced(3, 1))).toBe(3);
    expect(firstBroken(batches.toSpliced(1, 0, batches[0] as RawBatch))).toBe(1);
    expect(firstBroken([batches[1], batches[0]] as RawBatch[])).toBe(0);
    const renumbered = batches.map((batch, i) => (i === 4 ? { ...batch, sequence: 9 } : batch));
    expect(firstBroken(renumbered)).toBe(4);
  });

  it('does not let a sequence and bytes stand in for each other', () => {
    const bytes = sha256(Buffer.from('a'));
    const first = nextLink(CHAIN_START, bytes);
    const second = nextLink(first, bytes);
    expect(first.chain.equals(second.chain)).toBe(false);
    expect(nextLink({ ...first, sequence: 5 }, bytes).chain.equals(second.chain)).toBe(false);
  });
});
