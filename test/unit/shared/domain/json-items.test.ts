import { describe, expect, it } from 'vitest';
import { isTorn, scanItems } from '../../../../shared/domain/json-items.ts';

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

describe('isTorn', () => {
  it.each([
    ['{"items":[{"a":1},{"b"', true],
    ['{"items":[{"a":"]}', true],
    [' \n[[1]', true],
    ['{"a":1}\n{"b', false],
    ['{"items":[1 2]}', false],
    ['{"kind":"Event"}', false],
    ['text {', false],
    ['"text', false],
    ['', false],
  ])('of %j is %s', (text, expected) => {
    expect(isTorn(Buffer.from(text))).toBe(expected);
  });
});
