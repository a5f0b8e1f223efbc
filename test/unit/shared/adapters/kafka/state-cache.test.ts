import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changelogRecord, writeOf } from '../../../../../shared/adapters/kafka/changelog.ts';
import {
  type CacheIdentity,
  openStateCache,
  type StateCache,
} from '../../../../../shared/adapters/kafka/state-cache.ts';
import { stateFolder } from '../../../../../shared/adapters/kafka/state-folder.ts';
import type { LogRecord, StateWrite } from '../../../../../shared/ports/log.ts';

const IDENTITY: CacheIdentity = { clusterId: 'c', topic: 'audit.state', partition: 0 };
const HOUR_MS = 3_600_000;

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'podwitness-cache-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const put = (key: string, text: string): StateWrite => ({
  kind: 'put',
  key,
  value: Buffer.from(text),
});
const drop = (key: string): StateWrite => ({ kind: 'dropPrefix', key });

function open(identity = IDENTITY, nowMs = 0): Promise<StateCache> {
  const folder = join(directory, 'cache');
  return openStateCache({ folder, identity, now: () => nowMs, maxAgeMs: 12 * HOUR_MS });
}

async function all(cache: StateCache): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const [key, value] of cache.scan('')) found[key] = value.toString();
  return found;
}

describe('state cache', () => {
  it('remembers state and checkpoint', async () => {
    const cache = await open();
    await cache.apply([put('a', '1')], 17n);
    await cache.close();
    const again = await open();
    expect(again.checkpoint).toBe(17n);
    expect(await all(again)).toEqual({ a: '1' });
    await again.close();
  });

  it.each([
    ['another cluster', { ...IDENTITY, clusterId: 'd' }, 0],
    ['another topic', { ...IDENTITY, topic: 'other' }, 0],
    ['an old one, which may miss tombstones', IDENTITY, 13 * HOUR_MS],
  ])('forgets what is from %s', async (_, identity, nowMs) => {
    const cache = await open();
    await cache.apply([put('a', '1')], 17n);
    await cache.close();
    const again = await open(identity, nowMs);
    expect(again.checkpoint).toBeUndefined();
    expect(await all(again)).toEqual({});
    await again.close();
  });

  it('owes tombstones for dropped keys until they are deleted or put again', async () => {
    const cache = await open();
    await cache.apply([put('p/1', 'x'), put('p/2', 'x'), put('p/3', 'x'), put('q', 'x')], 1n);
    await cache.apply([drop('p/')], 2n);
    expect(await cache.owedTombstones(10)).toEqual(['p/1', 'p/2', 'p/3']);
    expect(await cache.owedTombstones(2)).toEqual(['p/1', 'p/2']);
    await cache.apply([{ kind: 'delete', key: 'p/1' }, put('p/2', 'again')], 3n);
    expect(await cache.owedTombstones(10)).toEqual(['p/3']);
    expect(await all(cache)).toEqual({ 'p/2': 'again', q: 'x' });
    await cache.close();
  });

  it('is the same whatever the portions, also when a portion is applied twice', async () => {
    const key = fc.constantFrom('', 'a', 'a/1', 'a/2', 'ab', 'b', 'ü');
    const write: fc.Arbitrary<StateWrite> = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), key, value: fc.constant(Buffer.from('v')) }),
      fc.record({ kind: fc.constant('delete' as const), key }),
      fc.record({ kind: fc.constant('dropPrefix' as const), key }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 15 }), fc.nat(15), async (writes, cut) => {
        const cache = await open();
        await cache.clear();
        await cache.apply(writes.slice(0, cut), 1n);
        // As after a crash between the commit and its checkpoint.
        await cache.apply(writes.slice(0, cut), 1n);
        await cache.apply(writes.slice(cut), 2n);
        const found = await all(cache);
        await cache.close();
        expect(found).toEqual(model(writes));
      }),
      { numRuns: 40 },
    );
  });
});

function model(writes: readonly StateWrite[]): Record<string, string> {
  const state = new Map<string, string>();
  for (const write of writes) {
    if (write.kind === 'put') state.set(write.key, write.value.toString());
    else if (write.kind === 'delete') state.delete(write.key);
    else for (const key of [...state.keys()]) if (key.startsWith(write.key)) state.delete(key);
  }
  return Object.fromEntries(state);
}

describe('changelog records', () => {
  const at = { topic: 'audit.state', partition: 2 };
  const read = (write: StateWrite): LogRecord => ({
    headers: {},
    offset: 0n,
    ...changelogRecord(at, write, 5),
    partition: 2,
  });

  it.each([put('k', 'v'), put('', ''), { kind: 'delete', key: 'p/x' } as const, drop('k')])(
    'give back the change %#',
    (write) => {
      expect(writeOf(read(write))).toEqual(write);
    },
  );

  it('have different keys for a key and the prefix of that name', () => {
    expect(read(put('a', '1')).key).not.toEqual(read(drop('a')).key);
  });

  it('refuse what is none', () => {
    expect(() => writeOf({ ...read(put('a', '1')), key: Buffer.from('zzz') })).toThrow(/none|Not/);
  });
});

describe('state folder', () => {
  it('gives each process, and each log, a place of its own', async () => {
    const [one, two] = [stateFolder(directory, () => 0), stateFolder(directory, () => 0)];
    const a = await one.open('g', IDENTITY, 'in');
    const b = await two.open('g', IDENTITY, 'in');
    await a.apply([put('k', 'one')], 1n);
    expect(await all(b)).toEqual({});
    await Promise.all([a.close(), b.close()]);
    await Promise.all([one.close(), two.close()]);
    const again = stateFolder(directory, () => 0);
    const c = await again.open('g', IDENTITY, 'in');
    expect(await all(c)).toEqual({ k: 'one' });
    await c.close();
    await again.close();
  });

  it('waits for the former user of a cache', async () => {
    const folder = stateFolder(directory, () => 0);
    const former = await folder.open('g', IDENTITY, 'in');
    const next = folder.open('g', IDENTITY, 'in');
    await former.apply([put('k', 'v')], 1n);
    await former.close();
    const cache = await next;
    expect(await all(cache)).toEqual({ k: 'v' });
    await cache.close();
    await folder.close();
  });
});
