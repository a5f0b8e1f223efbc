/**
 * Owns: `podwitness.workload` of what is written: pods, and whatever holds a template for pods.
 * Does not own: what a pod's spec says (pod-spec.ts).
 */
import { isObject, type JsonObject } from '../../../shared/domain/json.ts';
import { object, objects, text } from '../map/fields.ts';
import { listedNumbers, short } from './lists.ts';
import {
  CONTAINERS,
  noPods,
  notePodAnnotations,
  notePodSpec,
  type Pods,
  podFields,
} from './pod-spec.ts';
import type { Written } from './written.ts';

type Path = readonly string[];

interface Holder {
  readonly kind: string;
  readonly group: string;
  /** Where the pod, or the template of pods, stands. */
  readonly template: Path;
}

function holder(kind: string, group: string, ...template: Path): Holder {
  return { kind, group, template };
}

const HOLDERS: ReadonlyMap<unknown, Holder> = new Map([
  ['pods', holder('Pod', '')],
  ['podtemplates', holder('PodTemplate', '', 'template')],
  ['replicationcontrollers', holder('ReplicationController', '', 'spec', 'template')],
  ['deployments', holder('Deployment', 'apps', 'spec', 'template')],
  ['replicasets', holder('ReplicaSet', 'apps', 'spec', 'template')],
  ['statefulsets', holder('StatefulSet', 'apps', 'spec', 'template')],
  ['daemonsets', holder('DaemonSet', 'apps', 'spec', 'template')],
  ['jobs', holder('Job', 'batch', 'spec', 'template')],
  ['cronjobs', holder('CronJob', 'batch', 'spec', 'jobTemplate', 'spec', 'template')],
]);
/** Groups of Kubernetes itself without pods in them; an aggregated or custom API has another. */
const OF_KUBERNETES = /^(?:|apps|batch|extensions|policy|autoscaling|[a-z.]+\.k8s\.io)$/;
/** So many values of one custom resource, or one patch of it, are looked into. */
const MAX_NODES = 100_000;

function notePod(pods: Pods, pod: JsonObject | undefined): void {
  const spec = object(pod?.['spec']);
  if (spec !== undefined) notePodSpec(pods, spec);
  const annotations = object(object(pod?.['metadata'])?.['annotations']);
  if (annotations !== undefined) notePodAnnotations(pods, annotations);
}

function at(part: JsonObject, path: Path): JsonObject | undefined {
  let found: JsonObject | undefined = part;
  for (const name of path) found = object(found?.[name]);
  return found;
}

function holdsContainers(value: JsonObject): boolean {
  for (const name of CONTAINERS) if (objects(value[name]).length > 0) return true;
  return false;
}

/** A spec with containers; of a template that is patched, whatever it holds. */
function noteIfPod(pods: Pods, value: JsonObject, isPatch: boolean): void {
  const spec = object(value['spec']);
  if (spec !== undefined && holdsContainers(spec)) notePod(pods, value);
  const patched = isPatch ? object(object(value['template'])?.['spec']) : undefined;
  if (patched !== undefined && !holdsContainers(patched)) notePodSpec(pods, patched);
}

/** Pods of a custom resource, wherever in it, nearest to the root first. */
function search(pods: Pods, { isPatch, parts }: Written): void {
  const queue: object[] = parts.slice(0, MAX_NODES);
  for (let next = 0; next < queue.length; next++) {
    const value = queue[next];
    if (isObject(value)) noteIfPod(pods, value, isPatch);
    for (const child of childrenOf(value)) {
      if (queue.length >= MAX_NODES) break;
      if (typeof child === 'object' && child !== null) queue.push(child);
    }
  }
}

function childrenOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : Object.values(object(value) ?? {});
}

/** A volume that names a path of a node, which a pod may claim without a word of hostPath. */
function noteVolume(pods: Pods, part: JsonObject): void {
  const { hostPath, local } = object(part['spec']) ?? {};
  notePodSpec(pods, { volumes: [{ hostPath }, { hostPath: local }] });
}

interface Found {
  readonly kind: string | undefined;
  readonly source: 'object' | 'template';
}

function noteParts(pods: Pods, written: Written): Found | undefined {
  const { parts, ref } = written;
  const resource = ref['resource'];
  const group = text(ref['apiGroup']) ?? '';
  const known = HOLDERS.get(resource);
  if (known !== undefined && (known.group === group || group === 'extensions')) {
    for (const part of parts) notePod(pods, at(part, known.template));
    return { kind: known.kind, source: known.template.length === 0 ? 'object' : 'template' };
  }
  if (resource === 'persistentvolumes' && group === '') {
    for (const part of parts) noteVolume(pods, part);
    return { kind: 'PersistentVolume', source: 'object' };
  }
  if (OF_KUBERNETES.test(group)) return undefined;
  search(pods, written);
  return { kind: short(parts[0]?.['kind']), source: 'template' };
}

export interface Workload {
  readonly workload: JsonObject;
  readonly hostPorts: readonly number[] | undefined;
}

/** Undefined: there is nothing of a pod in it. */
export function workloadOf(written: Written): Workload | undefined {
  const pods = noPods();
  const found = noteParts(pods, written);
  const fields = found === undefined ? undefined : podFields(pods, written.isPatch);
  const hostPorts = listedNumbers(pods.hostPorts);
  if (found === undefined || (fields === undefined && hostPorts === undefined)) return undefined;
  const { kind, source } = found;
  const name = short(written.ref['name']);
  return {
    workload: { kind, name, ...fields, source: written.isPatch ? 'patch' : source },
    hostPorts,
  };
}
