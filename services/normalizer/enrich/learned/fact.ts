/**
 * Owns: the shape of what is learnt: one thing (a pod, what owns it, a binding, a role, a token) and
 * what was said of it at one time.
 * Does not own: what follows from several (timeline.ts), where they come from (learn.ts).
 */

/** Short texts by name; `image:<container>` for each container of a pod. */
export type Says = Readonly<Record<string, string | readonly string[]>>;

/** `start`: it begins, and is another one than whatever had the name before; `end`: it is gone. */
export type Change = 'start' | 'set' | 'end';

export interface Observation {
  /** The event's time, milliseconds since 1970. */
  readonly atMs: number;
  readonly change: Change;
  readonly says: Says;
}

export interface Fact extends Observation {
  readonly key: string;
}

/**
 * `pod`; `owner`: a ReplicaSet or Job, which belongs to something larger; `binding` and `role`: of a
 * namespace or of the cluster; `use`: of what a binding gives somebody, the first that was seen;
 * `token`: one that was issued, by its id.
 */
export type FactKind = 'pod' | 'owner' | 'binding' | 'role' | 'use' | 'token';

/** Names of objects have no `/`; one that has (nobody but a forger sends it) meets only itself. */
export function factKey(kind: FactKind, cluster: string, namespace: string, name: string): string {
  return `${kind}/${cluster}/${namespace}/${name}`;
}

/** Second part of a key. */
export function clusterOf(key: string): string {
  const begin = key.indexOf('/') + 1;
  const end = key.indexOf('/', begin);
  return end < 0 ? '' : key.slice(begin, end);
}

/** What is said of these can change while they live; of the others it is so from begin to end. */
export function isMutable(key: string): boolean {
  return key.startsWith('binding/') || key.startsWith('role/');
}
