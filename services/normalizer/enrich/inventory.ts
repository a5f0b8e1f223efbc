/**
 * Owns: to whom a cluster and a namespace belong, and how much hangs on them.
 * Does not own: the file that says so (shared/config/inventory.ts).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { wildcard, type Wildcard } from '../../../shared/domain/wildcard.ts';
import { remembered } from '../remembered.ts';

/** Absent: the entries that are less specific say it, or nobody. */
interface Ownership {
  readonly environment?: string | undefined;
  readonly team?: string | undefined;
  readonly owner?: string | undefined;
  readonly criticality?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Of one name, or of all that a pattern with `*` matches. */
export interface NamespaceEntry extends Ownership {
  readonly name: string;
}

export interface ClusterEntry extends Ownership {
  readonly name: string;
  readonly namespaces?: readonly NamespaceEntry[] | undefined;
}

/** Fields to stand under `podwitness`; undefined: it is in no entry. */
export type Inventory = (cluster: string, namespace: string | undefined) => JsonObject | undefined;

const MAX_CLUSTERS = 1000;
/** Anybody may ask for a namespace that is not there. */
const MAX_NAMESPACES = 10_000;

/** An exact name before every pattern, then the pattern that says most of the name. */
function exactness(name: string): number {
  return name.includes('*') ? name.replaceAll('*', '').length : Number.MAX_SAFE_INTEGER;
}

interface Entry {
  readonly owned: Ownership;
  readonly cluster: Wildcard;
  /** Absent: the entry is about the cluster. */
  readonly namespace?: Wildcard;
  readonly rank: readonly [isNamespace: number, namespace: number, cluster: number];
}

function entriesOf(clusters: readonly ClusterEntry[]): readonly Entry[] {
  const entries = clusters.flatMap((cluster): Entry[] => {
    const { name, namespaces = [] } = cluster;
    const matches = wildcard(name);
    const ofCluster = exactness(name);
    const below = namespaces.map((owned): Entry => {
      const rank = [1, exactness(owned.name), ofCluster] as const;
      return { owned, cluster: matches, namespace: wildcard(owned.name), rank };
    });
    return [{ owned: cluster, cluster: matches, rank: [0, 0, ofCluster] }, ...below];
  });
  const compare = ({ rank: a }: Entry, { rank: b }: Entry) =>
    b[0] - a[0] || b[1] - a[1] || b[2] - a[2];
  return entries.sort(compare);
}

/** Each field from the first entry that has it; labels from all. */
function fieldsOf(entries: readonly Entry[]): JsonObject | undefined {
  const known = entries.map(({ owned }) => owned);
  const first = (name: 'environment' | 'team' | 'owner' | 'criticality') =>
    known.find((owned) => owned[name] !== undefined)?.[name];
  const labels = known.toReversed().flatMap((owned) => Object.entries(owned.labels ?? {}));
  const fields = {
    environment: first('environment'),
    team: first('team'),
    owner: first('owner'),
    criticality: first('criticality'),
    labels: labels.length === 0 ? undefined : Object.fromEntries(labels),
  };
  return Object.values(fields).some((value) => value !== undefined) ? fields : undefined;
}

/** Of equals the first in the file counts. */
export function createInventory(clusters: readonly ClusterEntry[]): Inventory {
  const entries = entriesOf(clusters);
  const ofCluster = remembered((cluster) => {
    const here = entries.filter((entry) => entry.cluster(cluster));
    return remembered(
      (name) =>
        fieldsOf(
          here.filter(
            ({ namespace }) => namespace === undefined || (name !== '' && namespace(name)),
          ),
        ),
      MAX_NAMESPACES,
    );
  }, MAX_CLUSTERS);
  return (cluster, namespace = '') => ofCluster(cluster)(namespace);
}
