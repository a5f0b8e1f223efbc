/**
 * Owns: the k8saudit plugin's extraction a second time, for tests, from the raw audit event and straight
 * after extract.go: no document of ours, no table of fields, one walk for all.
 */
import type { NaiveValue } from './naive.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Nil is undefined; a key that is there with null is not. */
function go(value: unknown, ...keys: readonly string[]): unknown {
  let node = value;
  for (const key of keys) {
    if (typeof node !== 'object' || node === null) return undefined;
    node = Object.hasOwn(node, key) ? (node as Raw)[key] : undefined;
  }
  return node;
}

const str = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Undefined: ErrExtractNotAvailable. */
function recursive(
  value: unknown,
  index: number | undefined,
  keys: readonly string[],
): readonly unknown[] | undefined {
  let node = value;
  for (const [i, key] of keys.entries()) {
    if (Array.isArray(node)) {
      if (index === undefined) {
        const found: unknown[] = [];
        for (const item of node) {
          const below = recursive(item, index, keys.slice(i));
          if (below === undefined) found.push(undefined);
          else found.push(...below);
        }
        return found;
      }
      node = node[index];
    }
    node = go(node, key);
    if (node === undefined) return undefined;
  }
  return [node];
}

const SCALARS: Readonly<Record<string, readonly string[]>> = {
  'ka.verb': ['verb'],
  'ka.stage': ['stage'],
  'ka.uri': ['requestURI'],
  'ka.user.name': ['user', 'username'],
  'ka.target.resource': ['objectRef', 'resource'],
  'ka.target.subresource': ['objectRef', 'subresource'],
  'ka.target.namespace': ['objectRef', 'namespace'],
  'ka.response.code': ['responseStatus', 'code'],
  'ka.auth.decision': ['annotations', 'authorization.k8s.io/decision'],
  'ka.req.binding.role': ['requestObject', 'roleRef', 'name'],
  'ka.req.pod.host_network': ['requestObject', 'spec', 'hostNetwork'],
  'ka.req.service.type': ['requestObject', 'spec', 'type'],
  'ka.req.configmap.obj': ['requestObject', 'data'],
  'ka.resp.name': ['responseObject', 'metadata', 'name'],
};
export const NAIVE_TEXTS = [
  ...Object.keys(SCALARS),
  'jevt.value[/requestObject/spec/hostNetwork]',
  'jevt.value[/requestObject/spec/containers/1/image]',
  'jevt.value[/responseStatus/code]',
  'ka.req.container.image',
  'ka.req.container.privileged',
];

const EACH: Readonly<Record<string, readonly string[]>> = {
  privileged: ['securityContext', 'privileged'],
  run_as_user: ['securityContext', 'runAsUser'],
  add_capabilities: ['securityContext', 'capabilities', 'add'],
};
export const NAIVE_LISTS = [
  'ka.user.groups',
  ...['privileged', 'run_as_user', 'add_capabilities', 'image', 'image.repository'].map(
    (name) => `ka.req.pod.containers.${name}`,
  ),
  ...['command', 'host_port', 'eff_run_as_user', 'privileged[0]', 'image[1]'].map(
    (name) => `ka.req.pod.containers.${name}`,
  ),
  ...['ka.req.pod.initContainers.privileged', 'ka.req.role.rules.verbs', 'ka.req.role.rules'],
  ...['ka.req.pod.volumes.hostpath', 'ka.req.service.ports', 'ka.sourceips'],
];

export function naiveExtract(event: unknown, name: string, arg: string | undefined): NaiveValue {
  const isList = NAIVE_LISTS.some((one) => one.split('[')[0] === name);
  const texts =
    name.startsWith('jevt.') || go(event, 'auditID') !== undefined
      ? textsOf(event, name, arg)
      : undefined;
  return { texts, isList, isNumber: false };
}

