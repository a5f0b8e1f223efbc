/**
 * Owns: what tells a debug session from other writes: who made a pod, by its label, and the ephemeral
 * containers that a request adds to one.
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { compact, object, objects, text } from '../map/fields.ts';
import { listed, note } from './lists.ts';
import { noPods, notePodSpec, podFields } from './pod-spec.ts';
import type { Written } from './written.ts';

/** Who makes pods to debug with: kubectl gives its label since 1.34, and others as others like. */
const LABELS: readonly (readonly [label: string, value: string, tool: 'kubectl' | 'oc'])[] = [
  ['app.kubernetes.io/managed-by', 'kubectl-debug', 'kubectl'],
  ['debug.openshift.io/managed-by', 'oc-debug', 'oc'],
];

/** By the labels of a pod; shippers change dots in keys. */
export function debugTool(pod: JsonObject | undefined): 'kubectl' | 'oc' | undefined {
  const labels = object(object(pod?.['metadata'])?.['labels']);
  if (labels === undefined) return undefined;
  const found = LABELS.find(
    ([label, value]) => (labels[label] ?? labels[label.replaceAll('.', '_')]) === value,
  );
  return found?.[2];
}

/** Names of ephemeral containers that the pod had before: the kubelet reports on them. */
function known(pod: JsonObject | undefined): readonly string[] {
  const statuses = objects(object(pod?.['status'])?.['ephemeralContainerStatuses']);
  return statuses.flatMap((status) => text(status['name']) ?? []);
}

/** Until 1.22 the body was a kind of its own, without a spec. */
function containersIn(part: JsonObject): readonly JsonObject[] {
  const spec = object(part['spec']);
  return objects(spec?.['ephemeralContainers'] ?? part['ephemeralContainers']);
}

/**
 * What the request adds: of a whole pod, or of a list that is put in place of the old one, what the
 * kubelet does not report on yet.
 */
function added({ parts, result }: Written): readonly JsonObject[] {
  const before = new Set([...parts, result].flatMap(known));
  return parts
    .flatMap(containersIn)
    .filter((container) => !before.has(text(container['name']) ?? ''));
}

/** `podwitness.request.ephemeral`; undefined: there is nothing of one in it. */
function ephemeralOf(written: Written): JsonObject | undefined {
  const containers = added(written);
  if (containers.length === 0) return undefined;
  const pods = noPods();
  notePodSpec(pods, { ephemeralContainers: containers });
  const { images, privileged, unconfined, ...fields } = podFields(pods, written.isPatch) ?? {};
  const targets = new Set<string>();
  for (const container of containers) note(targets, container['targetContainerName']);
  const names = fields['containers'];
  return compact({ containers: names, images, targets: listed(targets), privileged, unconfined });
}

/** Fields of `podwitness.request`; undefined: nothing is debugged, as far as it is seen. */
export function debugOf(written: Written): JsonObject | undefined {
  const { parts, ref, result } = written;
  if (ref['resource'] !== 'pods' || (ref['apiGroup'] ?? '') !== '') return undefined;
  if (ref['subresource'] === 'ephemeralcontainers') {
    const ephemeral = ephemeralOf(written);
    return ephemeral && { ephemeral };
  }
  if (ref['subresource'] !== undefined || written.isPatch) return undefined;
  const debug = debugTool(parts[0]) ?? debugTool(result);
  return debug && { debug };
}
