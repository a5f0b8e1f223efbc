/**
 * Owns: the least rights in Elasticsearch that each part of the product needs.
 * Does not own: users and API keys: those are the operator's.
 */
import { COLLECTIONS } from '../../domain/collections.ts';
import { FatalError } from '../../errors/fault.ts';
import type { SetupStep } from '../../ports/event-store.ts';
import { COLLECTION_NAMES, targetsOf } from './names.ts';
import { accepted, type ConnectionOptions, openRest, type Rest } from './rest.ts';
import { holds } from './template-diff.ts';

/** Body of `PUT _security/role/<name>`, and of a role descriptor of an API key. */
export interface Role {
  readonly cluster: readonly string[];
  readonly indices: readonly {
    readonly names: readonly string[];
    readonly privileges: readonly string[];
  }[];
}

export type RoleName = 'podwitness_indexer' | 'podwitness_reader' | 'podwitness_setup';

/** The privilege `index` by its actions: by its name it also lets one change the mapping. */
const INDEX_ONLY = ['indices:data/write/index*', 'indices:data/write/bulk*'];

/**
 * Indexer: writes new documents, updates sessions and alerts, looks ids up (`read`), makes recent
 * writes visible for that (`maintenance`), sees that `setup` was run (`view_index_metadata`).
 * Reader (query, console): reads. Setup: templates, policy and the targets; no documents.
 */
export function elasticsearchRoles(namespace: string): Readonly<Record<RoleName, Role>> {
  const targets = targetsOf(namespace);
  const ofMode = (mode: string) =>
    COLLECTION_NAMES.filter((name) => COLLECTIONS[name].mode === mode).map((n) => targets[n]);
  const names = Object.values(targets);
  const writer = ['read', 'view_index_metadata', 'maintenance'];
  return {
    podwitness_indexer: {
      cluster: ['monitor'],
      indices: [
        { names: ofMode('append'), privileges: ['create_doc', ...writer] },
        { names: ofMode('latest'), privileges: [...INDEX_ONLY, ...writer] },
      ],
    },
    podwitness_reader: {
      cluster: ['monitor'],
      indices: [{ names, privileges: ['read', 'view_index_metadata'] }],
    },
    podwitness_setup: {
      cluster: ['monitor', 'manage_index_templates', 'manage_ilm'],
      indices: [
        {
          names,
          privileges: [
            'create_doc',
            'create_index',
            'view_index_metadata',
            'indices:admin/mapping/put',
            'indices:admin/settings/update',
            'indices:admin/rollover',
          ],
        },
      ],
    },
  };
}

/** What Elasticsearch answers below /_security when its security is off. */
const SECURITY_OFF = [400, 405];

/**
 * Makes or mends the three roles; needs the cluster privilege `manage_security`. Idempotent.
 * Where security is off, or this user may not, the step says so.
 */
export async function applyRoles(
  connection: ConnectionOptions,
  namespace: string,
): Promise<readonly SetupStep[]> {
  const rest = openRest(connection);
  try {
    const found = await rest.call({ method: 'GET', path: '/_security/role' });
    if (SECURITY_OFF.includes(found.status)) {
      return [unsupported('the security of this cluster is off: everybody may do everything')];
    }
    const steps: SetupStep[] = [];
    for (const [name, role] of Object.entries(elasticsearchRoles(namespace))) {
      steps.push(await applyRole(rest, name, role));
    }
    return steps;
  } catch (error) {
    if (!(error instanceof FatalError) || error.code !== 'access_denied') throw error;
    return [unsupported('this user may not: let an administrator apply what --print shows')];
  } finally {
    await rest.close();
  }
}

function unsupported(detail: string): SetupStep {
  return { name: 'roles', state: 'unsupported', detail };
}

async function applyRole(rest: Rest, name: string, role: Role): Promise<SetupStep> {
  const path = `/_security/role/${name}`;
  const step = `role ${name}`;
  const found = await rest.call<Record<string, unknown>>({ method: 'GET', path });
  const isThere = found.status !== 404;
  if (isThere && holds(accepted(found, `show the ${step}`)[name], inReplyForm(role))) {
    return { name: step, state: 'unchanged' };
  }
  accepted(await rest.call({ method: 'PUT', path, body: role }), `make the ${step}`);
  return { name: step, state: isThere ? 'changed' : 'created' };
}

/** Elasticsearch adds a default to each entry of `indices`. */
function inReplyForm(role: Role): object {
  const indices = role.indices.map((entry) => ({ ...entry, allow_restricted_indices: false }));
  return { ...role, indices };
}
