import { describe, expect, it } from 'vitest';
import { scanItems, scanLines, isLineWise } from '../../../../shared/domain/json-items.ts';

function items(text: string): readonly string[] | undefined {
  const body = Buffer.from(text);
  return scanItems(body)?.map(({ start, end }) => body.toString('utf8', start, end));
}

describe('scanItems', () => {
  it.each([
    ['[]', []],
    ['{"items":[]}', []],
    ['[1 , "a,]" ,{"b":[2]}]', ['1', '"a,]"', '{"b":[2]}']],
    ['{"items":[1],"items":[2,3]}', ['2', '3']],
    ['{"items":{"items":[9]},"items":[2]}', ['2']],
    ['{"a:b":"items","items" : [ "\\"]" ] }', ['"\\"]"']],
    ['{"metadata":{"items":[1]},"items":[2]}', ['2']],
    ['\n\t[1]\r\n ', ['1']],
    ['{"\\u0069tems":[1]}', ['1']],
    ['\ufeff{"items":[1]}', ['1']],
  ])('finds the items of %s', (text, expected) => {
    expect(items(text)).toStrictEqual(expected);
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a scalar', '7'],
    ['an object without items', '{"kind":"Event"}'],
    ['an empty object', '{}'],
    ['items that are no list', '{"items":{}}'],
    ['items of which the last are no list', '{"items":[1],"items":null}'],
    ['a key with an escape that is none', '{"\\items":[1]}'],
    ['a torn list', '{"items":[{"a":1},{"b"'],
    ['a list that goes on', '[1][2]'],
    ['a missing comma', '[1 2]'],
    ['a comma too many', '[1,]'],
    ['a leading comma', '[,1]'],
    ['a key without quotes', '{items:[1]}'],
    ['a key without a value', '{"items"}'],
    ['a text that never ends', '["a\\"]'],
  ])('says nothing about %s', (_, text) => {
    expect(items(text)).toBeUndefined();
  });

  it('finds the array under another key', () => {
    const body = Buffer.from('{"items":[1],"records":[2]}');
    const found = scanItems(body, 'records')?.map(({ start, end }) =>
      body.toString('utf8', start, end),
    );
    expect(found).toStrictEqual(['2']);
  });

  it('does not recurse', () => {
    const deep = `[${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}]`;
    expect(items(deep)).toHaveLength(1);
  });
});

describe('scanLines', () => {
  // 32 MiB of line breaks took hours when each one looked ahead over all that follow.
  it('takes one pass over a body of line breaks', () => {
    expect(scanLines(Buffer.alloc(8 * 1024 * 1024, '\n'))).toStrictEqual([]);
  });
});

describe('scanLines of a container runtime', () => {
  const lines = (text: string): readonly string[] => {
    const body = Buffer.from(text);
    return scanLines(body).map(({ start, end }) => body.toString('utf8', start, end));
  };
  const line = (stream: string, tag: string): string =>
    `2026-11-20T10:00:00.000000001Z ${stream} ${tag} x`;

  it('keeps what it split together, with what another stream wrote meanwhile', () => {
    const parts = [line('stdout', 'P'), line('stderr', 'F'), line('stdout', 'F')];
    const [before, after] = [line('stdout', 'F'), line('stderr', 'F')];
    expect(lines([before, ...parts, after].join('\n'))).toStrictEqual([
      before,
      parts.join('\n'),
      after,
    ]);
  });

  it('takes a part that is never ended as one', () => {
    const parts = [line('stdout', 'P'), line('stderr', 'P')];
    expect(lines(parts.join('\n'))).toStrictEqual([parts.join('\n')]);
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
