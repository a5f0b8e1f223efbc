import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../infra/gates/commands.ts';
import {
  editedVersions,
  incompatibilities,
  lockEntry,
  readLock,
  readVersions,
  type SchemaVersion,
} from '../../../infra/gates/tools/schema-lock.ts';

const versions = readVersions(`${ROOT}/schemas`);
const lock = readLock(`${ROOT}/schemas`);

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly doc: string;
  readonly default?: unknown;
}

const FIELDS: readonly Field[] = [
  { name: 'id', type: 'string', doc: 'Id.' },
  { name: 'code', type: ['null', 'int'], default: null, doc: 'Code.' },
  {
    name: 'level',
    type: { type: 'enum', name: 'L', symbols: ['UNKNOWN', 'HIGH'], default: 'UNKNOWN' },
    default: 'UNKNOWN',
    doc: 'Level.',
  },
];

function schema(version: number, fields: readonly unknown[]): SchemaVersion {
  const text = JSON.stringify({ type: 'record', name: 'Thing', doc: 'A thing.', fields });
  return { subject: 'thing', version, text };
}

const FIRST = schema(1, FIELDS);

function changed(index: number, change: Partial<Field>): readonly unknown[] {
  return FIELDS.map((field, i) => (i === index ? { ...field, ...change } : field));
}

describe('the schemas', () => {
  it('have no released version that was edited or taken out', () => {
    expect(editedVersions(versions, lock)).toStrictEqual([]);
  });

  it('can be read by each other', () => {
    expect(incompatibilities(versions)).toStrictEqual([]);
    expect(versions.length).toBeGreaterThan(0);
  });

  it('are locked in the form that the tool writes', () => {
    expect(lock.length).toBeGreaterThan(0);
    for (const entry of lock) {
      const version = versions.find(
        (v) => v.subject === entry.subject && v.version === entry.version,
      );
      expect(version && lockEntry(version)).toStrictEqual(entry);
    }
  });
});

describe('the lock refuses', () => {
  const released = [lockEntry(FIRST)];

  it('a changed description of a released version', () => {
    const edited = { ...FIRST, text: FIRST.text.replace('A thing.', 'Another thing.') };
    expect(lockEntry(edited).fingerprint).toBe(lockEntry(FIRST).fingerprint);
    expect(editedVersions([FIRST], released)).toStrictEqual([]);
    expect(editedVersions([edited], released)).toHaveLength(1);
  });

  it('a released version that is gone', () => {
    expect(editedVersions([], released)).toHaveLength(1);
    expect(editedVersions([{ ...FIRST, version: 2 }], released)).toHaveLength(1);
  });

  it('nothing about a version that was not released', () => {
    expect(editedVersions([FIRST, schema(2, [])], released)).toStrictEqual([]);
  });
});

describe('compatibility refuses', () => {
  const added = { name: 'added', type: 'string', doc: 'New.' };
  it.each([
    ['a new field without default', [...FIELDS, added]],
    ['a removed field that had no default', FIELDS.slice(1)],
    ['a changed type', changed(0, { type: 'int' })],
    ['a type that only the new side can read', changed(1, { type: ['null', 'long'] })],
    ['a union with one branch less', changed(1, { type: ['null'] })],
    ['a renamed field', changed(0, { name: 'key' })],
  ])('%s', (_, fields) => {
    expect(incompatibilities([FIRST, schema(2, fields)])).not.toStrictEqual([]);
  });

  it('what no neighbour notices', () => {
    const first = schema(1, [...FIELDS, { ...added, default: '' }]);
    const without = schema(2, FIELDS);
    const third = schema(3, [...FIELDS, { ...added, type: 'int', default: 0 }]);
    expect(incompatibilities([first, without])).toStrictEqual([]);
    expect(incompatibilities([without, third])).toStrictEqual([]);
    expect(incompatibilities([first, without, third])).toHaveLength(2);
  });

  it.each([
    ['a new field with a default', [...FIELDS, { ...added, default: '' }]],
    ['a removed field that had one', [FIELDS[0], FIELDS[2]]],
    ['another description', changed(0, { doc: 'Other.' })],
  ])('not %s', (_, fields) => {
    expect(incompatibilities([FIRST, schema(2, fields)])).toStrictEqual([]);
  });
});
