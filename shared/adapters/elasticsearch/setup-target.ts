/**
 * Owns: one data stream or index: making it, and bringing one that is there to the mapping and
 * refresh interval of its template.
 */
import { COLLECTIONS, type CollectionName } from '../../domain/collections.ts';
import { FatalError } from '../../errors/fault.ts';
import type { SetupStep } from '../../ports/event-store.ts';
import { accepted, type Rest } from './rest.ts';
import { fingerprintOf, type Json, type Templates } from './templates.ts';

export interface TargetParts {
  readonly rest: Rest;
  readonly collection: CollectionName;
  readonly target: string;
  /** Fitted to the cluster. */
  readonly templates: Templates;
  readonly streamApi: boolean;
  readonly refreshIntervalSeconds: number;
}

type Kind = 'data stream' | 'index';

export async function setUpTarget(parts: TargetParts): Promise<SetupStep> {
  const { rest, collection, target } = parts;
  const wanted: Kind = COLLECTIONS[collection].mode === 'append' ? 'data stream' : 'index';
  const name = `${wanted} ${target}`;
  const found = await kindOf(rest, target);
  if (found === undefined) {
    await make(parts, wanted);
    const made = await kindOf(rest, target);
    if (made !== wanted) throw wrongKind(target, wanted);
    return { name, state: 'created' };
  }
  if (found !== wanted) throw wrongKind(target, wanted);
  const mapping = await updateMapping(parts, wanted);
  const refresh = await updateRefresh(parts);
  return { name, ...(mapping.state === 'unchanged' ? refresh : mapping) };
}

function wrongKind(target: string, wanted: Kind): FatalError {
  const message = `${target} is there and is no ${wanted}. Move it away (reindex, then delete it) or choose another elasticsearch.namespace.`;
  return new FatalError(message, { code: 'invalid_config' });
}

async function kindOf(rest: Rest, target: string): Promise<Kind | undefined> {
  const reply = await rest.call<{ indices: readonly Json[]; data_streams: readonly Json[] }>({
    method: 'GET',
    path: `/_resolve/index/${target}`,
  });
  if (reply.status === 404) return undefined;
  const found = accepted(reply, `look up ${target}`);
  if (found.data_streams.length > 0) return 'data stream';
  return found.indices.length > 0 ? 'index' : undefined;
}

async function make({ rest, streamApi, target }: TargetParts, kind: Kind): Promise<void> {
  if (kind === 'index' || streamApi) {
    const path = kind === 'index' ? `/${target}` : `/_data_stream/${target}`;
    accepted(await rest.call({ method: 'PUT', path }), `make the ${kind} ${target}`);
    return;
  }
  // The first create makes the data stream, also when the document is refused, as this one is.
  const lines = Buffer.from('{"create":{}}\n{"@timestamp":"no time"}\n');
  accepted(await rest.call({ method: 'POST', path: `/${target}/_bulk`, lines }), `make ${target}`);
}

/** The newest backing index, by name: generations and dates count up. */
async function appliedFingerprint(rest: Rest, target: string): Promise<unknown> {
  const reply = await rest.call<Record<string, { mappings: { _meta?: Json } }>>({
    method: 'GET',
    path: `/${target}/_mapping`,
  });
  const mappings = accepted(reply, `show the mapping of ${target}`);
  const newest = Object.keys(mappings).sort().at(-1) ?? '';
  return mappings[newest]?.mappings._meta?.['podwitness'];
}

type Change = Pick<SetupStep, 'state' | 'detail'>;

async function updateMapping(parts: TargetParts, kind: Kind): Promise<Change> {
  const { rest, target, templates, collection } = parts;
  const applied = await appliedFingerprint(rest, target);
  if (applied === fingerprintOf(templates, collection)) return { state: 'unchanged' };
  const simulated = await rest.call<{ template: { mappings: Json } }>({
    method: 'POST',
    path: `/_index_template/_simulate_index/${target}`,
  });
  const { mappings } = accepted(simulated, `compose the mapping of ${target}`).template;
  const { properties, dynamic, _meta } = mappings;
  const put = await rest.call({
    method: 'PUT',
    path: `/${target}/_mapping`,
    query: { write_index_only: 'true' },
    body: { properties, dynamic, _meta },
  });
  if (put.status < 300) return { state: 'changed', detail: 'new fields' };
  if (kind === 'data stream') {
    accepted(await rest.call({ method: 'POST', path: `/${target}/_rollover` }), `roll ${target}`);
    return { state: 'changed', detail: 'rolled over: field types changed' };
  }
  return {
    state: 'unsupported',
    detail: 'Field types changed, which this index can not follow: reindex it into a new one.',
  };
}

async function updateRefresh(parts: TargetParts): Promise<Change> {
  const { rest, target, refreshIntervalSeconds } = parts;
  const wanted = `${refreshIntervalSeconds}s`;
  const setting = 'index.refresh_interval';
  const reply = await rest.call<Record<string, { settings: Json }>>({
    method: 'GET',
    path: `/${target}/_settings/${setting}`,
    query: { flat_settings: 'true' },
  });
  const settings = Object.values(accepted(reply, `show the settings of ${target}`));
  if (settings.every((index) => index.settings[setting] === wanted)) return { state: 'unchanged' };
  const body = { index: { refresh_interval: wanted } };
  const put = await rest.call({ method: 'PUT', path: `/${target}/_settings`, body });
  accepted(put, `change the refresh interval of ${target}`);
  return { state: 'changed', detail: 'refresh interval' };
}
