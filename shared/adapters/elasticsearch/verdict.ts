/**
 * Owns: what the reply to a bulk request says about each operation. Pure.
 * Nothing is read from `errors: false`: every operation has a status of its own, or the reply is
 * not believed.
 */
import { type Fault, FatalError, TransientError } from '../../errors/fault.ts';
import type { WriteOp, WriteVerdict } from '../../ports/event-store.ts';

/** The parts of a bulk reply that are read here, for `filter_path`. */
export const BULK_FILTER = [
  'items.*.status',
  'items.*.error.type',
  'items.*.error.reason',
  'items.*.error.caused_by.type',
].join(',');

interface ItemError {
  readonly type?: unknown;
  readonly reason?: unknown;
  readonly caused_by?: { readonly type?: unknown };
}

interface ItemResult {
  readonly status?: unknown;
  readonly error?: ItemError;
}

type Kind = WriteOp['kind'];

/**
 * Verdicts in the order of `kinds`, the operations of the request. Throws FatalError where a person
 * is needed (credentials, missing set-up), TransientError where the reply does not fit the request.
 */
export function readVerdicts(kinds: readonly Kind[], body: unknown): readonly WriteVerdict[] {
  const items = (body as { items?: unknown } | null | undefined)?.items;
  if (!Array.isArray(items) || items.length !== kinds.length) {
    const count = Array.isArray(items) ? items.length : 'no';
    throw new TransientError(
      `Elasticsearch answered for ${count} operations of ${kinds.length} in a bulk request`,
      { code: 'store_unavailable' },
    );
  }
  return kinds.map((kind, i) => readItem(kind, items[i]));
}

function readItem(kind: Kind, item: unknown): WriteVerdict {
  const action = kind === 'create' ? 'create' : 'index';
  const result = (item as Readonly<Record<string, ItemResult>> | null)?.[action];
  const status = result?.status;
  if (typeof status !== 'number') {
    throw new TransientError('Elasticsearch answered for another operation in a bulk request', {
      code: 'store_unavailable',
    });
  }
  return verdictOf(kind, status, result?.error ?? {});
}

function verdictOf(kind: Kind, status: number, error: ItemError): WriteVerdict {
  if (status >= 200 && status < 300) return { kind: 'written' };
  if (status === 409) return { kind: kind === 'create' ? 'duplicate' : 'stale' };
  if (status === 429 || status >= 500 || isBlocked(error)) return { kind: 'retry' };
  if (status === 401 || status === 403) {
    throw new FatalError(`Elasticsearch refused a write (${typesOf(error)})`, {
      code: 'access_denied',
    });
  }
  if (status === 404) {
    throw new FatalError(`An index is missing in Elasticsearch (${typesOf(error)})`, {
      code: 'missing_index',
    });
  }
  return { kind: 'refused', fault: faultOf(error) };
}

/**
 * The index or the cluster takes no writes for now (403, on some ways 429): the disk has passed its
 * flood-stage watermark, or an operator has set the block. Neither the document nor the rights are
 * at fault, and what is refused today is taken once the block is lifted.
 */
export function isBlocked(error: unknown): boolean {
  const type = (error as { readonly type?: unknown } | null | undefined)?.type;
  return type === 'cluster_block_exception';
}

function typesOf(error: ItemError): string {
  return [error.type, error.caused_by?.type]
    .filter((type): type is string => typeof type === 'string')
    .join(', ');
}

/** Where Elasticsearch names a field in a reason; the rest of it may quote the document. */
const FIELD_IN_REASON =
  /\bfield (?:name )?\[([\w@./-]{1,200})\]|object mapping for \[([\w@./-]{1,200})\]/;

function faultOf(error: ItemError): Fault {
  const found = typeof error.reason === 'string' ? FIELD_IN_REASON.exec(error.reason) : null;
  const field = found?.[1] ?? found?.[2];
  const message = `Elasticsearch: ${typesOf(error)}`;
  return field === undefined
    ? { code: 'document_refused', message }
    : { code: 'document_refused', message: `${message}, field ${field}`, field };
}
