/**
 * Owns: what a pod was at the time of an event: its workload, node, account and images.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { compact } from '../../map/fields.ts';
import type { Subject } from '../enrich.ts';
import { factKey, type Says } from './fact.ts';
import { type Known, lookup } from './table.ts';

/** A pod's place in the cluster; the innermost owner first. */
export interface PodState {
  readonly says: Says;
  readonly owners: readonly Owner[];
  readonly isInferred: boolean;
}

interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** Where Elastic's Kubernetes fields have the name of an owner. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['Deployment', 'deployment'],
  ['ReplicaSet', 'replicaset'],
  ['StatefulSet', 'statefulset'],
  ['DaemonSet', 'daemonset'],
  ['Job', 'job'],
  ['CronJob', 'cronjob'],
]);
const IMAGE = 'image:';

export function textOf(says: Says, name: string): string | undefined {
  const value = says[name];
  return typeof value === 'string' ? value : undefined;
}

function ownerOf(text: string | undefined): Owner | undefined {
  const slash = text?.indexOf('/') ?? -1;
  if (text === undefined || slash < 0) return undefined;
  return { kind: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** A ReplicaSet that was made for a Deployment is named after it and the pods' template. */
function byHash({ kind, name }: Owner, hash: string | undefined): Owner | undefined {
  if (kind !== 'ReplicaSet' || hash === undefined || !name.endsWith(`-${hash}`)) return undefined;
  return { kind: 'Deployment', name: name.slice(0, -hash.length - 1) };
}

/** Undefined: nothing is known of it. */
export function podAt(
  known: Known,
  { cluster, timeMs }: Pick<Subject, 'cluster' | 'timeMs'>,
  namespace: string,
  name: string,
): PodState | undefined {
  const says = lookup(known, factKey('pod', cluster, namespace, name), timeMs)?.says;
  if (says === undefined) return undefined;
  const inner = ownerOf(textOf(says, 'owner'));
  if (inner === undefined) return { says, owners: [], isInferred: false };
  const key = factKey('owner', cluster, namespace, `${inner.kind}/${inner.name}`);
  const above = lookup(known, key, timeMs)?.says;
  const outer = ownerOf(above && textOf(above, 'owner')) ?? byHash(inner, textOf(says, 'hash'));
  return {
    says,
    owners: outer === undefined ? [inner] : [inner, outer],
    isInferred: says['inferred'] !== undefined || above?.['inferred'] !== undefined,
  };
}

/** `podwitness.*.workload`: what a person would call the owner. */
export function workloadFields({ isInferred, owners }: PodState): JsonObject {
  const outer = owners.at(-1);
  return {
    workload_kind: outer?.kind,
    workload: outer?.name,
    workload_inferred: isInferred ? true : undefined,
  };
}

function ownerFields(owners: readonly Owner[]): JsonObject {
  const fields = owners.flatMap(({ kind, name }) => {
    const field = FIELDS.get(kind);
    return field === undefined ? [] : [[field, { name }] as const];
  });
  return Object.fromEntries(fields);
}

/** Undefined unless all of them are known: one that is not named would be taken for not there. */
function imagesOf(says: Says): readonly string[] | undefined {
  if (says['whole'] === undefined) return undefined;
  const images = Object.keys(says).flatMap((name) =>
    name.startsWith(IMAGE) ? (textOf(says, name) ?? []) : [],
  );
  return images.length === 0 ? undefined : [...new Set(images)].sort();
}

export function describePod(known: Known, subject: Subject): JsonObject | undefined {
  const { container, namespace, pod } = subject.facts;
  if (typeof pod !== 'string' || typeof namespace !== 'string') return undefined;
  const state = podAt(known, subject, namespace, pod);
  if (state === undefined) return undefined;
  const { owners, says } = state;
  const node = textOf(says, 'node');
  const uid = textOf(says, 'uid');
  const image = typeof container === 'string' ? textOf(says, `${IMAGE}${container}`) : undefined;
  const of = node === undefined ? undefined : { name: node };
  const own = compact({
    ...workloadFields(state),
    service_account: textOf(says, 'account'),
    node,
    images: imagesOf(says),
  });
  const kubernetes = {
    ...ownerFields(owners),
    ...(of === undefined ? {} : { node: of }),
    ...(uid === undefined ? {} : { pod: { uid } }),
  };
  if (own === undefined && uid === undefined) return undefined;
  return {
    kubernetes,
    ...(of === undefined ? {} : { host: of, related: { hosts: [node] } }),
    ...(image === undefined ? {} : { container: { image: { name: image } } }),
    ...(own === undefined ? {} : { podwitness: { pod: own } }),
  };
}
