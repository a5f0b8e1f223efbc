/** Owns: examples and laws of shared/adapters/elasticsearch/plan.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetsOf } from '../../../../../shared/adapters/elasticsearch/names.ts';
import { type BulkPlan, planBulk } from '../../../../../shared/adapters/elasticsearch/plan.ts';
import type { WriteOp } from '../../../../../shared/ports/event-store.ts';

const TARGETS = targetsOf('default');

function create(id: string, text = '{"@timestamp":0}'): WriteOp {
  return { kind: 'create', collection: 'events', id, document: Buffer.from(text) };
}

function put(id: string, revision: number): WriteOp {
  const document = Buffer.from(`{"revision":${revision}}`);
  return { kind: 'put', collection: 'sessions', id, revision, document };
}

function linesOf(plan: BulkPlan): string[] {
  return plan.chunks.map((chunk) => chunk.lines.toString());
}

describe('planBulk', () => {
  it('writes an action and the document as it is', () => {
    const plan = planBulk([create('a"b', '{"x": 1.0 }'), put('s', 7)], TARGETS, 1_000);
    expect(linesOf(plan)).toEqual([
      [
        '{"create":{"_index":"logs-kubernetes.audit_logs-default","_id":"a\\"b"}}',
        '{"x": 1.0 }',
        '{"index":{"_index":"podwitness-sessions-default","_id":"s","version":7,"version_type":"external_gte"}}',
        '{"revision":7}',
        '',
      ].join('\n'),
    ]);
    expect(plan.chunks[0]).toMatchObject({ indexes: [0, 1], wave: 0 });
  });

  it('keeps what would break the request out of it', () => {
    const ops = [create('', '{}'), create('x'.repeat(513)), create('a', '{\n}'), create('b', '')];
    const plan = planBulk([...ops, create('c')], TARGETS, 1_000);
    expect([...plan.refused.keys()]).toEqual([0, 1, 2, 3]);
    expect([...plan.refused.values()].every((fault) => fault.code === 'document_refused')).toBe(
      true,
    );
    expect(plan.chunks.map((chunk) => chunk.indexes)).toEqual([[4]]);
  });

  it('gives one large document a request of its own', () => {
    const large = create('large', JSON.stringify({ a: 'x'.repeat(500) }));
    const plan = planBulk([create('a'), large, create('b')], TARGETS, 200);
    expect(plan.chunks.map((chunk) => chunk.indexes)).toEqual([[0], [1], [2]]);
  });

  it('sends operations on one id one after the other, all others at once', () => {
    const plan = planBulk([put('a', 1), put('b', 1), put('a', 2), put('c', 1)], TARGETS, 130);
    expect(plan.chunks.map(({ indexes, wave }) => [indexes, wave])).toEqual([
      [[0], 0],
      [[1], 0],
      [[2], 1],
      [[3], 0],
    ]);
  });

  it('has each operation once, in order by id, in requests within the limit', () => {
    const op = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      size: fc.nat({ max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(op), fc.integer({ min: 1, max: 900 }), (items, limit) => {
        const ops = items.map(({ id, size }) =>
          create(id, JSON.stringify({ a: 'x'.repeat(size) })),
        );
        const { chunks } = planBulk(ops, TARGETS, limit);
        expect(chunks.flatMap((chunk) => chunk.indexes)).toEqual(ops.map((_, i) => i));
        for (const { indexes, lines } of chunks) {
          expect(lines.length <= limit || indexes.length === 1).toBe(true);
        }
        const waves = new Map<string, number>();
        for (const { indexes, wave } of chunks) {
          const ids = new Set(indexes.map((i) => ops[i]?.id ?? ''));
          for (const id of ids) expect(wave).toBeGreaterThan(waves.get(id) ?? -1);
          for (const id of ids) waves.set(id, wave);
        }
      }),
    );
  });
});
