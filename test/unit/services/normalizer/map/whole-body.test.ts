import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeBody } from '../../../../../services/normalizer/map/whole-body.ts';

const MAX = 64 * 1024;
const JSON_PATCH = [{ op: 'add', path: '/spec/x', value: { privileged: true } }];

function nested(depth: number): object {
  let value: object = { leaf: 'x' };
  for (let i = 1; i < depth; i++) value = { a: value };
  return value;
}

function objectsDeep(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const below = Math.max(0, ...Object.values(value).map(objectsDeep));
  return Array.isArray(value) ? below : below + 1;
}

function keysOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(keysOf)];
}

describe('a body', () => {
  it('is itself where nothing has to change', () => {
    const body = { kind: 'Pod', spec: { containers: [{ name: 'a' }, [1, null, true]] } };
    expect(wholeBody(body, MAX)).toStrictEqual({ body, isCut: false, items: undefined });
    expect(wholeBody(body, MAX).body).toBe(body);
  });

  it('is an object, whatever it was', () => {
    expect(wholeBody(JSON_PATCH, MAX).body).toStrictEqual({ patch: JSON_PATCH });
    expect(wholeBody('Success', MAX).body).toStrictEqual({ value: 'Success' });
    expect(wholeBody(null, MAX).body).toBeUndefined();
    expect(wholeBody(undefined, MAX).body).toBeUndefined();
  });

  it('loses managedFields of metadata and nothing else of that name', () => {
    const metadata = { name: 'a', managedFields: [{ manager: 'kubectl' }] };
    const body = { metadata, spec: { managedFields: 1, template: { metadata } } };
    expect(wholeBody(body, MAX)).toStrictEqual({
      body: {
        metadata: { name: 'a' },
        spec: { managedFields: 1, template: { metadata: { name: 'a' } } },
      },
      isCut: false,
      items: undefined,
    });
    expect(body.metadata).toHaveProperty('managedFields');
  });

  it('keeps objects of twenty levels, and tells that there were more', () => {
    expect(wholeBody(nested(20), MAX)).toMatchObject({ isCut: false });
    const { body, isCut } = wholeBody(nested(21), MAX);
    expect([isCut, objectsDeep(body)]).toStrictEqual([true, 20]);
    const lists = JSON.parse(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`) as unknown;
    expect(wholeBody(lists, MAX).isCut).toBe(true);
  });

  it('keeps keys that Elasticsearch takes, and values under those that it does not', () => {
    const body = JSON.parse('{"a\\u0000b":1,"":2,"x..y":3,"__proto__":{"p":4}}') as object;
    const { body: found } = wholeBody(body, MAX);
    expect(Object.keys(found ?? {})).toStrictEqual(['ab', '_', 'x..y', '__proto__']);
    expect(JSON.stringify(found)).toBe('{"ab":1,"_":2,"x..y":3,"__proto__":{"p":4}}');
    const long = { ['k'.repeat(3000)]: 1, data: { short: 2 } };
    expect(wholeBody(long, MAX)).toMatchObject({ isCut: true, body: { data: { short: 2 } } });
  });

  it('never throws, stays within its limits, and is deterministic', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 30 }), fc.integer({ min: 64, max: 4096 }), (v, max) => {
        const { body } = wholeBody(v, max);
        expect(objectsDeep(body)).toBeLessThanOrEqual(20);
        expect(keysOf(body).every((key) => !key.includes('\0') && key.trim() !== '')).toBe(true);
        expect(wholeBody(v, max).body).toStrictEqual(body);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a body that is too large', () => {
  const padding = { 'a.example.com/x': 'x'.repeat(200_000) };

  it('keeps what it asks for, and not what it was padded with', () => {
    const spec = { hostNetwork: true, containers: [{ name: 'c', image: 'i' }] };
    const body = { metadata: { annotations: padding, name: 'p' }, kind: 'Pod', spec };
    const found = wholeBody(body, 2048);
    expect(found.isCut).toBe(true);
    expect(found.body).toMatchObject({ kind: 'Pod', metadata: { name: 'p' }, spec });
    expect(JSON.stringify(found.body).length).toBeLessThan(4096);
  });

  it('keeps the number and the names of what was listed', () => {
    const item = (i: number) => ({
      metadata: { name: `n${i}`, namespace: 'a', annotations: padding },
    });
    const list = {
      kind: 'PodList',
      metadata: {},
      items: Array.from({ length: 50 }, (_, i) => item(i)),
    };
    const found = wholeBody(list, 8192);
    expect(found).toMatchObject({ items: 50, isCut: true, body: { kind: 'PodList' } });
    expect(found.body?.['items']).toHaveLength(50);
    expect(found.body?.['items']).toMatchObject(
      [{ metadata: { name: 'n0', namespace: 'a' } }, {}].concat(
        Array.from({ length: 48 }, () => ({})),
      ),
    );
    const rows = list.items.map((object) => ({ cells: ['x'.repeat(9000)], object }));
    const table = wholeBody({ kind: 'Table', rows }, 8192);
    expect(table.items).toBe(50);
    expect(JSON.stringify(table.body)).toContain('"n49"');
    expect(JSON.stringify(table.body)).not.toContain('xxx');
  });

  it('stays about as long as was agreed', () => {
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, i) => [`k${i}`, 'v'.repeat(50)]),
    );
    for (const max of [1024, 16_384]) {
      const length = JSON.stringify(wholeBody({ data: many, spec: many }, max).body).length;
      expect(length).toBeLessThan(max * 1.2);
      expect(length).toBeGreaterThan(max * 0.8);
    }
  });
});
