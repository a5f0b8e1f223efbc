import { describe, expect, it } from 'vitest';
import { createIndexBatch } from '../../../../services/indexer/index-batch.ts';
import { TransientError } from '../../../../shared/errors/fault.ts';
import type { Decision } from '../../../../shared/pipeline/commit.ts';
import type { Envelope, Tick } from '../../../../shared/pipeline/stage.ts';
import type { EventStore, WriteOp, WriteVerdict } from '../../../../shared/ports/event-store.ts';
import type { Lane } from '../../../../shared/ports/log.ts';

interface Doc {
  readonly id: string;
  readonly document: Buffer;
}

const NOW_MS = 10_000;
const HOUR_MS = 3_600_000;
const WRITTEN: WriteVerdict = { kind: 'written' };
const REFUSED: WriteVerdict = {
  kind: 'refused',
  fault: { code: 'document_refused', message: 'mapping' },
};

/** A store that keeps ids and follows a script for its next writes: verdicts, or an error. */
function scriptedStore(script: (readonly WriteVerdict[] | Error)[] = []) {
  const ids = new Set<string>();
  const calls: string[] = [];
  const store = {
    async write(ops: readonly WriteOp[]) {
      calls.push(`write ${ops.map(({ id }) => id).join(',')}`);
      const next = script.shift();
      if (next instanceof Error) throw next;
      const verdicts = next ?? ops.map(() => WRITTEN);
      ops.forEach(({ id }, i) => {
        if (verdicts[i]?.kind === 'written') ids.add(id);
      });
      return verdicts;
    },
    async existing(collection: string, asked: readonly string[]) {
      calls.push(`existing ${collection === 'events' ? '' : `${collection} `}${asked.join(',')}`);
      return new Set(asked.filter((id) => ids.has(id)));
    },
  } as unknown as EventStore;
  return { calls, ids, store };
}

/** A lane whose state lasts; `next()` is the same partition after a new assignment. */
function laneOver(state = new Map<string, Buffer>()) {
  const getMany = async (keys: readonly string[]) => keys.map((key) => state.get(key));
  const lane = { partition: 0, state: { getMany } } as unknown as Lane;
  const commit = ({ writes }: Decision<never, never>): void => {
    for (const write of writes) {
      if (write.kind === 'put') state.set(write.key, write.value);
      else for (const key of state.keys()) if (key.startsWith(write.key)) state.delete(key);
    }
  };
  return { lane, commit, next: () => laneOver(state) };
}

function batchOf(...ids: readonly string[]): readonly Envelope<Doc | Tick>[] {
  return ids.map((id, i) => ({
    value: id === 'tick' ? { kind: 'tick', timeMs: 1 } : { id, document: Buffer.from('{}') },
    origin: { topic: 't', partition: 0, offset: BigInt(i), timestampMs: 1_000 },
  }));
}

function indexer(store: EventStore, maxBatchRecords = 10) {
  const points: string[] = [];
  const decide = createIndexBatch<Doc>({
    ...{ store, maxBatchRecords, window: { windowMs: 3_600_000 } },
    collectionOf: ({ id }) => (id.startsWith('p') ? 'activity' : 'events'),
    failpoint: (point) => points.push(point),
    now: () => NOW_MS,
  });
  return { decide, points };
}

const kinds = ({ outcomes }: Decision<never, never>) =>
  outcomes.map((o) => (o.kind === 'drop' ? `drop ${o.reason}` : o.kind));

it('writes each document once, and says what became of each in its place', async () => {
  const { calls, store } = scriptedStore();
  const { decide, points } = indexer(store);
  const { lane, commit } = laneOver();
  const first = await decide(lane, batchOf('a', 'tick', 'b', 'a'))();
  expect(kinds(first)).toStrictEqual(['emit', 'drop tick', 'emit', 'drop repeat']);
  commit(first);
  const second = await decide(lane, batchOf('b', 'c'))();
  expect(kinds(second)).toStrictEqual(['drop repeat', 'emit']);
  expect(calls.filter((call) => call.startsWith('write'))).toStrictEqual(['write a,b', 'write c']);
  expect(points).toStrictEqual(['after-bulk', 'after-bulk']);
});

it('asks the store for nothing where all was seen, or only ticks came', async () => {
  const { calls, store } = scriptedStore();
  const { decide } = indexer(store, 1);
  const { lane, commit } = laneOver();
  commit(await decide(lane, batchOf('a'))());
  calls.length = 0;
  expect(kinds(await decide(lane, batchOf('a', 'tick'))())).toStrictEqual([
    ...['drop repeat', 'drop tick'],
  ]);
  expect((await decide(lane, batchOf('tick'))()).writes).toStrictEqual([]);
  expect(calls).toStrictEqual([]);
});

