import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentId } from '../../../../shared/domain/ids.ts';

const tuple = fc.array(fc.option(fc.string({ unit: 'binary' }), { nil: null }), { maxLength: 4 });

it('is 27 characters that need no escaping anywhere', () => {
  fc.assert(
    fc.property(tuple, (parts) => {
      expect(contentId(parts)).toMatch(/^[A-Za-z0-9_-]{27}$/);
      expect(contentId([...parts])).toBe(contentId(parts));
    }),
  );
});

it('is the first 160 bits of a hash', () => {
  fc.assert(
    fc.property(tuple, (parts) => {
      const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
      expect(contentId(parts)).toBe(digest.subarray(0, 20).toString('base64url'));
    }),
  );
});

it('differs for different tuples, however their texts run together', () => {
  fc.assert(
    fc.property(tuple, tuple, (a, b) => {
      expect(contentId(a) === contentId(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
  const apart = [['ab', 'c'], ['a', 'bc'], ['abc'], ['a","bc'], ['abc', ''], ['abc', null], []];
  expect(new Set(apart.map(contentId)).size).toBe(apart.length);
});

it('stays what it is: ids are stored', () => {
  expect(contentId(['identity', 'prod', null])).toBe('Q-iEufCa65Bc0dc-Sp__483-lbs');
});
