/**
 * Owns: what the key of a member says about its value, in the objects of Kubernetes and in records of
 * sensors.
 * Does not own: names of secrets (names.ts), what is done about a value (leaf.ts).
 */
import { isSecretName } from './names.ts';

/**
 * `kept`: it tells who, what, where and when, and is never changed. `prose`: descriptions for people.
 * `shaped`: the key itself may hold a secret.
 */
export type KeyClass =
  | 'plain'
  | 'kept'
  | 'named'
  | 'data'
  | 'string-data'
  | 'binary-data'
  | 'env'
  | 'env-line'
  | 'command'
  | 'joined'
  | 'applied'
  | 'uri'
  | 'prose'
  | 'value'
  | 'auth'
  | 'fields'
  | 'shaped';

function all<T extends KeyClass>(keyClass: T, ...keys: readonly string[]): [string, T][] {
  return keys.map((key) => [key, keyClass]);
}

const FIXED: ReadonlyMap<string, KeyClass> = new Map<string, KeyClass>([
  ...all('data', 'data'),
  ...all('string-data', 'stringData'),
  ...all('binary-data', 'binaryData'),
  ...all('env', 'env', 'envs', 'envVars', 'extraEnv', 'extraEnvs', 'extraEnvVars', 'environment'),
  ...all('env-line', 'proc.env', 'proc.aenv', 'container.env'),
  ...all('joined', 'evt.args', 'evt.info'),
  ...all('applied', 'kubectl.kubernetes.io/last-applied-configuration'),
  ...all('applied', 'kubectl_kubernetes_io/last-applied-configuration'),
  ...all('uri', 'requestURI', 'requestUri', 'uri', 'url', 'ka.uri'),
  ...all('prose', 'description'),
  ...all('value', 'value'),
  ...all('auth', 'auth'),
  // Names of fields as keys; their values are empty.
  ...all('fields', 'fieldsV1'),
  ...all(
    'kept',
    'kind',
    'apiVersion',
    'apiGroup',
    'apiGroups',
    'name',
    'namespace',
    'uid',
    'username',
  ),
  ...all(
    'kept',
    'groups',
    'resource',
    'resources',
    'resourceNames',
    'subresource',
    'verb',
    'verbs',
  ),
  ...all(
    'kept',
    'nonResourceURLs',
    'generateName',
    'resourceVersion',
    'generation',
    'stage',
    'level',
  ),
  ...all(
    'kept',
    'auditID',
    'requestReceivedTimestamp',
    'stageTimestamp',
    'timestamp',
    'time',
    'op',
  ),
  ...all('kept', 'creationTimestamp', 'deletionTimestamp', 'sourceIPs', 'code', 'reason', 'status'),
  ...all(
    'kept',
    'serviceAccount',
    'serviceAccountName',
    'nodeName',
    'hostname',
    'image',
    'imageID',
  ),
  ...all(
    'kept',
    'containerID',
    'path',
    'mountPath',
    'subPath',
    'fieldPath',
    'hostPath',
    'type',
    'key',
  ),
  ...all(
    'kept',
    'add',
    'drop',
    'hostIP',
    'podIP',
    'clusterIP',
    'ip',
    'port',
    'protocol',
    'secretName',
  ),
  ...all(
    'kept',
    'manager',
    'operation',
    'fieldsType',
    'insertId',
    'logName',
    'resourceName',
    'rule',
  ),
  ...all('kept', 'methodName', 'principalEmail', 'principalSubject', 'callerIp', 'serviceName'),
  ...all('kept', 'priority', 'requestUID', 'executable', 'syscalls', 'version', 'source', 'tags'),
  // kubectl's mark of a page in a list.
  ...all('kept', 'continue', 'pid', 'node', 'pod', 'container', 'roleRef', 'subjects'),
]);

const COMMAND =
  /(?:^|[._-]|(?<=[a-z]))(?:commands?|args|argv|arguments|cmd|cmd_?line|script|entrypoint|exeline)(?:\[\d+\])?$/i;
/** Annotations that the API server writes itself; `_` stands for dots that shippers changed. */
const OF_SERVER =
  /^(?:authentication|authorization|pod-security|apiserver)[._][\w.-]*k(?:8s|ubernetes)[._]io\//;
/** Output fields of Falco that tell who and where. */
const OF_SENSOR =
  /^(?:(?:k8s|k8smeta|container|user|group|evt|fd|thread)\.(?!args|info|env|arg)|ka\.(?:user|target|auth|verb|stage|auditid|impuser|response\.code))/;
const SHAPED = /:\/\/[^/]*@|eyJ|AKIA|_[A-Za-z0-9]{20}/;
const MAX_KEY_CHARS = 128;
const MAX_KNOWN = 8192;

function judge(key: string): KeyClass {
  const fixed = FIXED.get(key);
  if (fixed !== undefined) return fixed;
  if (SHAPED.test(key)) return 'shaped';
  if (OF_SERVER.test(key) || OF_SENSOR.test(key)) return 'kept';
  if (isSecretName(key)) return 'named';
  if (key === 'output' || COMMAND.test(key)) return 'command';
  return 'plain';
}

// The same keys come again in every record.
const known = new Map<string, KeyClass>();

export function classOf(key: string): KeyClass {
  const found = known.get(key);
  if (found !== undefined) return found;
  const judged = judge(key.slice(0, 1024));
  if (key.length > MAX_KEY_CHARS) return judged;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, judged);
  return judged;
}