it('forgets in time although one record came from a clock that was years ahead', async () => {
  const { store } = scriptedStore();
  const { decide } = indexer(store);
  const { lane, commit } = laneOver();
  const [ahead] = batchOf('ahead');
  if (ahead === undefined) throw new Error('no envelope');
  const year2999 = { ...ahead, origin: { ...ahead.origin, timestampMs: Date.UTC(2999, 0) } };
  const { writes } = await decide(lane, [year2999])();
  commit({ outcomes: [], writes });
  const [newest] = writes.flatMap((w) => (w.kind === 'put' && /^newest/.test(w.key) ? [w] : []));
  const generation = Number(newest?.value.toString());
  // Half the window of an hour is one generation: the clock, and the hour that it may be off.
  expect(generation).toBe(Math.floor((NOW_MS + HOUR_MS) / (HOUR_MS / 2)));
});

describe('a busy store', () => {
  it('is asked again for those it did not take alone, after the longest wait it named', async () => {
    const retry = (retryAfterMs?: number): WriteVerdict =>
      retryAfterMs === undefined ? { kind: 'retry' } : { kind: 'retry', retryAfterMs };
    const { calls, store } = scriptedStore([
      [WRITTEN, retry(10), retry(70)],
      [retry(), WRITTEN],
    ]);
    const attempt = indexer(store).decide(laneOver().lane, batchOf('a', 'b', 'c'));
    await expect(attempt()).rejects.toMatchObject({ code: 'store_busy', retryAfterMs: 70 });
    await expect(attempt()).rejects.toBeInstanceOf(TransientError);
    expect(kinds(await attempt())).toStrictEqual(['emit', 'emit', 'emit']);
    const writes = calls.filter((call) => call.startsWith('write'));
    expect(writes).toStrictEqual(['write a,b,c', 'write b,c', 'write b']);
  });

  it('that failed as a whole is asked what it has before it is written to again', async () => {
    const away = new TransientError('time-out', { code: 'store_unavailable' });
    const { calls, ids, store } = scriptedStore([away]);
    const attempt = indexer(store).decide(laneOver().lane, batchOf('a', 'b'));
    await expect(attempt()).rejects.toBe(away);
    ids.add('a'); // The write had been done; only its answer was lost.
    expect(kinds(await attempt())).toStrictEqual(['drop repeat', 'emit']);
    expect(calls).toStrictEqual(['existing a,b', 'write a,b', 'existing a,b', 'write b']);
  });
});

describe('a refused document', () => {
  it('is written again reduced, at once, and rejected only then', async () => {
    const { calls, store } = scriptedStore([[REFUSED, WRITTEN], [WRITTEN]]);
    const decision = await indexer(store).decide(laneOver().lane, batchOf('a', 'b'))();
    expect(kinds(decision)).toStrictEqual(['emit', 'emit']);
    expect(calls.slice(1)).toStrictEqual(['write a,b', 'write a']);
  });

  it('is a dead letter when it is refused again, and may come again', async () => {
    const { store } = scriptedStore([[REFUSED, WRITTEN], [REFUSED]]);
    const { decide } = indexer(store);
    const { lane, commit } = laneOver();
    const decision = await decide(lane, batchOf('a', 'b'))();
    expect(kinds(decision)).toStrictEqual(['reject', 'emit']);
    commit(decision);
    expect(kinds(await decide(lane, batchOf('a', 'b'))())).toStrictEqual(['emit', 'drop repeat']);
  });
});

describe('after a new assignment', () => {
  it('looks each up where it belongs, and writes all of them at once', async () => {
    const { calls, ids, store } = scriptedStore();
    ids.add('p1'); // A command, which the previous owner had written.
    const decision = await indexer(store).decide(laneOver().lane, batchOf('a', 'p1', 'p2'))();
    expect(kinds(decision)).toStrictEqual(['emit', 'drop repeat', 'emit']);
    expect(calls).toStrictEqual(['existing a', 'existing activity p1,p2', 'write a,p2']);
  });

  it('looks up as many records as a batch may hold, since they may be written but uncommitted', async () => {
    const { calls, ids, store } = scriptedStore();
    const first = laneOver();
    await indexer(store, 2).decide(first.lane, batchOf('a', 'b'))(); // Dies before it commits.
    expect(ids).toStrictEqual(new Set(['a', 'b']));
    const { lane, commit } = first.next();
    const { decide } = indexer(store, 2);
    calls.length = 0;
    const again = await decide(lane, batchOf('a', 'b'))();
    expect(kinds(again)).toStrictEqual(['drop repeat', 'drop repeat']);
    expect(calls).toStrictEqual(['existing a,b']);
    commit(again);
    calls.length = 0;
    expect(kinds(await decide(lane, batchOf('c'))())).toStrictEqual(['emit']);
    expect(calls).toStrictEqual(['write c']);
  });

  it('counts what was looked up, not batches', async () => {
    const { calls, store } = scriptedStore();
    const { decide } = indexer(store, 3);
    const { lane } = laneOver();
    for (const id of ['a', 'b', 'c', 'd']) await decide(lane, batchOf(id))();
    const looked = calls.filter((call) => call.startsWith('existing'));
    expect(looked).toStrictEqual(['existing a', 'existing b', 'existing c']);
  });
});
