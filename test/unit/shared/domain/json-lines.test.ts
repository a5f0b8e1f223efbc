import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLineWise, walkLines } from '../../../../shared/domain/json-lines.ts';

function linesOf(body: Buffer): readonly string[] {
  let lines: string[] = [];
  walkLines(body, {
    begin() {
      lines = [];
    },
    item: (start, end) => lines.push(body.toString('utf8', start, end)),
  });
  return lines;
}

it('finds the lines that are not blank', () => {
  const line = fc.constantFrom('', ' ', '\t', '{}', '{"a":1}', ' x ', '\r');
  fc.assert(
    fc.property(fc.array(line), fc.boolean(), (lines, ends) => {
      const body = Buffer.from(lines.join('\n') + (ends ? '\n' : ''));
      expect(linesOf(body)).toStrictEqual(lines.filter((text) => text.trim() !== ''));
    }),
  );
});

describe('walkLines', () => {
  // 32 MiB of line breaks took hours when each one looked ahead over all that follow.
  it('takes one pass over a body of line breaks', () => {
    expect(linesOf(Buffer.alloc(8 * 1024 * 1024, '\n'))).toStrictEqual([]);
  });
});

describe('walkLines of a container runtime', () => {
  const line = (stream: string, tag: string): string =>
    `2026-11-20T10:00:00.000000001Z ${stream} ${tag} x`;

  it('keeps what it split together, with what another stream wrote meanwhile', () => {
    const parts = [line('stdout', 'P'), line('stderr', 'F'), line('stdout', 'F')];
    const [before, after] = [line('stdout', 'F'), line('stderr', 'F')];
    expect(linesOf(Buffer.from([before, ...parts, after].join('\n')))).toStrictEqual([
      before,
      parts.join('\n'),
      after,
    ]);
  });

  it('takes a part that is never ended as one', () => {
    const parts = [line('stdout', 'P'), line('stderr', 'P')];
    expect(linesOf(Buffer.from(parts.join('\n')))).toStrictEqual([parts.join('\n')]);
  });
});

describe('isLineWise', () => {
  it.each([
    ['{"a":1}\n{"b":2}', true],
    ['\n  [1]  \r\n{', true],
    ['{"a":1}', true],
    ['{"a":"\\n"}\nrest', true],
    ['{\n"a":1}', false],
    ['[1,\n2]', false],
    ['no JSON\n{}', true],
    ['{"a":1} trailing\n', true],
    ['{"a":1', true],
    ['', true],
    ['\ufeff{"a":1}\n{"b":2}', true],
    ['\ufeff{\n"a":1}', false],
    ['\x1e{"a":1}\n', true],
    ['é\n{"a":1}', true],
  ])('of %j is %s', (text, expected) => {
    expect(isLineWise(Buffer.from(text))).toBe(expected);
  });

  it.each([
    ['a map of MessagePack', [0x81, 0xa1, 0x0a, 0x01]],
    ['a list of MessagePack with 16 bits of length', [0xdc, 0x00, 0x0a]],
    ['gzip', [0x1f, 0x8b, 0x08, 0x0a]],
    ['zeros', [0, 0x0a, 0]],
    ['no UTF-8', [0xff, 0x0a, 0x20]],
  ])('of %s is false', (_, bytes) => {
    expect(isLineWise(Buffer.from(bytes))).toBe(false);
  });
});
