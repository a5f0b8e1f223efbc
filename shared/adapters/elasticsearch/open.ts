/**
 * Owns: the EventStore port on Elasticsearch 8.
 * Does not own: requests (rest.ts), writing (bulk.ts), reading (search.ts), set-up (setup.ts).
 */
import type { CollectionName } from '../../domain/collections.ts';
import { FatalError } from '../../errors/fault.ts';
import type { EventStore, WriteOp } from '../../ports/event-store.ts';
import type { Logger } from '../../ports/telemetry.ts';
import { createWrite } from './bulk.ts';
import { fieldTypes } from './field-types.ts';
import { targetsOf } from './names.ts';
import { accepted, type ConnectionOptions, openRest, type Rest } from './rest.ts';
import { countDocuments, existingIds, refresh, searchDocuments } from './search.ts';
import { setUp } from './setup.ts';
import { type Json, readTemplates } from './templates.ts';

export interface ElasticsearchOptions extends ConnectionOptions {
  /** Last part of the data streams' names. */
  readonly namespace: string;
  /** Folder infra/elastic of the package, with the templates. */
  readonly templatesFolder: string;
  /** How long a write may stay invisible to search; `setup` gives it to the templates. */
  readonly refreshIntervalSeconds?: number;
  /** After which `setup` has the cluster delete; absent: its operator decides. */
  readonly retentionDays?: number | undefined;
  readonly maxRequestBytes?: number;
  readonly concurrency?: number;
  readonly logger: Logger;
}

const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
const CONCURRENCY = 4;
const REFRESH_INTERVAL_SECONDS = 5;
const OLDEST_MAJOR = 8;

/**
 * Connects to nothing yet. Throws FatalError `invalid_config` for a namespace that can't be one.
 * `write` throws FatalError `missing_index` where `setup` has not been run.
 */
export async function openElasticsearchStore(options: ElasticsearchOptions): Promise<EventStore> {
  const targets = targetsOf(options.namespace);
  const templates = readTemplates(options.templatesFolder);
  const rest = openRest(options);
  const reader = { rest, types: fieldTypes(templates) };
  const writeNow = createWrite({
    rest,
    targets,
    maxRequestBytes: options.maxRequestBytes ?? MAX_REQUEST_BYTES,
    concurrency: options.concurrency ?? CONCURRENCY,
  });
  const checkSetup = createSetupCheck(rest, options.logger);
  const checked = async (ops: readonly WriteOp[]) => {
    const collections = new Set(ops.map((op) => op.collection));
    for (const name of collections) await checkSetup(name, targets[name]);
    return writeNow(ops);
  };

  return {
    write: checked,
    existing: (collection, ids) => existingIds(rest, targets[collection], ids),
    search: (query) => searchDocuments(reader, targets[query.collection], query),
    count: (filter) => countDocuments(reader, targets[filter.collection], filter),
    refresh: () => refresh(rest, Object.values(targets)),
    setup: () =>
      setUp({
        rest,
        targets,
        templates,
        refreshIntervalSeconds: options.refreshIntervalSeconds ?? REFRESH_INTERVAL_SECONDS,
        retentionDays: options.retentionDays,
      }),
    ping: () => ping(rest),
    close: () => rest.close(),
  };
}

/**
 * Before the first write to a collection: Elasticsearch makes what is missing by itself, and
 * without our template that is a plain index with guessed types, for good.
 */
function createSetupCheck(rest: Rest, logger: Logger) {
  const checked = new Set<CollectionName>();
  return async (collection: CollectionName, target: string): Promise<void> => {
    if (checked.has(collection)) return;
    const path = `/${target}/_mapping`;
    const query = { filter_path: '*.mappings._meta' };
    const reply = await rest.call<Record<string, { mappings: { _meta: Json } }>>({
      method: 'GET',
      path,
      query,
    });
    if (reply.status === 404) {
      throw new FatalError(`${target} is missing in Elasticsearch: run \`podwitness setup\``, {
        code: 'missing_index',
      });
    }
    const metas = Object.values(accepted(reply, `show the mapping of ${target}`));
    if (!metas.some((index) => index.mappings._meta['podwitness'] !== undefined)) {
      logger.warn({ target }, 'The mapping was not made by setup; searches may find less');
    }
    checked.add(collection);
  };
}

async function ping(rest: Rest): Promise<void> {
  const reply = await rest.call<{ version?: { number?: string } }>({ method: 'GET', path: '/' });
  const version = accepted(reply, 'say its version').version?.number ?? '';
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return;
  throw new FatalError(`Elasticsearch ${OLDEST_MAJOR} or later is needed, not ${version}`, {
    code: 'invalid_config',
  });
}
