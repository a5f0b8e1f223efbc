import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newTrace, traceHeaders } from '../../../../shared/pipeline/trace.ts';

const GOOD = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('traceHeaders', () => {
  it('carries a valid trace and nothing else', () => {
    expect(traceHeaders({ traceparent: GOOD, tracestate: 'a=1', cookie: 'c' })).toStrictEqual({
      traceparent: GOOD,
      tracestate: 'a=1',
    });
    expect(traceHeaders({ traceparent: GOOD })).toStrictEqual({ traceparent: GOOD });
  });

  it.each([
    ['no traceparent', { tracestate: 'a=1' }],
    ['capitals', { traceparent: GOOD.toUpperCase() }],
    [
      'an id of zeros',
      { traceparent: GOOD.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)) },
    ],
    ['a parent of zeros', { traceparent: GOOD.replace('b7ad6b7169203331', '0'.repeat(16)) }],
    ['another version', { traceparent: GOOD.replace('00-', 'ff-') }],
    ['more after it', { traceparent: `${GOOD}-x` }],
    ['a line break after it', { traceparent: `${GOOD}\n` }],
    ['nothing in it', { traceparent: '' }],
  ])('starts nothing from %s', (_, headers) => {
    expect(traceHeaders(headers)).toStrictEqual({});
  });

  it('leaves out a state that is longer than must be carried', () => {
    const headers = (length: number) => ({ traceparent: GOOD, tracestate: 'x'.repeat(length) });
    expect(traceHeaders(headers(512))).toHaveProperty('tracestate');
    expect(traceHeaders(headers(513))).toStrictEqual({ traceparent: GOOD });
  });
});

it('makes new traces that it would carry itself', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 1 }), ([byte = 0]) => {
      const trace = newTrace((bytes) => Buffer.alloc(bytes, byte || 1));
      expect(traceHeaders(trace)).toStrictEqual(trace);
    }),
  );
});
