/**
 * Owns: what of a pod's spec decides on what it can do to its node, and as whom it runs.
 * Does not own: where in a body pod specs stand (pod-specs.ts). What is not said stays absent.
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { object, objects, text } from '../map/fields.ts';
import { listed, note, noteAll, noteNumber, short } from './lists.ts';

/** How often something is said to be so, and not to be so. */
interface Said {
  yes: number;
  no: number;
}

export interface Pods {
  containers: number;
  readonly said: Map<string, Said>;
  readonly lists: Map<string, Set<string>>;
  readonly hostPorts: Set<number>;
  serviceAccount: string | undefined;
  nodeName: string | undefined;
}

export function noPods(): Pods {
  return {
    ...{ containers: 0, said: new Map(), lists: new Map(), hostPorts: new Set() },
    ...{ serviceAccount: undefined, nodeName: undefined },
  };
}

export const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers'];
const POD_FLAGS = [
  ['hostNetwork', 'host_network'],
  ['hostPID', 'host_pid'],
  ['hostIPC', 'host_ipc'],
  ['automountServiceAccountToken', 'automount_token'],
  ['shareProcessNamespace', 'share_process_namespace'],
] as const;
/** Said by containers: no is an answer only if each of them says it. */
const OF_CONTAINERS = new Set(['privileged', 'host_process', 'allow_privilege_escalation']);
const CONTROL_PLANE = /^node-role\.kubernetes\.io\/(?:control-plane|master)$/;
/** Whoever can write to one of these runs what he likes on the node; a folder has what is in it. */
const SOCKETS = [
  ...['/run/docker.sock', '/run/containerd/containerd.sock', '/run/crio/crio.sock'],
  ...['/run/cri-dockerd.sock', '/run/podman/podman.sock', '/run/k3s/containerd/containerd.sock'],
];

function say(pods: Pods, field: string, value: unknown): void {
  if (typeof value !== 'boolean') return;
  const said = pods.said.get(field) ?? { yes: 0, no: 0 };
  if (value) said.yes += 1;
  else said.no += 1;
  pods.said.set(field, said);
}

function setOf(pods: Pods, field: string): Set<string> {
  const known = pods.lists.get(field);
  if (known !== undefined) return known;
  const made = new Set<string>();
  pods.lists.set(field, made);
  return made;
}

function put(pods: Pods, field: string, value: unknown): void {
  if (value !== undefined) note(setOf(pods, field), value);
}

function isUnconfined(profile: unknown): boolean {
  return object(profile)?.['type'] === 'Unconfined';
}

function noteConfinement(pods: Pods, security: JsonObject): void {
  if (isUnconfined(security['seccompProfile'])) put(pods, 'unconfined', 'seccomp');
  if (isUnconfined(security['appArmorProfile'])) put(pods, 'unconfined', 'apparmor');
  if (object(security['seLinuxOptions'])?.['type'] === 'spc_t') put(pods, 'unconfined', 'selinux');
  const windows = object(security['windowsOptions']);
  if (windows !== undefined) say(pods, 'host_process', windows['hostProcess']);
}

/** A container's own word counts before the pod's. */
function noteUser(pods: Pods, own: JsonObject, shared: JsonObject): void {
  const user = own['runAsUser'] ?? shared['runAsUser'];
  const isNonRoot = own['runAsNonRoot'] ?? shared['runAsNonRoot'];
  const isUnsaid = user === undefined || user === null;
  if (user === 0 || (isUnsaid && isNonRoot === false)) say(pods, 'run_as_root', true);
}

function noteSecurity(pods: Pods, security: JsonObject): void {
  say(pods, 'privileged', security['privileged']);
  say(pods, 'allow_privilege_escalation', security['allowPrivilegeEscalation']);
  put(pods, 'proc_mounts', security['procMount']);
  const capabilities = object(security['capabilities']);
  if (capabilities !== undefined) {
    noteAll(setOf(pods, 'capabilities_added'), capabilities['add']);
  }
  noteConfinement(pods, security);
}

function noteContainer(pods: Pods, container: JsonObject, shared: JsonObject): void {
  pods.containers += 1;
  put(pods, 'images', container['image']);
  put(pods, 'containers', container['name']);
  for (const port of objects(container['ports'])) noteNumber(pods.hostPorts, port['hostPort']);
  const security = object(container['securityContext']);
  if (security !== undefined) noteSecurity(pods, security);
  noteUser(pods, security ?? {}, shared);
}

