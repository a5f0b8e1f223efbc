import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentEnd, wholeDocuments } from '../../../../../services/cli/offline/cut-documents.ts';

const document = fc.oneof(
  fc.dictionary(fc.string(), fc.jsonValue()),
  fc.array(fc.jsonValue(), { maxLength: 5 }),
);
const written = fc
  .tuple(document, fc.constantFrom(undefined, 1, 2))
  .map(([value, indent]) => JSON.stringify(value, null, indent));

describe('documentEnd', () => {
  it('finds the end of what JSON.stringify writes, and none sooner', () => {
    fc.assert(
      fc.property(written, fc.string(), (text, after) => {
        const bytes = Buffer.from(text);
        expect(documentEnd(Buffer.concat([bytes, Buffer.from(after)]), 0)).toBe(bytes.length);
        for (let at = 1; at < bytes.length; at++) {
          expect(documentEnd(bytes.subarray(0, at), 0)).toBe('open');
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each(['{"a":1\n{', '{"a":"b\n', '[1 2', '{"a" "b"', '{,', '[}', '{"a":1]', '{1:2}', '[:1]'])(
    'knows that %j is torn',
    (text) => {
      expect(documentEnd(Buffer.from(text), 0)).toBe('none');
    },
  );

  it('does not follow nesting without end', () => {
    expect(documentEnd(Buffer.from('['.repeat(5000)), 0)).toBe('none');
  });

  it('is total', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => documentEnd(Buffer.from(bytes), 0)).not.toThrow();
        expect(wholeDocuments(Buffer.from(bytes))).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('wholeDocuments', () => {
  const garbage = fc.constantFrom('no json', 'I1121 06:39:46 klog text', '{"torn":', '"x', '');
  const lines = fc.array(fc.oneof(written, garbage), { minLength: 1, maxLength: 8 });

  it('cuts after a line, and not within a document', () => {
    fc.assert(
      fc.property(lines, fc.nat(200), (all, torn) => {
        const text = `${all.join('\n')}\n`;
        const bytes = Buffer.from(text);
        const given = bytes.subarray(0, Math.max(0, bytes.length - torn));
        const cut = wholeDocuments(given);
        expect(cut === 0 || given[cut - 1] === 0x0a).toBe(true);
        const starts = new Set([0]);
        let at = 0;
        for (const line of all) {
          at += Buffer.byteLength(line) + 1;
          starts.add(at);
        }
        // A line of garbage may take what follows it for its own, never a part of it alone.
        if (all.every((line) => line.startsWith('{') || line.startsWith('['))) {
          if (!all.includes('{"torn":')) expect(starts.has(cut)).toBe(true);
        }
      }),
    );
  });

  it('does not wait for the rest of what is torn', () => {
    const text = '{"torn":\n{"a":1}\n{"b":2}\n';
    expect(wholeDocuments(Buffer.from(text))).toBe(text.length);
    const inText = '{"torn":"abc\n{"a":1}\n';
    expect(wholeDocuments(Buffer.from(inText))).toBe(inText.length);
  });

  it('waits for the rest of what goes on', () => {
    expect(wholeDocuments(Buffer.from('{"a":1}\n{\n  "b":'))).toBe(8);
    expect(wholeDocuments(Buffer.from('{"a":1}{\n  "b":'))).toBe(0);
    expect(wholeDocuments(Buffer.from('{"a":1}'))).toBe(0);
  });
});
