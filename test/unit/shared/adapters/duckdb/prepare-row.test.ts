/** Owns: examples of shared/adapters/duckdb/prepare-row.ts: rows, parts and refusals. */
import { describe, expect, it } from 'vitest';
import { prepareRow } from '../../../../../shared/adapters/duckdb/prepare-row.ts';

function prepare(document: string | Buffer, id = 'id') {
  return prepareRow({ kind: 'create', collection: 'events', id, document: Buffer.from(document) });
}

describe('prepareRow', () => {
  it('reads the time and keeps the text', () => {
    const json = '{"@timestamp":"2024-01-01T00:00:00Z","user":{"name":"é"}}';
    expect(prepare(json)).toMatchObject({
      ok: true,
      row: {
        id: 'id',
        ts: Date.UTC(2024, 0, 1),
        revision: 0,
        bytes: Buffer.byteLength(json),
        unusual: false,
        document: json,
        parts: [],
      },
    });
  });

  it('puts large documents into parts that make them up', () => {
    const json = `{"@timestamp":0,"note":"${'é'.repeat(20_000)}"}`;
    const prepared = prepare(json);
    if (!prepared.ok) throw new Error('refused');
    expect(prepared.row).toMatchObject({ document: '', unusual: true });
    expect(prepared.row.parts).toHaveLength(3);
    expect(Buffer.concat(prepared.row.parts.map((part) => part.bytes)).toString()).toBe(json);
    expect(new Set(prepared.row.parts.map((part) => part.key)).size).toBe(3);
  });

  it.each([
    ['secret', 'the document is no JSON object'],
    ['["secret"]', 'the document is no JSON object'],
    ['null', 'the document is no JSON object'],
    ['', 'the document is empty'],
    ['{"@timestamp":0,\n"a":1}', 'the document holds a line break'],
    ['{"@timestamp":"secret"}', 'the field is no point in time'],
    [`{"@timestamp":0,"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`, 'deeper than 500'],
    [`${'['.repeat(100_000)}`, 'deeper than 500'],
  ])('refuses %.20s without quoting it', (json, message) => {
    const prepared = prepare(json);
    if (prepared.ok) throw new Error('not refused');
    expect(prepared.fault.code).toBe('document_refused');
    expect(prepared.fault.message).toContain(message);
    expect(prepared.fault.message).not.toContain('secret');
  });

  it('does not count brackets inside of texts as depth', () => {
    const text = '[{'.repeat(2_000).concat('\\"', '[{'.repeat(2_000));
    expect(prepare(`{"@timestamp":0,"a":"${text}"}`)).toMatchObject({ ok: true });
  });

  it('refuses ids that Elasticsearch would not take', () => {
    expect(prepare('{"@timestamp":0}', '')).toMatchObject({ ok: false });
    expect(prepare('{"@timestamp":0}', 'é'.repeat(257))).toMatchObject({ ok: false });
    expect(prepare('{"@timestamp":0}', 'é'.repeat(256))).toMatchObject({ ok: true });
  });
});
