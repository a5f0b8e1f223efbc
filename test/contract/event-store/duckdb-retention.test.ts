/**
 * Owns: what the embedded store promises about its room: retention by age and size that gives the
 * room back, and a disk that is full, also in the middle of a checkpoint, without a restart.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DuckdbStoreOptions, openDuckdbStore } from '../../../shared/adapters/duckdb/open.ts';
import { TransientError } from '../../../shared/errors/fault.ts';
import type { EventStore, WriteOp } from '../../../shared/ports/event-store.ts';
import { eventually } from '../../support/sender.ts';

const WAIT_MS = 15_000;
const MIB = 1024 * 1024;

let folder = '';
let file = '';
let stores: EventStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podwitness-retention-'));
  file = join(folder, 'store', 'events.duckdb');
  stores = [];
});

afterEach(async () => {
  for (const store of stores) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(rest: Partial<DuckdbStoreOptions> = {}): Promise<EventStore> {
  const store = await openDuckdbStore({ file, memoryLimitMb: 128, threads: 1, ...rest });
  stores.push(store);
  return store;
}

/** Documents of one batch; not to be packed into nothing. */
function batch(name: string, count: number, bytes: number): WriteOp[] {
  return Array.from({ length: count }, (_, i) => ({
    kind: 'create',
    collection: 'events',
    id: `${name}-${i}`,
    document: Buffer.from(
      JSON.stringify({
        '@timestamp': '2020-01-01T00:00:00Z',
        message: name,
        note: randomBytes(bytes / 2).toString('hex'),
      }),
    ),
  }));
}

const events = { collection: 'events', where: [] } as const;

function countOf(store: EventStore, name: string): Promise<number> {
  return store.count({ collection: 'events', where: [{ field: 'message', value: name }] });
}

describe('retention', () => {
  it('deletes by the age of writing, not of the event, and takes a deleted id again', async () => {
    let nowMs = 1_000_000;
    const store = await open({
      now: () => nowMs,
      retention: { maxAgeMs: 1000 },
      retentionIntervalMs: 10,
    });
    await store.write([...batch('old', 20, 100), ...batch('large', 2, 200_000)]);
    nowMs += 600;
    const young = batch('young', 5, 100);
    await store.write(young);
    nowMs += 600;
    await eventually(
      () => store.count(events),
      (count) => count === 5,
      WAIT_MS,
    );
    expect(await countOf(store, 'young')).toBe(5);
    expect(await store.existing('events', ['old-0', 'large-1', 'young-4'])).toEqual(
      new Set(['young-4']),
    );
    expect(await store.write(young)).toEqual(young.map(() => ({ kind: 'duplicate' })));
    expect(await store.write(batch('old', 1, 100))).toEqual([{ kind: 'written' }]);
    expect(await countOf(store, 'old')).toBe(1);
  });

  it('keeps the file at its size by deleting what was written first', {
    timeout: 60_000,
  }, async () => {
    let nowMs = 0;
    const maxBytes = 6 * MIB;
    const store = await open({
      now: () => nowMs,
      retention: { maxBytes },
      retentionIntervalMs: 20,
    });
    for (nowMs = 1; nowMs <= 60; nowMs++) {
      const verdicts = await store.write(batch(`b${nowMs}`, 100, 10_000));
      expect(verdicts.every(({ kind }) => kind === 'written')).toBe(true);
    }
    // 60 MB of text that packs to half were written.
    await eventually(
      () => countOf(store, 'b1'),
      (count) => count === 0,
      WAIT_MS,
    );
    expect(await countOf(store, 'b60')).toBe(100);
    // Room that is not given back would make every pass delete more, until nothing is left.
    let polls = 0;
    await eventually(
      async () => ({ count: await store.count(events), polls: polls++ }),
      (seen) => seen.polls === 10 || seen.count < 200,
      WAIT_MS,
    );
    expect(await store.count(events)).toBeGreaterThanOrEqual(200);
    await store.close();
    stores = [];
    // While a pass writes, what it replaces is still there.
    expect(statSync(file).size).toBeLessThan(3 * maxBytes);
  });

  it('makes the indexes that were missing when the process died', async () => {
    const store = await open();
    await store.write(batch('a', 10, 100));
    await store.close();
    stores = [];
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    await connection.run('drop index events_key');
    connection.closeSync();
    instance.closeSync();
    const again = await open();
    const repeated = batch('a', 10, 100);
    expect(await again.write(repeated)).toEqual(repeated.map(() => ({ kind: 'duplicate' })));
  });
});

describe('room', () => {
  it('is asked before a write', async () => {
    const room = { isSpent: () => true, isShort: () => true, freeBytes: () => 0 };
    const store = await open({ room });
    await expect(store.write(batch('a', 1, 100))).rejects.toBeInstanceOf(TransientError);
    expect(await store.count(events)).toBe(0);
    room.isSpent = () => false;
    await store.write(batch('a', 1, 100));
    expect(await store.count(events)).toBe(1);
  });
});

const canMount = spawnSync('unshare', ['-m', 'true']).status === 0;

describe.skipIf(!canMount)('a disk that is full', () => {
  it('is waited for, also by a checkpoint, and the file is opened anew', {
    timeout: 120_000,
  }, async () => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', folder]);
    expect(mounted.status).toBe(0);
    try {
      await fillAndGoOn();
    } finally {
      await stores.pop()?.close();
      spawnSync('umount', ['-l', folder]);
    }
  });
});

/** Leaves room for a write-ahead log of the size at which it is worked into the file, no more. */
function leave(bytes: number): () => void {
  const ballast = join(folder, 'ballast');
  const handle = openSync(ballast, 'w');
  const free = () => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  };
  while (free() > bytes) writeSync(handle, Buffer.alloc(MIB));
  closeSync(handle);
  return () => rmSync(ballast);
}

async function fillAndGoOn(): Promise<void> {
  // Enough not to need room on the disk for what it has in hand.
  const store = await open({ memoryLimitMb: 512 });
  const written = new Set<string>();
  let next = 0;
  const write = async (): Promise<boolean> => {
    const ops = batch(`b${next++}`, 200, 10_000);
    try {
      await store.write(ops);
      for (const { id } of ops) written.add(id);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(TransientError);
      return false;
    }
  };
  await write();
  const giveBack = leave(75_000_000);
  while (await write());
  for (let n = 0; n < 3; n++) expect(await write()).toBe(false);
  giveBack();
  await eventually(write, (isWritten) => isWritten, WAIT_MS);
  // What was refused may be there as well.
  expect(await store.count(events)).toBeGreaterThanOrEqual(written.size);
  expect(await store.existing('events', [...written])).toEqual(written);
  await store.close();
  stores = [];
  const again = await open();
  expect(await again.existing('events', [...written])).toEqual(written);
}
