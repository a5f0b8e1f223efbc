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
    ['an escaped key', '{"\\u0069tems":[1]}'],
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
  ])('of %j is %s', (text, expected) => {
    expect(isLineWise(Buffer.from(text))).toBe(expected);
  });
});
