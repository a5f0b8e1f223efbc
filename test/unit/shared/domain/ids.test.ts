import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentId } from '../../../../shared/domain/ids.ts';

it('gives the first 160 bits of the hash of all parts', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), (parts) => {
      const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
      expect(contentId(parts)).toBe(digest.subarray(0, 20).toString('base64url'));
    }),
  );
});