function textsOf(
  event: unknown,
  name: string,
  arg: string | undefined,
): readonly string[] | undefined {
  const keys = name === 'jevt.value' ? (arg ?? '').slice(1).split('/') : SCALARS[name];
  if (keys !== undefined) {
    const value = go(event, ...keys);
    return value === undefined ? undefined : [str(value)];
  }
  const container = /^ka\.req\.pod\.(containers|initContainers)\.(.*)$/.exec(name);
  const index = arg === undefined ? undefined : Number(arg);
  if (container !== null)
    return containerTexts(event, container[1] ?? '', container[2] ?? '', index);
  const list = otherList(event, name, index);
  return list === undefined || list.length === 0 ? undefined : list;
}

function otherList(
  event: unknown,
  name: string,
  index: number | undefined,
): readonly string[] | undefined {
  const there = (values: readonly unknown[] | undefined) =>
    values?.filter((value) => value !== undefined).map(str);
  const ofRules = (key: string) =>
    recursive(event, index, ['requestObject', 'rules', key])?.flatMap((value) =>
      Array.isArray(value) ? value.map(str) : [],
    );
  switch (name) {
    case 'ka.user.groups': {
      const groups = go(event, 'user', 'groups');
      return Array.isArray(groups) ? groups.map(str) : undefined;
    }
    case 'ka.req.role.rules': {
      const rules = go(event, 'requestObject', 'rules');
      return Array.isArray(rules) ? rules.map(str) : undefined;
    }
    case 'ka.req.role.rules.verbs':
      return ofRules('verbs');
    case 'ka.sourceips':
      return ofRules('sourceIPs');
    case 'ka.req.pod.volumes.hostpath':
      return there(
        recursive(event, index, ['requestObject', 'spec', 'volumes', 'hostPath', 'path']),
      );
    case 'ka.req.service.ports':
      return there(recursive(event, index, ['requestObject', 'spec', 'ports']));
    case 'ka.req.container.image':
      return containerTexts(event, 'containers', 'image', 0);
    default: {
      const flags = recursive(event, undefined, [
        ...['requestObject', 'spec', 'containers', 'securityContext', 'privileged'],
      ]);
      return flags === undefined ? undefined : [String(flags.some((flag) => flag === true))];
    }
  }
}

function containerTexts(
  event: unknown,
  list: string,
  name: string,
  index: number | undefined,
): readonly string[] | undefined {
  const at = (...keys: readonly string[]) =>
    recursive(event, index, ['requestObject', 'spec', list, ...keys]);
  const some = (texts: readonly string[]) => (texts.length === 0 ? undefined : texts);
  switch (name) {
    case 'image':
    case 'image.repository': {
      const images = at('image');
      if (images === undefined || images.includes(undefined)) return undefined;
      const texts = images.map(str);
      const repository = (text: string) => text.split(':')[0]?.split('@')[0] ?? '';
      return some(name === 'image' ? texts : texts.map(repository));
    }
    case 'command': {
      const commands = at('command')?.filter((value) => value !== undefined) ?? [];
      const isBroken = commands.some(
        (words) => !Array.isArray(words) || words.some((word) => typeof word !== 'string'),
      );
      return isBroken ? undefined : some(commands.map((words) => (words as string[]).join(' ')));
    }
    case 'host_port': {
      const ports = at('ports')?.filter((value) => value !== undefined) ?? [];
      if (!ports.every(Array.isArray)) return undefined;
      const values = (ports as unknown[][])
        .flat()
        .map((port) => go(port, 'hostPort') ?? go(port, 'containerPort'));
      return some(values.filter((value) => value !== undefined).map(str));
    }
    case 'eff_run_as_user': {
      const pod = go(event, 'requestObject', 'spec', 'runAsUser');
      const users = at('runAsUser');
      return users && some(users.map((user) => str(user ?? pod ?? '0')));
    }
    default: {
      const values = at(...(EACH[name] ?? []))?.filter((value) => value !== undefined);
      return values && some(values.map(str));
    }
  }
}
