/**
 * Owns: the part of the contract about documents that nobody hoped for: each is written and comes
 * back as it was, or is refused with a fault; nothing is lost, nothing crashes.
 */
import { describe, expect, it } from 'vitest';
import { corner, kinds, stored, type StoreUnderTest } from './fixtures.ts';

function nest(depth: number): object {
  let value: object = { leaf: 'x' };
  for (let i = 1; i < depth; i++) value = { a: value };
  return value;
}

const body = (value: object) => ({ podwitness: { request_object: value } });

const VALUES: Readonly<Record<string, object>> = {
  'control characters': { message: 'a\u0000b\u0007c\u001b[31md\u007f\u0085e\r\t' },
  'line separators': { message: 'a\u2028b\u2029c\nd' },
  'a null character in a keyword': { user: { name: 'a\u0000b' } },
  'other scripts and bidi marks': { user: { name: 'مرحبا \u202e 日本 👩‍👩‍👧 e\u0301' } },
  'half a surrogate pair': { message: 'x\ud83dy', user: { name: '\udc00' } },
  'a keyword of 40,000 characters': { user: { name: 'n'.repeat(40_000) } },
  'a wide keyword of 40,000 characters': { user: { name: '日'.repeat(40_000) } },
  'a body text of 40,000 characters': body({ spec: { command: 'c'.repeat(40_000) } }),
  'a body key with two dots in a row': body({ 'a..b': 1, '.x': 2, 'y.': 3, '.': 4, ' ': 5 }),
  'an empty body key': body({ '': 1 }),
  'a null character in a body key': body({ 'a\u0000b': 1 }),
  'an unmapped key with two dots in a row': { other: { 'a..b': 1 } },
  'a body of depth 18': body(nest(18)),
  'a body of depth 60': body(nest(60)),
  'an unmapped object of depth 400': { other: nest(400) },
  'mixed types in a body list': body({ list: [1, 'x', null, true, { a: 1 }, [2, [3]]] }),
  'an object where a keyword is mapped': { user: { name: { first: 'x' } } },
  'a list of objects where a keyword is mapped': { user: { name: [{ a: 1 }] } },
  'a text where an object is mapped': { kubernetes: 'x' },
  'a number where a keyword is mapped': { user: { name: 12.5 } },
  'no boolean where one is mapped': {
    kubernetes: { audit: { requestObject: { spec: { hostPID: 'maybe' } } } },
  },
  'no address where one is mapped': { source: { ip: 'localhost' } },
  'no number where one is mapped': { kubernetes: { audit: { responseStatus: { code: 'x' } } } },
  'a number beyond 64 bits': { kubernetes: { audit: { responseStatus: { code: 1e30 } } } },
  'names of object members': { constructor: { prototype: 1 }, toString: 'x', hasOwnProperty: 0 },
  'many keys': body(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]))),
};

export function hostileTests({ store }: StoreUnderTest): void {
  describe('hostile documents', () => {
    it.each(Object.keys(VALUES))('%s: written in full or refused', async (name) => {
      const c = corner();
      const ops = [c.create('before'), c.create('it', VALUES[name]), c.create('after')];
      const verdicts = await store().write(ops);
      expect(['written', 'refused']).toContain(verdicts[1]?.kind);
      expect(kinds(verdicts)).toEqual(['written', verdicts[1]?.kind, 'written']);
      const found = await stored(store(), 'events', c.id('it'));
      const isWritten = verdicts[1]?.kind === 'written';
      const expected: unknown = JSON.parse(c.document('it', VALUES[name]).toString());
      expect(found).toEqual(isWritten ? expected : undefined);
      expect(await store().existing('events', [c.id('it')])).toEqual(
        new Set(isWritten ? [c.id('it')] : []),
      );
    });

    it('keeps the bytes of a key like __proto__ apart from the object', async () => {
      const c = corner();
      const text = c.document('it').toString().replace('{', '{"__proto__":{"message":"x"},');
      const op = { ...c.create('it'), document: Buffer.from(text) };
      expect(kinds(await store().write([op]))).toEqual(['written']);
      expect(await store().count(c.query({ message: 'x' }))).toBe(0);
    });
  });

  it.each([501, 50_000])('refuses a document of depth %d, which kills servers', async (depth) => {
    const c = corner();
    const deep = `{"@timestamp":0,"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    const ops = [c.create('a'), { ...c.create('it'), document: Buffer.from(deep) }];
    expect(kinds(await store().write(ops))).toEqual(['written', 'refused']);
  });

  it('reads unmapped fields of the deepest document that it takes', async () => {
    const c = corner();
    const deep = c
      .document('it')
      .toString()
      .replace('{', `{"a":${'['.repeat(499)}"x"${']'.repeat(499)},`);
    const op = { ...c.create('it'), document: Buffer.from(deep) };
    const [verdict] = await store().write([op]);
    await store().refresh();
    const expected = verdict?.kind === 'written' ? 1 : 0;
    expect(await store().count(c.query({ a: 'x' }))).toBe(expected);
  });

  it('takes documents of five megabytes beside small ones, and gives them back', async () => {
    const c = corner();
    const large = { podwitness: { note: 'x'.repeat(5 * 1024 * 1024) } };
    const names = ['small', 1, 2, 3, 4, 5, 6, 7, 'last'];
    const ops = names.map((name) => c.create(name, typeof name === 'number' ? large : {}));
    expect(kinds(await store().write(ops))).toEqual(ops.map(() => 'written'));
    expect(kinds(await store().write(ops))).toEqual(ops.map(() => 'duplicate'));
    await store().refresh();
    const lengths: number[] = [];
    for await (const document of store().search(c.query())) {
      lengths.push(JSON.stringify(document).length);
    }
    expect(lengths.filter((length) => length > 5_000_000)).toHaveLength(7);
    expect(lengths).toHaveLength(9);
  });
}
