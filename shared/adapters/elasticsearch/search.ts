/**
 * Owns: reading: pages of a search at one point in time, counts, which ids exist.
 * Does not own: what a condition means (query.ts).
 */
import { FatalError, TransientError } from '../../errors/fault.ts';
import type { Query, StoredDocument } from '../../ports/event-store.ts';
import type { FieldTypes } from './field-types.ts';
import { buildQuery, type Filter } from './query.ts';
import { accepted, ReplyTooLarge, type Reply, type Rest } from './rest.ts';

export interface Reader {
  readonly rest: Rest;
  readonly types: FieldTypes;
}

interface Page {
  readonly pit_id?: string;
  readonly hits: {
    readonly total?: { readonly value: number };
    readonly hits?: readonly Hit[];
  };
}

interface Hit {
  readonly _id: string;
  readonly _source: StoredDocument;
  readonly sort: readonly unknown[];
}

/** How long the point in time is kept between two pages. */
const KEEP_ALIVE = '5m';
const PAGE_DOCUMENTS = 1_000;
/** A longer reply is asked for again in smaller pages; one document alone may be longer. */
const PAGE_BYTES = 32 * 1024 * 1024;
const IDS_PER_PAGE = 1_000;
/** `index.max_result_window` of an index that nobody has tuned. */
const MAX_HITS = 10_000;

/** Opens a point in time: pages are of one moment, and ties have a total order within it. */
async function openPit(rest: Rest, target: string): Promise<string> {
  const path = `/${target}/_pit`;
  const reply = await rest.call<{ id: string }>({
    method: 'POST',
    path,
    query: { keep_alive: KEEP_ALIVE },
  });
  return accepted(reply, 'search').id;
}

/** Documents in order, page by page. */
export async function* searchDocuments(
  { rest, types }: Reader,
  target: string,
  query: Query,
): AsyncGenerator<StoredDocument> {
  let left = query.limit;
  if (left <= 0) return;
  const pit = { id: await openPit(rest, target), keep_alive: KEEP_ALIVE };
  try {
    const order = query.order === 'newest' ? 'desc' : 'asc';
    const request = {
      ...buildQuery(query, types),
      track_total_hits: false,
      // Equal times: by event.id, the same in every search. What is equal still, or has none:
      // by place in the index, which Elasticsearch adds for a point in time.
      sort: [{ '@timestamp': order }, { 'event.id': { order, unmapped_type: 'keyword' } }],
    };
    let after: readonly unknown[] | undefined;
    let most = PAGE_DOCUMENTS;
    while (left > 0) {
      const size = Math.min(most, left);
      const body = { ...request, pit, ...(after === undefined ? {} : { search_after: after }) };
      const page = await fetchPage(rest, body, size);
      const hits = page.hits.hits ?? [];
      // Fewer than asked for: the last page, or documents so large that pages are smaller now.
      most = Math.max(1, Math.min(most, hits.length));
      pit.id = page.pit_id ?? pit.id;
      yield* hits.map((hit) => hit._source);
      left -= hits.length;
      after = hits.at(-1)?.sort;
      if (after === undefined) return;
    }
  } finally {
    await closePit(rest, pit.id);
  }
}

/** What can't be closed now closes itself; an error here must not hide the search's own. */
async function closePit(rest: Rest, id: string): Promise<void> {
  try {
    await rest.call({ method: 'DELETE', path: '/_pit', body: { id } });
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
  }
}

async function fetchPage(rest: Rest, body: object, size: number): Promise<Page> {
  try {
    const reply = await rest.call<Page>({
      method: 'POST',
      path: '/_search',
      query: {
        allow_partial_search_results: 'false',
        filter_path: 'pit_id,hits.hits._source,hits.hits.sort',
      },
      body: { ...body, size },
      ...(size === 1 ? {} : { maxReplyBytes: PAGE_BYTES }),
    });
    return searched(reply);
  } catch (error) {
    if (!(error instanceof ReplyTooLarge)) throw error;
    return fetchPage(rest, body, Math.max(1, Math.floor(size / 8)));
  }
}

function searched(reply: Reply<Page>): Page {
  if (reply.status === 404) {
    // The point in time has expired, or its node left.
    throw new TransientError('A search took too long between two pages', {
      code: 'store_unavailable',
    });
  }
  const page = accepted(reply, 'search');
  return page.hits === undefined ? { ...page, hits: {} } : page;
}

export async function countDocuments(
  { rest, types }: Reader,
  target: string,
  filter: Filter,
): Promise<number> {
  const reply = await rest.call<Page>({
    method: 'POST',
    path: `/${target}/_search`,
    query: { allow_partial_search_results: 'false', filter_path: 'hits.total.value' },
    body: { ...buildQuery(filter, types), size: 0, track_total_hits: true },
  });
  return accepted(reply, 'count').hits.total?.value ?? 0;
}

export async function refresh(rest: Rest, targets: readonly string[]): Promise<void> {
  const path = `/${targets.join(',')}/_refresh`;
  const query = { ignore_unavailable: 'true', allow_no_indices: 'true' };
  accepted(await rest.call({ method: 'POST', path, query }), 'refresh');
}

/** Which of `ids` are in any backing index; refreshes first, so that recent writes count. */
export async function existingIds(
  rest: Rest,
  target: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  if (ids.length === 0) return found;
  await refresh(rest, [target]);
  for (let from = 0; from < ids.length; from += IDS_PER_PAGE) {
    await addExisting(rest, target, ids.slice(from, from + IDS_PER_PAGE), found);
  }
  return found;
}

async function addExisting(
  rest: Rest,
  target: string,
  ids: readonly string[],
  found: Set<string>,
): Promise<void> {
  const reply = await rest.call<Page>({
    method: 'POST',
    path: `/${target}/_search`,
    query: {
      ignore_unavailable: 'true',
      allow_partial_search_results: 'false',
      filter_path: 'hits.total.value,hits.hits._id',
    },
    body: {
      query: { ids: { values: ids } },
      size: MAX_HITS,
      _source: false,
      track_total_hits: true,
      sort: ['_doc'],
    },
  });
  const { hits } = accepted(reply, 'look up ids');
  const page = hits.hits ?? [];
  for (const hit of page) found.add(hit._id);
  if ((hits.total?.value ?? 0) <= page.length) return;
  // An id may be in several backing indices; halves until all fit.
  if (ids.length === 1)
    throw new FatalError('One id has too many documents', { code: 'invalid_config' });
  const middle = Math.ceil(ids.length / 2);
  await addExisting(rest, target, ids.slice(0, middle), found);
  await addExisting(rest, target, ids.slice(middle), found);
}
