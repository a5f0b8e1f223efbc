/**
 * Owns: which session an id, or the beginning of one, names.
 */
import { fieldMatches } from '../../../shared/domain/field-path.ts';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { Query, StoredDocument } from '../../../shared/ports/event-store.ts';

export type Search = (query: Query) => AsyncIterable<StoredDocument>;

export type Found =
  | { readonly kind: 'one'; readonly document: StoredDocument }
  | { readonly kind: 'none' }
  /** The newest of those that begin so. */
  | { readonly kind: 'several'; readonly documents: readonly StoredDocument[] };

const ID_FIELD = 'podwitness.session.id';
/** As ids are made; in particular no `*`, which would be a pattern. */
const ID = /^[A-Za-z0-9_-]+$/;
const MIN_PREFIX = 6;
const MAX_LISTED = 20;

/** Throws FatalError (usage) for what can be no id, or is too short to be the beginning of one. */
export function checkId(id: string): void {
  const isId = ID.test(id) && id.length >= MIN_PREFIX;
  if (isId) return;
  throw new FatalError(
    `'${id}' can be no session: name its id, or its first ${MIN_PREFIX} characters or more, as podwitness sessions shows it`,
    { code: 'usage' },
  );
}

async function matching(search: Search, value: string): Promise<readonly StoredDocument[]> {
  const where = [{ field: ID_FIELD, value }];
  const query = { collection: 'sessions', where, order: 'newest', limit: MAX_LISTED } as const;
  const found: StoredDocument[] = [];
  for await (const document of search(query)) found.push(document);
  return found;
}

/** `id` has passed `checkId`. A whole id is never ambiguous, whatever else begins with it. */
export async function findSession(search: Search, id: string): Promise<Found> {
  const [exact] = await matching(search, id);
  if (exact !== undefined) return { kind: 'one', document: exact };
  const documents = await matching(search, `${id}*`);
  const [first] = documents;
  if (first === undefined) return { kind: 'none' };
  return documents.length === 1 ? { kind: 'one', document: first } : { kind: 'several', documents };
}

/** A search among documents that are at hand. */
export function searchIn(documents: readonly StoredDocument[]): Search {
  return async function* search({ limit, where }) {
    const found = documents.filter((document) =>
      where.every(({ field, value }) => fieldMatches(document, field, value)),
    );
    yield* found.slice(0, limit);
  };
}
