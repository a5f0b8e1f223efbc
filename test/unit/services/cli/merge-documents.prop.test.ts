import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeDocuments } from '../../../../services/cli/merge-documents.ts';
import type { StoredDocument } from '../../../../shared/ports/event-store.ts';

interface Doc {
  readonly ms: number;
  readonly id: string;
}

const docs = fc.array(
  fc.record({ ms: fc.integer({ min: 0, max: 4 }), id: fc.stringMatching(/^[A-Za-z0-9_-]{1,2}$/) }),
  { maxLength: 8 },
);

function sorted(list: readonly Doc[], order: 'newest' | 'oldest'): readonly Doc[] {
  const sign = order === 'newest' ? -1 : 1;
  return list.toSorted((a, b) => sign * (a.ms - b.ms || (a.id < b.id ? -1 : Number(a.id > b.id))));
}

function documentOf({ ms, id }: Doc): StoredDocument {
  return { '@timestamp': new Date(ms).toISOString(), event: { id } };
}

async function* searchOf(list: readonly Doc[], closed: () => void): AsyncGenerator<StoredDocument> {
  try {
    for (const doc of list) yield documentOf(doc);
  } finally {
    closed();
  }
}

it('gives what one search over all would give, and closes what it opened', async () => {
  const order = fc.constantFrom('newest' as const, 'oldest' as const);
  const limit = fc.integer({ min: 1, max: 20 });
  await fc.assert(
    fc.asyncProperty(fc.array(docs, { maxLength: 3 }), order, limit, async (lists, way, most) => {
      let closed = 0;
      const searches = lists.map((list) => searchOf(sorted(list, way), () => closed++));
      const found: StoredDocument[] = [];
      const options = { limit: most, order: way };
      for await (const document of mergeDocuments(searches, options)) found.push(document);
      const want = sorted(lists.flat(), way).slice(0, most).map(documentOf);
      expect(found).toStrictEqual(want);
      expect(closed).toBe(lists.length);
    }),
  );
});

it('closes its sources when its reader stops', async () => {
  let closed = 0;
  const list = [
    { ms: 1, id: 'a' },
    { ms: 0, id: 'b' },
  ];
  const searches = [list, list].map((one) => searchOf(one, () => closed++));
  for await (const _ of mergeDocuments(searches, { limit: 9, order: 'newest' })) break;
  expect(closed).toBe(2);
});
