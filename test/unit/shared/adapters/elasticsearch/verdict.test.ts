/** Owns: examples of shared/adapters/elasticsearch/verdict.ts. */
import { describe, expect, it } from 'vitest';
import { readVerdicts } from '../../../../../shared/adapters/elasticsearch/verdict.ts';

function verdict(kind: 'create' | 'put', status: number, error?: object) {
  const item = { [kind === 'create' ? 'create' : 'index']: { status, ...(error && { error }) } };
  return readVerdicts([kind], { items: [item] })[0];
}

describe('readVerdicts', () => {
  it.each([
    ['create', 201, 'written'],
    ['put', 200, 'written'],
    ['put', 201, 'written'],
    ['create', 409, 'duplicate'],
    ['put', 409, 'stale'],
    ['create', 429, 'retry'],
    ['create', 500, 'retry'],
    ['create', 502, 'retry'],
    ['put', 503, 'retry'],
    ['put', 504, 'retry'],
    ['create', 400, 'refused'],
    ['create', 413, 'refused'],
  ] as const)('%s with %d is %s', (kind, status, expected) => {
    expect(verdict(kind, status)?.kind).toBe(expected);
  });

  it.each([403, 429])('waits for a block to be lifted: %d', (status) => {
    const error = {
      type: 'cluster_block_exception',
      reason: 'index [x] blocked by: [FORBIDDEN/12/',
    };
    expect(verdict('create', status, error)).toEqual({ kind: 'retry' });
    expect(verdict('put', status, error)).toEqual({ kind: 'retry' });
  });

  it('names the field and the kinds of error, and never a value', () => {
    const error = {
      type: 'mapper_parsing_exception',
      reason:
        "failed to parse field [source.ip] of type [ip] in document with id 'x'. Preview of field's value: 'secret'",
      caused_by: { type: 'illegal_argument_exception' },
    };
    expect(verdict('create', 400, error)).toEqual({
      kind: 'refused',
      fault: {
        code: 'document_refused',
        message:
          'Elasticsearch: mapper_parsing_exception, illegal_argument_exception, field source.ip',
        field: 'source.ip',
      },
    });
    const object = {
      type: 'mapper_parsing_exception',
      reason: 'object mapping for [user] tried to parse field [user] as object, but found secret',
    };
    expect(verdict('create', 400, object)).toMatchObject({ fault: { field: 'user' } });
    const other = verdict('create', 400, { type: 'x', reason: 'the value [secret] is odd' });
    expect(JSON.stringify(other)).not.toContain('secret');
    const odd = verdict('create', 400, { type: 'x', reason: 'failed to parse field [a secret b]' });
    expect(JSON.stringify(odd)).not.toContain('secret');
  });

  it.each([
    [401, 'access_denied'],
    [403, 'access_denied'],
    [404, 'missing_index'],
  ])('%d needs a person', (status, code) => {
    expect(() => verdict('create', status)).toThrow(
      expect.objectContaining({ name: 'FatalError', code }),
    );
  });

  it.each([
    ['fewer items', { errors: false, items: [{ create: { status: 201 } }] }],
    ['more items', { items: Array.from({ length: 3 }, () => ({ create: { status: 201 } })) }],
    ['no items', { errors: false }],
    ['no object', '<html>'],
    ['null', null],
    ['another action', { items: [{ create: { status: 201 } }, { index: { status: 201 } }] }],
    ['no status', { items: [{ create: { status: 201 } }, { create: {} }] }],
    ['null for an item', { items: [{ create: { status: 201 } }, null] }],
  ])('does not believe a reply with %s', (_, body) => {
    expect(() => readVerdicts(['create', 'create'], body)).toThrow(
      expect.objectContaining({ name: 'TransientError', code: 'store_unavailable' }),
    );
  });

  it('keeps the order', () => {
    const items = [201, 409, 400].map((status) => ({ create: { status } }));
    const kinds = readVerdicts(['create', 'create', 'create'], { items }).map((v) => v.kind);
    expect(kinds).toEqual(['written', 'duplicate', 'refused']);
  });
});
