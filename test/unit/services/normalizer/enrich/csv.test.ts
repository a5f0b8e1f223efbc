import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../../../services/normalizer/enrich/csv.ts';

function fields(text: string): readonly (readonly string[])[] | number | undefined {
  const reading = readCsv(text);
  return reading.ok ? reading.records.map((record) => record.fields) : reading.problem.line;
}

describe('CSV', () => {
  it.each([
    ['', []],
    ['a', [['a']]],
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,\r\n',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    [
      'a,b\n\n,\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a, b \n"1", \n',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    [
      'a,b\n"x,\ny","say ""hi"""\n',
      [
        ['a', 'b'],
        ['x,\ny', 'say "hi"'],
      ],
    ],
    [
      'a;b\n1,5;2\n',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    [
      'a,b\n1;5,2\n',
      [
        ['a', 'b'],
        ['1;5', '2'],
      ],
    ],
    ['a,', [['a', '']]],
  ])('%j is %j', (text, expected) => {
    expect(fields(text)).toEqual(expected);
  });

  it.each([
    ['a,b\n"x,y\n', 2],
    ['a,b\n"x"y,z\n', 2],
    ['a,b\n1,2\nx"y,z\n', 3],
    ['a,"b\nc"\n1,2\n\n"', 5],
    ['a\rb', 1],
  ])('%j is none, on line %i', (text, line) => {
    expect(fields(text)).toBe(line);
  });

  it('knows the lines of its records', () => {
    const reading = readCsv('a,b\n"1\n2",x\n\n3,y\n');
    expect(reading.ok && reading.records.map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  it('reads back whatever was written', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ' ', ',', ';', '"', '\n', '\r\n', 'ü') });
    const record = fc.array(field, { minLength: 2, maxLength: 4 });
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(record, { minLength: 1 }), (records) => {
        const kept = records.filter((one) => one.some((text) => text !== ''));
        const text = [['"x","y"'], ...records.map((one) => one.map(quote))]
          .map((one) => one.join(','))
          .join('\r\n');
        expect(fields(text)).toEqual([['x', 'y'], ...kept]);
      }),
    );
  });

  it('ends, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a') }), (text) => {
        expect(readCsv(text)).toBeDefined();
      }),
    );
  });
});
