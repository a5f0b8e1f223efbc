import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasLongDigits, parseJson } from '../../../../shared/domain/json-numbers.ts';
import { anyJsonText } from '../../../support/odd-json.ts';

const parse = (text: string): unknown => parseJson(text)?.value;

describe('whole numbers that a double would change', () => {
  it.each([
    ['1743606903434319636', '1743606903434319636'],
    ['-1743606903434319636', '-1743606903434319636'],
    ['1743606903434319636.0', '1743606903434319636'],
    ['1743606903434319636.000e0', '1743606903434319636'],
    ['1.743606903434319636e18', '1743606903434319636'],
    ['17436069034343196360e-1', '1743606903434319636'],
    ['9007199254740993', '9007199254740993'],
    ['12345678901234567890e100', '1234567890123456789e101'],
  ])('%s is the text of its digits', (literal, digits) => {
    expect(parse(`{"a":[${literal} ,{"b":${literal}}]}`)).toStrictEqual({
      a: [digits, { b: digits }],
    });
  });

  it.each([
    ...['0', '-0', '1e3', '1000.0', '1000', '9007199254740992', '1743606903434319600'],
    ...['100000000000000000000000', '0.1', '0.10000000000000001', '1700000000.123456789', '1e400'],
    ...['3.141592653589793238462643', '10000000000000000e-16'],
  ])('%s is a number as ever', (literal) => {
    expect(parse(`[${literal}]`)).toStrictEqual(JSON.parse(`[${literal}]`));
  });

  it('stay as they are inside of texts and keys', () => {
    const text =
      '{"1743606903434319636":"x 1743606903434319636 \\" 1743606903434319636","a":"\\\\"}';
    expect(parse(text)).toStrictEqual(JSON.parse(text));
  });

  it('are told from others in any place of any text', () => {
    fc.assert(
      fc.property(
        anyJsonText,
        fc.bigInt({ min: 2n ** 60n, max: 2n ** 70n }),
        ({ text, value }, big) => {
          const odd = (big | 1n).toString();
          expect(parse(`{"a":${text},"b":${odd},"c":${text}}`)).toStrictEqual({
            a: value,
            b: odd,
            c: value,
          });
        },
      ),
    );
  });
});

it('reads all else as JSON.parse does, and nothing that it does not', () => {
  fc.assert(
    fc.property(anyJsonText, ({ text, value }) => {
      expect(parse(text)).toStrictEqual(value);
    }),
  );
  for (const text of [
    '',
    '{',
    '01',
    '01743606903434319636',
    '[1743606903434319636.]',
    '{"a":1}x',
    '\ufeff1',
  ]) {
    expect(parseJson(text)).toBeUndefined();
  }
});

it('sees runs of sixteen digits wherever they are, and no others', () => {
  for (let before = 0; before < 40; before++) {
    for (let length = 12; length < 22; length++) {
      const text = `${'x'.repeat(before)} ${'7'.repeat(length)}${'1x'.repeat(5)}`;
      expect(hasLongDigits(text)).toBe(length + 1 >= 16);
    }
  }
});

it('takes digits of a name, a hash or an id for no number, and all else for one', () => {
  const digits = '7'.repeat(16);
  for (const start of [...'abcdf"/_~é'].map((c) => `1${c}`)) {
    expect(hasLongDigits(`${start}${digits}`)).toBe(false);
    expect(hasLongDigits(`${start}${digits},-1.${digits}`)).toBe(true);
  }
  for (const start of ['', ':', ',', '[', ' ', '\n', '\t', ':-', ':1.', ':1e', ':1E+', ':1.5e-']) {
    expect(hasLongDigits(`x${start === '' ? ':' : start}${digits}`)).toBe(true);
  }
  expect(hasLongDigits(`x${'1e'.repeat(100_000)}${digits}`)).toBe(true);
});
