import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createIdTable } from '../../../../../services/cli/doctor/id-table.ts';
import { contentId } from '../../../../../shared/domain/ids.ts';

const id = fc.oneof(
  fc.integer({ min: 0, max: 4000 }).map((n) => contentId([String(n)])),
  fc.string({ maxLength: 40 }),
);
const step = fc.tuple(id, fc.integer({ min: 1, max: 255 }), fc.integer({ min: 0, max: 255 }));

it('knows what a map knows, for ids of ours and any others', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3000 }), (steps) => {
      const table = createIdTable();
      const map = new Map<string, { bits: number; label: number }>();
      for (const [key, bits, label] of steps) {
        const known = map.get(key);
        expect(table.mark(key, bits, label)).toBe(known?.bits ?? 0);
        map.set(key, { bits: (known?.bits ?? 0) | bits, label: known?.label ?? label });
      }
      expect(table.size()).toBe(map.size);
      for (const [key, { bits, label }] of map) {
        expect([table.bitsOf(key), table.labelOf(key)]).toEqual([bits, label]);
      }
      expect([...table.entries()]).toHaveLength(map.size);
      for (const entry of table.entries()) expect(table.bitsOf(entry.id)).toBe(entry.bits);
    }),
    { numRuns: 30 },
  );
});

it('gives ids of ours back as they were', () => {
  const table = createIdTable();
  const ids = Array.from({ length: 5000 }, (_, i) => contentId([String(i)]));
  for (const one of ids) table.mark(one, 1);
  expect([...table.entries()].map((entry) => entry.id).sort()).toEqual([...ids].sort());
});
