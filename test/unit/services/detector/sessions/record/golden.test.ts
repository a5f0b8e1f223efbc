/**
 * A document of each kind of session, whole and readable, byte for byte but for line breaks. After a
 * wanted change: `npx vitest run -u` on this file, and read the diff.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sessionRecord } from '../../../../../../services/detector/sessions/record/record-of.ts';
import { codecOf } from '../../../../../../shared/runtime/stage-worker.ts';
import { fieldTypes } from '../../../../../../shared/adapters/elasticsearch/field-types.ts';
import { readTemplates } from '../../../../../../shared/adapters/elasticsearch/templates.ts';
import { TEMPLATES } from '../../../../../contract/event-store/elasticsearch-access.ts';
import { VIEWS } from './kinds.ts';

const RECORDS = Object.entries(VIEWS).map(
  ([name, view]) => [name, sessionRecord(view, 'default')] as const,
);

function golden(name: string): string {
  const path = `../../../../../golden/sessions/${name}.json`;
  return fileURLToPath(new URL(path, import.meta.url));
}

describe('a session', () => {
  it.each(RECORDS)('%s gives the document it gave', async (name, { document }) => {
    const readable = JSON.stringify(JSON.parse(document.toString()), null, 2);
    await expect(`${readable}\n`).toMatchFileSnapshot(golden(name));
  });

  it.each(RECORDS)('%s is a record that can be read back', (_, record) => {
    const codec = codecOf('audit.sessions');
    const decoded = codec.decode(codec.encode(record));
    expect(decoded).toMatchObject({ ok: true, value: record });
  });
});

it('has no field that Elasticsearch does not index', () => {
  const types = fieldTypes(readTemplates(TEMPLATES));
  const leaves = (value: unknown, path: string): readonly string[] => {
    if (Array.isArray(value)) return value.flatMap((item) => leaves(item, path));
    if (typeof value !== 'object' || value === null) return [path];
    return Object.entries(value).flatMap(([key, inner]) =>
      leaves(inner, path === '' ? key : `${path}.${key}`),
    );
  };
  const paths = RECORDS.flatMap(([, { document }]) => leaves(JSON.parse(String(document)), ''));
  expect([...new Set(paths)].filter((path) => !types.has(path))).toStrictEqual([]);
});