function reachesSocket(path: string): boolean {
  const plain = `/${path
    .split('/')
    .filter((s) => s !== '' && s !== '.')
    .join('/')}`;
  const below = plain === '/var/run' || plain.startsWith('/var/run/') ? plain.slice(4) : plain;
  if (/\/(?:docker|containerd|crio|cri-dockerd|podman|dockershim)\.sock$/.test(below)) return true;
  return SOCKETS.some(
    (socket) =>
      socket === below || below === '/' || below === '/var' || socket.startsWith(`${below}/`),
  );
}

function noteVolumes(pods: Pods, spec: JsonObject, containers: readonly JsonObject[]): void {
  const ofHost = new Map<unknown, string>();
  for (const volume of objects(spec['volumes'])) {
    const path = object(volume['hostPath'])?.['path'];
    if (typeof path !== 'string') continue;
    put(pods, 'host_paths', path);
    if (reachesSocket(path)) say(pods, 'runtime_socket', true);
    ofHost.set(volume['name'], path);
  }
  if (ofHost.size === 0) return;
  for (const container of containers) {
    for (const mount of objects(container['volumeMounts'])) {
      const path = ofHost.get(mount['name']);
      if (mount['readOnly'] !== true) put(pods, 'writable_host_paths', path);
    }
  }
}

/** The control plane's taint is NoSchedule; a toleration without a key is for all taints. */
function toleratesControlPlane({ effect, key, operator }: JsonObject): boolean {
  if (effect !== undefined && effect !== '' && effect !== 'NoSchedule') return false;
  const isForAll = key === undefined || key === '';
  return isForAll ? operator === 'Exists' : typeof key === 'string' && CONTROL_PLANE.test(key);
}

function isForControlPlane(spec: JsonObject): boolean {
  for (const key in object(spec['nodeSelector'])) if (CONTROL_PLANE.test(key)) return true;
  return objects(spec['tolerations']).some(toleratesControlPlane);
}

export function notePodSpec(pods: Pods, spec: JsonObject): void {
  for (const [name, field] of POD_FLAGS) say(pods, field, spec[name]);
  const containers = CONTAINERS.flatMap((name) => objects(spec[name]));
  const shared = object(spec['securityContext']);
  if (shared !== undefined) noteConfinement(pods, shared);
  for (const container of containers) noteContainer(pods, container, shared ?? {});
  if (containers.length === 0 && shared !== undefined) noteUser(pods, shared, {});
  noteVolumes(pods, spec, containers);
  if (isForControlPlane(spec)) say(pods, 'control_plane', true);
  pods.serviceAccount ??= short(spec['serviceAccountName']) ?? short(spec['serviceAccount']);
  pods.nodeName ??= short(spec['nodeName']);
}

/** Before they were fields, profiles were annotations; servers still read them. */
export function notePodAnnotations(pods: Pods, annotations: JsonObject | undefined): void {
  for (const key in annotations) {
    if (text(annotations[key]) !== 'unconfined') continue;
    if (key.startsWith('container.apparmor.security.beta.kubernetes.io/')) {
      put(pods, 'unconfined', 'apparmor');
    } else if (key.includes('seccomp.security.alpha.kubernetes.io/')) {
      put(pods, 'unconfined', 'seccomp');
    }
  }
}

function answer(
  pods: Pods,
  field: string,
  { no, yes }: Said,
  isPatch: boolean,
): boolean | undefined {
  if (yes > 0) return true;
  const isByAll = isPatch || !OF_CONTAINERS.has(field) || no >= pods.containers;
  return isByAll ? false : undefined;
}

/** Undefined: nothing was said. `isPatch`: who is not mentioned may say otherwise. */
export function podFields(pods: Pods, isPatch: boolean): JsonObject | undefined {
  const fields: Record<string, unknown> = {};
  for (const [field, set] of pods.lists) fields[field] = listed(set);
  for (const [field, said] of pods.said) fields[field] = answer(pods, field, said, isPatch);
  if (pods.serviceAccount !== undefined) fields['service_account'] = pods.serviceAccount;
  if (pods.nodeName !== undefined) fields['node_name'] = pods.nodeName;
  for (const name in fields) if (fields[name] !== undefined) return fields;
  return undefined;
}
