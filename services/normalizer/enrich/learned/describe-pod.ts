/**
 * Owns: what a pod was at the time of an event: its workload, node, account and images.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { compact } from '../../map/fields.ts';
import type { Subject } from '../enrich.ts';
import { factKey, type Says } from './fact.ts';
import { type Known, lookup } from './table.ts';
import { isSettled, type Timeline } from './timeline.ts';

/** A pod's place in the cluster; the innermost owner first. */
export interface PodState {
  readonly says: Says;
  readonly owners: readonly Owner[];
  readonly isInferred: boolean;
  /** Of what owns the innermost owner. */
  readonly above?: string;
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
    above: key,
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

function fragmentOf(state: PodState, container: string): JsonObject | undefined {
  const { owners, says } = state;
  const [node, uid] = [textOf(says, 'node'), textOf(says, 'uid')];
  const image = textOf(says, `${IMAGE}${container}`);
  const host = node === undefined ? undefined : { name: node };
  const own = compact({
    ...workloadFields(state),
    service_account: textOf(says, 'account'),
    node,
    images: imagesOf(says),
  });
  const kubernetes = compact({
    ...ownerFields(owners),
    node: host,
    pod: uid === undefined ? undefined : { uid },
  });
  return compact({
    kubernetes,
    host,
    related: node === undefined ? undefined : { hosts: [node] },
    container: image === undefined ? undefined : { image: { name: image } },
    podwitness: own === undefined ? undefined : { pod: own },
  });
}

export type DescribePod = (known: Known, subject: Subject) => JsonObject | undefined;

/** What was made for the last event on a pod, and of what. */
interface Kept {
  readonly container: string;
  readonly above: string | undefined;
  readonly owner: Timeline | undefined;
  readonly fragment: JsonObject | undefined;
}

const MOST_KEPT = 10_000;

function isOwnerSettled(owner: Timeline | undefined, timeMs: number): boolean {
  return owner === undefined || isSettled(owner, timeMs);
}

function isStillSo({ above, owner }: Kept, known: Known, timeMs: number): boolean {
  const now = above === undefined ? undefined : known.timeline(above);
  return now === owner && isOwnerSettled(owner, timeMs);
}

function make(known: Known, subject: Subject, state: PodState | undefined): Kept {
  const above = state?.above;
  const container = subject.facts.container ?? '';
  return {
    container,
    above,
    owner: above === undefined ? undefined : known.timeline(above),
    fragment: state === undefined ? undefined : fragmentOf(state, container),
  };
}

/** Kubelets speak of the same pods all day: putting the parts together again took 11 µs an event. */
export function createDescribePod(): DescribePod {
  let kept = new WeakMap<Timeline, Kept>();
  let size = 0;
  const keep = (timeline: Timeline, what: Kept): void => {
    if (size >= MOST_KEPT) [kept, size] = [new WeakMap(), 0];
    kept.set(timeline, what);
    size += 1;
  };
  return (known, subject) => {
    const { cluster, facts, timeMs } = subject;
    const { namespace, pod } = facts;
    if (typeof pod !== 'string' || typeof namespace !== 'string') return undefined;
    const timeline = known.timeline(factKey('pod', cluster, namespace, pod));
    if (timeline === undefined) return undefined;
    const settled = isSettled(timeline, timeMs);
    const last = settled ? kept.get(timeline) : undefined;
    const isFor = last?.container === (facts.container ?? '');
    if (last !== undefined && isFor && isStillSo(last, known, timeMs)) return last.fragment;
    const made = make(known, subject, podAt(known, subject, namespace, pod));
    if (settled && isOwnerSettled(made.owner, timeMs)) keep(timeline, made);
    return made.fragment;
  };
}
