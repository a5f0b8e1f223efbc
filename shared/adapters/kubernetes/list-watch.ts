/**
 * Owns: being told of all objects of a kind, and of each change: a list in pages, then a watch from
 * where the list ends; again from the list when the server has forgotten that place.
 * Source: Kubernetes API concepts, "Efficient detection of changes", "Retrieving large results sets in
 * chunks", "410 Gone responses".
 */
import type { JsonObject } from '../../domain/json.ts';
import { ApiError, type Connection } from './connection.ts';

export interface ListWatch {
  readonly connection: Connection;
  /** `/api/v1/pods`. */
  readonly path: string;
  onObject(object: JsonObject): void;
  onDeleted(object: JsonObject): void;
  /** All that there is has been told. */
  onListed(): void;
  /** It goes on by itself, after `waitMs`. */
  onTrouble(error: Error, waitMs: number): void;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const PAGE = 500;
const WATCH_SECONDS = 290;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
const GONE = 410;

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

function versionOf(value: unknown): string {
  const version = objectOf(objectOf(value)['metadata'])['resourceVersion'];
  return typeof version === 'string' ? version : '';
}

/** The place from which to watch. */
async function list({ connection, onObject, path }: ListWatch, signal: AbortSignal) {
  for (let next = ''; ; ) {
    const more = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
    const page = objectOf(await connection.get(`${path}?limit=${PAGE}${more}`, signal));
    const items = Array.isArray(page['items']) ? page['items'] : [];
    for (const item of items) onObject(objectOf(item));
    const token = objectOf(page['metadata'])['continue'];
    if (typeof token !== 'string' || token === '') return versionOf(page);
    next = token;
  }
}

/** Undefined: the place is gone; otherwise where the next watch begins. */
async function watch(
  { connection, onDeleted, onObject, path }: ListWatch,
  from: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}`;
  const place = `${path}?${query}&resourceVersion=${encodeURIComponent(from)}`;
  let at = from;
  for await (const line of connection.lines(place, signal)) {
    const { object, type } = objectOf(line);
    if (type === 'ERROR') {
      if (objectOf(object)['code'] === GONE) return undefined;
      throw new Error('The API server ended a watch with an error');
    }
    at = versionOf(object) || at;
    if (type === 'DELETED') onDeleted(objectOf(object));
    if (type === 'ADDED' || type === 'MODIFIED') onObject(objectOf(object));
  }
  return at;
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === GONE;
}

/** Until the signal aborts. Never throws: what goes wrong is told and tried again. */
export async function listAndWatch(what: ListWatch, signal: AbortSignal): Promise<void> {
  let at: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (at === undefined) {
        at = await list(what, signal);
        what.onListed();
      } else {
        at = await watch(what, at, signal);
        // A proxy that ends each at once must not be asked without a pause.
        await what.sleep(FIRST_WAIT_MS, signal);
      }
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (isGone(error)) at = undefined;
      const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
      failures += 1;
      what.onTrouble(error instanceof Error ? error : new Error(String(error)), waitMs);
      await what.sleep(waitMs, signal);
    }
  }
}
