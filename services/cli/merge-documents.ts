/**
 * Owns: several searches of one order as one search of that order, page by page as it is read.
 */
import type { Query, StoredDocument } from '../../shared/ports/event-store.ts';

interface Head {
  readonly source: AsyncIterator<StoredDocument>;
  readonly document: StoredDocument;
  readonly ms: number;
  readonly id: string;
}

async function headOf(source: AsyncIterator<StoredDocument>): Promise<Head | undefined> {
  const next = await source.next();
  if (next.done === true) return undefined;
  const document = next.value;
  const { id = '' } = (document['event'] ?? {}) as { readonly id?: string };
  return { source, document, ms: Date.parse(String(document['@timestamp'])), id };
}

/** As stores sort: by time, equal times by id, each from its end. */
function isBefore(a: Head, b: Head, order: Query['order']): boolean {
  const sign = order === 'newest' ? -1 : 1;
  if (a.ms !== b.ms) return sign * (a.ms - b.ms) < 0;
  return order === 'newest' ? a.id > b.id : a.id < b.id;
}

function indexOfFirst(heads: readonly Head[], order: Query['order']): number {
  let first = 0;
  for (let i = 1; i < heads.length; i++) {
    if (isBefore(heads[i] as Head, heads[first] as Head, order)) first = i;
  }
  return first;
}

/** The first `limit` documents of all; the sources are closed also when nobody reads to the end. */
export async function* mergeDocuments(
  searches: readonly AsyncIterable<StoredDocument>[],
  { limit, order }: Pick<Query, 'limit' | 'order'>,
): AsyncGenerator<StoredDocument> {
  const sources = searches.map((search) => search[Symbol.asyncIterator]());
  try {
    // One after the other: a store that fails must not leave the failure of another unseen.
    const heads: Head[] = [];
    for (const source of sources) heads.push(...[(await headOf(source)) ?? []].flat());
    for (let left = limit; left > 0 && heads.length > 0; left--) {
      const at = indexOfFirst(heads, order);
      const [head] = heads.splice(at, 1) as [Head];
      yield head.document;
      const next = left > 1 ? await headOf(head.source) : undefined;
      if (next !== undefined) heads.splice(at, 0, next);
    }
  } finally {
    for (const source of sources) await source.return?.();
  }
}
