import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../infra/gates/commands.ts';
import {
  editedVersions,
  incompatibilities,
  lockEntry,
  readLock,
} from '../../../infra/gates/tools/schema-lock.ts';
import { alteredMeanings, flaws } from '../../../infra/gates/tools/schema-rules.ts';
import { readVersions, type SchemaVersion } from '../../../infra/gates/tools/schema-versions.ts';
import { BREAKING, HARMLESS } from '../../support/schema-pairs.ts';

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

function versionsOf(...fields: readonly (readonly object[])[]): readonly SchemaVersion[] {
  return fields.map((each, i) => schema(i + 1, each));
}

describe('compatibility', () => {
  it.each(BREAKING)('refuses $what', ({ after, before }) => {
    expect(incompatibilities(versionsOf(before, after))).not.toStrictEqual([]);
    expect(incompatibilities(versionsOf(after, before))).not.toStrictEqual([]);
  });

  it.each(HARMLESS)('allows $what', ({ after, before }) => {
    expect(incompatibilities(versionsOf(before, after))).toStrictEqual([]);
    expect(incompatibilities(versionsOf(after, before))).toStrictEqual([]);
  });

  it('refuses what no neighbour notices', () => {
    const added = { name: 'added', type: 'string', doc: 'New.' };
    const first = schema(1, [...FIELDS, { ...added, default: '' }]);
    const without = schema(2, FIELDS);
    const third = schema(3, [...FIELDS, { ...added, type: 'int', default: 0 }]);
    expect(incompatibilities([first, without])).toStrictEqual([]);
    expect(incompatibilities([without, third])).toStrictEqual([]);
    expect(incompatibilities([first, without, third])).toHaveLength(2);
  });

  it('refuses a default that is none of its type, and another namespace', () => {
    const wrong = { name: 'wrong', type: ['null', 'string'], default: 'x', doc: 'Wrong.' };
    expect(incompatibilities(versionsOf(FIELDS, [...FIELDS, wrong]))).not.toStrictEqual([]);
    const text = FIRST.text.replace('{', '{"namespace":"elsewhere",');
    expect(incompatibilities([FIRST, { ...FIRST, version: 2, text }])).not.toStrictEqual([]);
  });
});

const bare = { name: 'bare', type: 'string' };
const nested = (type: unknown): object => ({ name: 'in', type, doc: 'Nested.' });
const inner = { type: 'record', name: 'Inner', doc: 'Inner.', fields: [bare] };
const time = (logicalType?: string): object => ({
  name: 'time',
  type: { type: 'long', ...(logicalType === undefined ? {} : { logicalType }) },
  doc: 'Time.',
});

describe('the rules beside compatibility', () => {
  it('hold for the schemas', () => {
    expect([...versions.flatMap(flaws), ...alteredMeanings(versions)]).toStrictEqual([]);
    expect(flaws(FIRST)).toStrictEqual([]);
  });

  it.each([
    ['a field', [bare], 'field bare'],
    ['a field of a record in a field', [nested(inner)], 'field in.bare'],
    [
      'a field of the items of an array',
      [nested({ type: 'array', items: inner })],
      'field in.bare',
    ],
    ['a field of what may be null', [nested(['null', inner])], 'field in.bare'],
  ])('refuse %s without a description', (_, fields, named) => {
    expect(flaws(schema(1, fields))).toStrictEqual([`thing/v1.avsc: ${named} has no doc`]);
  });

  it('refuse a record without a description', () => {
    const text = FIRST.text.replace('A thing.', '');
    expect(flaws({ ...FIRST, text })).toStrictEqual(['thing/v1.avsc: the record has no doc']);
  });

  it('refuse an enum that can not grow, and a name that older readers lose', () => {
    const open = nested({ type: 'enum', name: 'E', symbols: ['A'] });
    const renamed = { ...bare, doc: 'Bare.', aliases: ['naked'], default: '' };
    expect(flaws(schema(1, [open]))).toHaveLength(1);
    expect(flaws(schema(1, [renamed]))).toHaveLength(1);
  });

  it('refuse another unit of time', () => {
    const millis = schema(1, [time('timestamp-millis')]);
    for (const other of [time('timestamp-micros'), time()]) {
      const later = schema(2, [other]);
      expect(incompatibilities([millis, later])).toStrictEqual([]);
      expect(alteredMeanings([millis, later])).toHaveLength(1);
      // Also where a version lies between.
      expect(alteredMeanings([millis, schema(3, []), later])).toHaveLength(1);
    }
  });
});
