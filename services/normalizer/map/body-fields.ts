/**
 * Owns: the typed copies of bodies, `kubernetes.audit.requestObject` and `responseObject`: the fields
 * that the templates map, under the names and types that Elastic's rules assume. What has another
 * type is left out here, and stands in the whole body (whole-body.ts).
 */
import type { JsonObject } from '../read/leaf.ts';
import { compact, flag, object, objects, text, texts, whole } from './fields.ts';

/** What `one` makes of each object of a list; undefined where that is nothing. */
function each(
  value: unknown,
  one: (from: JsonObject) => JsonObject | undefined,
): readonly JsonObject[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const made = objects(value).flatMap((from): readonly JsonObject[] => {
    const kept = one(from);
    return kept === undefined ? [] : [kept];
  });
  return made.length > 0 ? made : undefined;
}

function within(
  value: unknown,
  one: (from: JsonObject) => JsonObject | undefined,
): JsonObject | undefined {
  const from = object(value);
  return from === undefined ? undefined : one(from);
}

function rule(from: JsonObject): JsonObject | undefined {
  return compact({
    apiGroups: texts(from['apiGroups']),
    resources: texts(from['resources']),
    resourceNames: texts(from['resourceNames']),
    verbs: texts(from['verbs']),
    nonResourceURLs: texts(from['nonResourceURLs']),
  });
}

function subject(from: JsonObject): JsonObject | undefined {
  return compact({
    apiGroup: text(from['apiGroup']),
    kind: text(from['kind']),
    name: text(from['name']),
    namespace: text(from['namespace']),
  });
}

function roleRef(from: JsonObject): JsonObject | undefined {
  return compact({
    apiGroup: text(from['apiGroup']),
    kind: text(from['kind']),
    name: text(from['name']),
  });
}

function capabilities(from: JsonObject): JsonObject | undefined {
  return compact({ add: texts(from['add']), drop: texts(from['drop']) });
}

/** Of a pod or of a container: what only the other has is not there. */
function security(from: JsonObject): JsonObject | undefined {
  return compact({
    privileged: flag(from['privileged']),
    allowPrivilegeEscalation: flag(from['allowPrivilegeEscalation']),
    runAsNonRoot: flag(from['runAsNonRoot']),
    runAsUser: whole(from['runAsUser']),
    runAsGroup: whole(from['runAsGroup']),
    procMount: text(from['procMount']),
    capabilities: within(from['capabilities'], capabilities),
  });
}

function mount(from: JsonObject): JsonObject | undefined {
  return compact({ mountPath: text(from['mountPath']), name: text(from['name']) });
}

function container(from: JsonObject): JsonObject | undefined {
  return compact({
    name: text(from['name']),
    image: text(from['image']),
    targetContainerName: text(from['targetContainerName']),
    command: texts(from['command']),
    args: texts(from['args']),
    volumeMounts: each(from['volumeMounts'], mount),
    securityContext: within(from['securityContext'], security),
  });
}

function volume(from: JsonObject): JsonObject | undefined {
  const hostPath = object(from['hostPath']);
  if (hostPath === undefined) return undefined;
  return compact({
    hostPath: compact({ path: text(hostPath['path']), type: text(hostPath['type']) }),
  });
}

function spec(from: JsonObject): JsonObject | undefined {
  return compact({
    type: text(from['type']),
    serviceAccountName: text(from['serviceAccountName']),
    restartPolicy: text(from['restartPolicy']),
    nodeName: text(from['nodeName']),
    hostNetwork: flag(from['hostNetwork']),
    hostPID: flag(from['hostPID']),
    hostIPC: flag(from['hostIPC']),
    securityContext: within(from['securityContext'], security),
    containers: each(from['containers'], container),
    initContainers: each(from['initContainers'], container),
    ephemeralContainers: each(from['ephemeralContainers'], container),
    volumes: each(from['volumes'], volume),
  });
}

/** Total; undefined for a body of which no field is mapped. */
export function bodyFields(from: JsonObject | undefined): JsonObject | undefined {
  if (from === undefined) return undefined;
  return compact({
    spec: within(from['spec'], spec),
    rules: each(from['rules'], rule),
    roleRef: within(from['roleRef'], roleRef),
    subjects: each(from['subjects'], subject),
  });
}
