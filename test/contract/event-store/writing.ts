/**
 * Owns: the part of the contract about writing: idempotence, revisions, verdicts, durability.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WriteOp } from '../../../shared/ports/event-store.ts';
import { corner, foundIds, kinds, stored, type StoreUnderTest } from './fixtures.ts';

export function writeTests({ store, reopen }: StoreUnderTest): void {
  describe('create', () => {
    it('writes once by id: in one batch, across batches, across a reopen; the first wins', async () => {
      const c = corner();
      const first = await store().write([
        c.create('a', { message: 'first' }),
        c.create('b'),
        c.create('a', { message: 'second' }),
      ]);
      expect(kinds(first)).toEqual(['written', 'written', 'duplicate']);
      const second = await store().write([c.create('a', { message: 'third' }), c.create('c')]);
      expect(kinds(second)).toEqual(['duplicate', 'written']);
      await reopen();
      const third = await store().write([c.create('c'), c.create('a', { message: 'fourth' })]);
      expect(kinds(third)).toEqual(['duplicate', 'duplicate']);
      expect((await stored(store(), 'events', c.id('a')))?.['message']).toBe('first');
      expect(await foundIds(store(), c.query())).toEqual(['a', 'b', 'c'].map(c.id));
    });

    it('keeps two collections apart', async () => {
      const c = corner();
      const finding: WriteOp = { ...c.create('a'), collection: 'findings', kind: 'create' };
      expect(kinds(await store().write([c.create('a'), finding]))).toEqual(['written', 'written']);
      expect(await foundIds(store(), c.query({}, { collection: 'findings' }))).toEqual([c.id('a')]);
    });

    it('refuses bad documents beside good ones, in the order of the operations', async () => {
      const c = corner();
      const raw = (name: string, text: string | Buffer): WriteOp => ({
        kind: 'create',
        collection: 'events',
        id: c.id(name),
        document: Buffer.from(text),
      });
      const verdicts = await store().write([
        c.create('good1'),
        raw('nonsense', '{"@timestamp":"nonsense"}'),
        raw('list', '[1,2]'),
        c.create('good2'),
        raw('text', '"text"'),
        raw('no time', '{"message":"x"}'),
        raw('broken', '{"@timestamp":"2024-01-01T00:00:00Z"'),
        raw('empty', ''),
        raw('two lines', `{"@timestamp":"2024-01-01T00:00:00Z",\n"a":1}`),
        raw('two objects', '{"@timestamp":"2024-01-01T00:00:00Z"}{"a":1}'),
        raw('not utf-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
        { ...c.create('x'), id: 'y'.repeat(600) },
        c.create('good3'),
      ]);
      const refused = Array.from({ length: 12 }, () => 'refused');
      expect(kinds(verdicts)).toEqual([
        ...['written', 'refused', 'refused', 'written'],
        ...refused.slice(4),
        'written',
      ]);
      for (const verdict of verdicts) {
        if (verdict.kind !== 'refused') continue;
        expect(verdict.fault.code).toBe('document_refused');
        expect(verdict.fault.message).not.toContain('nonsense');
      }
      expect(verdicts[1]).toMatchObject({ fault: { field: '@timestamp' } });
      expect(await foundIds(store(), c.query())).toEqual(['good1', 'good2', 'good3'].map(c.id));
    });

    it('takes the second of two operations with one id when the first is refused', async () => {
      const c = corner();
      const broken: WriteOp = { ...c.create('a'), document: Buffer.from('{') };
      expect(kinds(await store().write([broken, c.create('a')]))).toEqual(['refused', 'written']);
    });
  });

  describe('put', () => {
    it('takes a revision that is not smaller than the stored one', async () => {
      const c = corner();
      const write = async (revision: number, message: string) =>
        kinds(await store().write([c.put('s', revision, { message })]))[0];
      expect(await write(5, 'five')).toBe('written');
      expect(await write(4, 'four')).toBe('stale');
      expect(await write(5, 'five again')).toBe('written');
      expect((await stored(store(), 'sessions', c.id('s')))?.['message']).toBe('five again');
      expect(await write(9, 'nine')).toBe('written');
      await reopen();
      expect(await write(8, 'eight')).toBe('stale');
      expect((await stored(store(), 'sessions', c.id('s')))?.['message']).toBe('nine');
    });

    it('keeps the order of revisions within one batch', async () => {
      const c = corner();
      const verdicts = await store().write([
        c.put('s', 2, { message: 'two' }),
        c.put('other', 1),
        c.put('s', 1, { message: 'one' }),
        c.put('s', 7, { message: 'seven' }),
        c.put('s', 7, { message: 'seven again' }),
        c.put('s', 6, { message: 'six' }),
      ]);
      expect(kinds(verdicts)).toEqual([
        ...['written', 'written', 'stale'],
        ...['written', 'written', 'stale'],
      ]);
      const session = await stored(store(), 'sessions', c.id('s'));
      expect(session?.['message']).toBe('seven again');
    });
  });

  it('gives nothing for nothing', async () => {
    expect(await store().write([])).toEqual([]);
  });

  it('finds which ids exist right after the write, without a refresh', async () => {
    const c = corner();
    const ops = Array.from({ length: 2_500 }, (_, i) => c.create(i));
    await store().write([...ops, c.put('s', 1)]);
    const asked = [...ops.map((op) => op.id), c.id('never'), c.id('s')];
    expect(await store().existing('events', asked)).toEqual(new Set(ops.map((op) => op.id)));
    expect(await store().existing('sessions', asked)).toEqual(new Set([c.id('s')]));
    expect(await store().existing('findings', asked)).toEqual(new Set());
    expect(await store().existing('events', [])).toEqual(new Set());
  });

  it('takes 5,000 operations in one call, half of them twice', async () => {
    const c = corner();
    const ops = Array.from({ length: 5_000 }, (_, i) => c.create(i % 2_500, { message: `${i}` }));
    const verdicts = kinds(await store().write(ops));
    expect(verdicts.slice(0, 2_500).every((kind) => kind === 'written')).toBe(true);
    expect(verdicts.slice(2_500).every((kind) => kind === 'duplicate')).toBe(true);
    await store().refresh();
    expect(await store().count(c.query())).toBe(2_500);
  });

  it('serves several writes at once, whoever has the id', async () => {
    const c = corner();
    const calls = Array.from({ length: 4 }, (_, call) =>
      store().write(Array.from({ length: 50 }, (_, i) => c.create(call * 25 + i))),
    );
    const verdicts = kinds((await Promise.all(calls)).flat());
    expect(verdicts.filter((kind) => kind === 'written')).toHaveLength(125);
    expect(verdicts.filter((kind) => kind === 'duplicate')).toHaveLength(75);
  });

  it('leaves what a map with the same rules would, for any sequence of puts', async () => {
    const put = fc.record({ name: fc.integer({ max: 3, min: 0 }), revision: fc.nat({ max: 5 }) });
    const batches = fc.array(fc.array(put, { maxLength: 6 }), { maxLength: 4 });
    const property = fc.asyncProperty(batches, async (sequence) => {
      const c = corner();
      const model = new Map<number, { revision: number; message: string }>();
      for (const [i, batch] of sequence.entries()) {
        const expected = batch.map(({ name, revision }, j) => {
          if (revision < (model.get(name)?.revision ?? 0)) return 'stale';
          model.set(name, { revision, message: `${i}-${j}` });
          return 'written';
        });
        const ops = batch.map(({ name, revision }, j) =>
          c.put(name, revision, { message: `${i}-${j}` }),
        );
        expect(kinds(await store().write(ops))).toEqual(expected);
      }
      for (const [name, { message }] of model) {
        expect((await stored(store(), 'sessions', c.id(name)))?.['message']).toBe(message);
      }
    });
    await fc.assert(property, { numRuns: 8 });
  });

  it('sets up once and then changes nothing', async () => {
    const steps = await store().setup();
    const states = steps.map((step) => step.state).filter((state) => state !== 'unsupported');
    expect(new Set(states)).toEqual(new Set(['unchanged']));
  });

  it('answers a ping', async () => {
    await expect(store().ping()).resolves.toBeUndefined();
  });
}
