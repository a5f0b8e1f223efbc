import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merged } from '../../../../../services/normalizer/map/merged.ts';

describe('two parts of a document', () => {
  it('become one: the first one’s values, and what the other has beside them', () => {
    const known = { a: 1, b: { c: 'known', d: undefined }, related: { ip: ['x'] }, e: null };
    const more = {
      a: 2,
      b: { c: 'more', d: 'more', f: 3 },
      related: { ip: ['x', 'y'] },
      e: 1,
      g: 4,
    };
    expect(merged(known, more)).toEqual({
      ...{ a: 1, b: { c: 'known', d: 'more', f: 3 }, related: { ip: ['x', 'y'] }, e: null, g: 4 },
    });
  });

  it('lose nothing where one has an object and the other has none', () => {
    expect(merged({ a: { b: 1 } }, { a: 'text' })).toEqual({ a: { b: 1 } });
    expect(merged({ a: ['x'] }, { a: { b: 1 } })).toEqual({ a: ['x'] });
    expect(merged({ a: 1 }, { a: undefined, b: undefined })).toEqual({ a: 1 });
  });

  it('keep a key __proto__ as a key, on either side', () => {
    const odd = (text: string) => JSON.parse(text);
    const both = merged(odd('{"__proto__":{"a":1}}'), odd('{"__proto__":{"b":2},"c":3}'));
    expect(JSON.stringify(both)).toBe('{"__proto__":{"a":1,"b":2},"c":3}');
    expect(JSON.stringify(merged({}, odd('{"__proto__":{"b":2}}')))).toBe('{"__proto__":{"b":2}}');
    expect(Object.getPrototypeOf(both)).toBe(Object.prototype);
  });

  it('are not changed, and each value of the first stays', () => {
    const part = fc.dictionary(
      fc.constantFrom('a', 'b', 'constructor', '__proto__'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(part, part, (known, more) => {
        const before = JSON.stringify([known, more]);
        const both = merged(known, more);
        expect(JSON.stringify([known, more])).toBe(before);
        expect(Object.keys(both).sort()).toEqual(
          [...new Set([...Object.keys(known), ...Object.keys(more)])].sort(),
        );
        expect(merged(known, {})).toEqual(known);
      }),
    );
  });
});
