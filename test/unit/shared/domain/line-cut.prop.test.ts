import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countLines, isLegacy, wholeLines } from '../../../../shared/domain/line-cut.ts';

const text = fc.string({ unit: fc.constantFrom('a', '\n', ' ', 'é'), maxLength: 40 });

it('cuts after the last line end', () => {
  fc.assert(
    fc.property(text, (lines) => {
      const bytes = Buffer.from(lines);
      const cut = wholeLines(bytes);
      expect(bytes.subarray(cut).includes(0x0a)).toBe(false);
      expect(cut === 0 || bytes[cut - 1] === 0x0a).toBe(true);
    }),
  );
});

it('never cuts between the parts of a CRI line, on either stream', () => {
  const line = fc.record({
    stream: fc.constantFrom('stdout', 'stderr'),
    flag: fc.constantFrom('P', 'F'),
    body: fc.string({ unit: fc.constantFrom('x', ' '), maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.nat(30), (lines, torn) => {
      const all = lines
        .map((l) => `2026-11-21T06:39:46.657123456Z ${l.stream} ${l.flag} ${l.body}\n`)
        .join('');
      const bytes = Buffer.from(all).subarray(0, Math.max(0, Buffer.byteLength(all) - torn));
      const cut = wholeLines(bytes);
      const open = new Set<string>();
      for (const taken of bytes.subarray(0, cut).toString().split('\n').slice(0, -1)) {
        const [, stream = '', flag] = taken.split(' ');
        if (flag === 'P') open.add(stream);
        else open.delete(stream);
      }
      expect([...open]).toStrictEqual([]);
      expect(cut === 0 || bytes[cut - 1] === 0x0a).toBe(true);
    }),
  );
});

it('counts lines that are not blank', () => {
  fc.assert(
    fc.property(text, (lines) => {
      const expected = lines.split('\n').filter((line) => line.trim() !== '').length;
      expect(countLines(Buffer.from(lines))).toBe(expected);
    }),
  );
});

it('knows the legacy format', () => {
  const legacy = '2026-11-21T06:39:46.657123456Z AUDIT: id="1" stage="RequestReceived"';
  expect(isLegacy(Buffer.from(legacy))).toBe(true);
  expect(isLegacy(Buffer.from(`{"x":"${legacy}"}`))).toBe(false);
});
