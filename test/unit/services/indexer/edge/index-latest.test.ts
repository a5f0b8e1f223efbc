import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndexLatest } from '../../../../../services/indexer/edge/index-latest.ts';
import { reduceDocument } from '../../../../../services/indexer/reduce.ts';
import { TransientError } from '../../../../../shared/errors/fault.ts';
import type { Decision } from '../../../../../shared/pipeline/commit.ts';
import type { Envelope, Tick } from '../../../../../shared/pipeline/stage.ts';
import type { EventStore, WriteOp, WriteVerdict } from '../../../../../shared/ports/event-store.ts';
import type { Lane } from '../../../../../shared/ports/log.ts';

interface Doc {
  readonly id: string;
  readonly revision: number;
  readonly document: Buffer;
}

const WRITTEN: WriteVerdict = { kind: 'written' };
const REFUSED: WriteVerdict = {
  kind: 'refused',
  fault: { code: 'document_refused', message: 'mapping' },
};

/** A store as the port promises it, that follows a script for its next writes first. */
function scriptedStore(script: (readonly WriteVerdict[] | Error)[] = []) {
  const kept = new Map<string, { readonly revision: number; readonly document: string }>();
  const calls: string[] = [];
  const put = (op: WriteOp): WriteVerdict => {
    if (op.kind !== 'put') throw new Error('not a put');
    if ((kept.get(op.id)?.revision ?? -1) > op.revision) return { kind: 'stale' };
    kept.set(op.id, { revision: op.revision, document: op.document.toString() });
    return WRITTEN;
  };
  const store = {
    async write(ops: readonly WriteOp[]) {
      calls.push(ops.map((op) => `${op.collection} ${op.id} ${String(revisionOf(op))}`).join(', '));
      const next = script.shift();
      if (next instanceof Error) throw next;
      return ops.map((op, i) => {
        const verdict = next?.[i] ?? WRITTEN;
        return verdict.kind === 'written' ? put(op) : verdict;
      });
    },
  } as unknown as EventStore;
  return { calls, kept, store };
}

const revisionOf = (op: WriteOp) => (op.kind === 'put' ? op.revision : undefined);

/** `a1`: revision 1 of a. */
function batchOf(...records: readonly string[]): readonly Envelope<Doc | Tick>[] {
  return records.map((text, i) => ({
    value: text === 'tick' ? { kind: 'tick', timeMs: 1 } : docOf(text),
    origin: { topic: 't', partition: 0, offset: BigInt(i), timestampMs: 1_000 },
  }));
}

function docOf(text: string): Doc {
  const document = Buffer.from(JSON.stringify({ '@timestamp': 't', message: text }));
  return { id: text.slice(0, 1), revision: Number(text.slice(1)), document };
}

const lane = { partition: 0 } as unknown as Lane;

function indexer(store: EventStore) {
  const points: string[] = [];
  const failpoint = (point: string) => points.push(point);
  return { points, decide: createIndexLatest<Doc>({ store, collection: 'sessions', failpoint }) };
}

const kinds = ({ outcomes }: Decision<never, never>) =>
  outcomes.map((o) => (o.kind === 'drop' ? `drop ${o.reason}` : o.kind));

it('puts the newest revision of each, and says what became of each in its place', async () => {
  const { calls, store } = scriptedStore();
  const { decide, points } = indexer(store);
  const decision = await decide(lane, batchOf('a1', 'b7', 'tick', 'a3', 'a2'))();
  expect(kinds(decision)).toStrictEqual([
    ...['drop superseded', 'emit', 'drop tick', 'emit', 'drop superseded'],
  ]);
  expect(decision.writes).toStrictEqual([]);
  expect(calls).toStrictEqual(['sessions b 7, sessions a 3']);
  expect(points).toStrictEqual(['after-bulk']);
});

it('takes the last of equal revisions', async () => {
  const { calls, store } = scriptedStore();
  const decision = await indexer(store).decide(lane, batchOf('a1', 'a1'))();
  expect(kinds(decision)).toStrictEqual(['drop superseded', 'emit']);
  expect(calls).toStrictEqual(['sessions a 1']);
});

it('does not ask the store when only ticks came', async () => {
  const { calls, store } = scriptedStore();
  expect(kinds(await indexer(store).decide(lane, batchOf('tick'))())).toStrictEqual(['drop tick']);
  expect(calls).toStrictEqual([]);
});

it('drops what the store has a newer revision of', async () => {
  const { kept, store } = scriptedStore();
  const { decide } = indexer(store);
  await decide(lane, batchOf('a5'))();
  expect(kinds(await decide(lane, batchOf('a4', 'b1'))())).toStrictEqual(['drop repeat', 'emit']);
  expect(kept.get('a')?.revision).toBe(5);
});

describe('a busy store', () => {
  it('is asked again for those it did not take alone, after the longest wait it named', async () => {
    const { calls, store } = scriptedStore([
      [WRITTEN, { kind: 'retry', retryAfterMs: 70 }, { kind: 'retry' }],
    ]);
    const attempt = indexer(store).decide(lane, batchOf('a1', 'b1', 'c1'));
    await expect(attempt()).rejects.toMatchObject({ code: 'store_busy', retryAfterMs: 70 });
    expect(kinds(await attempt())).toStrictEqual(['emit', 'emit', 'emit']);
    expect(calls[1]).toBe('sessions b 1, sessions c 1');
  });

  it('that failed as a whole is written to again', async () => {
    const away = new TransientError('time-out', { code: 'store_unavailable' });
    const { calls, store } = scriptedStore([away]);
    const attempt = indexer(store).decide(lane, batchOf('a1'));
    await expect(attempt()).rejects.toBe(away);
    expect(kinds(await attempt())).toStrictEqual(['emit']);
    expect(calls).toStrictEqual(['sessions a 1', 'sessions a 1']);
  });
});

describe('a refused document', () => {
  it('is put again reduced, with its revision', async () => {
    const { calls, kept, store } = scriptedStore([[REFUSED]]);
    expect(kinds(await indexer(store).decide(lane, batchOf('a2'))())).toStrictEqual(['emit']);
    expect(calls).toStrictEqual(['sessions a 2', 'sessions a 2']);
    expect(kept.get('a')?.document).toBe(reduceDocument(docOf('a2').document).toString());
  });

  it('is a dead letter when it is refused again', async () => {
    const { store } = scriptedStore([[REFUSED], [REFUSED]]);
    const decision = await indexer(store).decide(lane, batchOf('a1', 'a2'))();
    expect(kinds(decision)).toStrictEqual(['drop superseded', 'reject']);
  });
});

it('leaves the same in the store however the records are split, repeated and interrupted', async () => {
  const record = fc
    .tuple(fc.constantFrom('a', 'b'), fc.nat(5))
    .map(([id, revision]) => `${id}${revision}`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(record), { maxLength: 6 }), async (batches) => {
      const { kept, store } = scriptedStore();
      const { decide } = indexer(store);
      for (const batch of batches) await decide(lane, batchOf(...batch))();
      // A crash before the commit: all of it comes again, cut in other places.
      for (const text of batches.flat()) await decide(lane, batchOf(text))();
      for (const id of ['a', 'b']) {
        const revisions = batches.flat().filter((text) => text.startsWith(id));
        const newest = revisions.length === 0 ? undefined : Math.max(...revisions.map(numberOf));
        expect(kept.get(id)?.revision).toBe(newest);
      }
    }),
  );
});

const numberOf = (text: string) => Number(text.slice(1));
