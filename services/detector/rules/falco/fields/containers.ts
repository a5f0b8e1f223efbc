/**
 * Owns: `ka.req.pod.{containers,initContainers,ephemeralContainers}.*`, as the k8saudit plugin extracts
 * them (extract.go), and as their documentation means them.
 */
import { bodyPaths, readBody } from './body.ts';
import { type Definition, requestValues, type Values } from './definition.ts';
import { get, getAll, textOfJson, textsOf, valuesAt } from './json.ts';
import type { Meaning } from './meaning.ts';

export const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;
export type ContainerList = (typeof CONTAINER_LISTS)[number];

const SECURITY: Readonly<Record<string, string>> = {
  privileged: 'privileged',
  allow_privilege_escalation: 'allowPrivilegeEscalation',
  read_only_fs: 'readOnlyRootFilesystem',
  run_as_user: 'runAsUser',
  run_as_group: 'runAsGroup',
  proc_mount: 'procMount',
};

/** By the last part of their names. Ephemeral containers have no ports. */
export function containerFields(
  list: ContainerList,
  meaning: Meaning,
): Readonly<Record<string, Definition>> {
  const at = ['spec', list];
  const isExact = meaning === 'falco';
  const named = isExact ? allTexts : textsOf;
  const words = isExact ? strictWords : looseWords;
  const security = Object.entries(SECURITY).map(
    ([name, key]) => [name, requestValues([...at, 'securityContext', key])] as const,
  );
  return {
    ...Object.fromEntries(security),
    name: requestValues([...at, 'name'], named),
    image: requestValues([...at, 'image'], named),
    'image.repository': requestValues([...at, 'image'], repositoriesBy(meaning)),
    command: requestValues([...at, 'command'], words),
    args: requestValues([...at, 'args'], words),
    add_capabilities: requestValues(
      [...at, 'securityContext', 'capabilities', 'add'],
      isExact ? textsOf : (values) => textsOf(values.flat()),
    ),
    eff_run_as_user: effective(list, 'runAsUser', meaning),
    eff_run_as_group: effective(list, 'runAsGroup', meaning),
    ...(list === 'ephemeralContainers' ? {} : { host_port: hostPorts(list, meaning) }),
  };
}

/** Absent as a whole where one container lacks it. */
export function allTexts(values: Values): readonly string[] | undefined {
  return values.includes(undefined) ? undefined : textsOf(values);
}

export function repositoriesBy(
  meaning: Meaning,
): (values: Values) => readonly string[] | undefined {
  return meaning === 'falco'
    ? (values) => allTexts(values)?.map(cutRepository)
    : (values) => textsOf(values)?.map(repository);
}

/** Cuts the port of a registry with all that follows it: `registry:5000/app:1` gives `registry`. */
function cutRepository(image: string): string {
  const [beforeTag = ''] = image.split(':', 1);
  const [name = ''] = beforeTag.split('@', 1);
  return name;
}

function repository(image: string): string {
  const [name = ''] = image.split('@', 1);
  const tag = name.indexOf(':', name.lastIndexOf('/') + 1);
  return tag === -1 ? name : name.slice(0, tag);
}

function wordsOf(value: unknown): string | undefined {
  const isWords = Array.isArray(value) && value.every((word) => typeof word === 'string');
  return isWords ? value.join(' ') : undefined;
}

/** One text per container; absent as a whole where one is no list of texts. */
function strictWords(values: Values): readonly string[] | undefined {
  const there = values.filter((value) => value !== undefined);
  const texts = there.flatMap((value) => wordsOf(value) ?? []);
  return texts.length === there.length && texts.length > 0 ? texts : undefined;
}

function looseWords(values: Values): readonly string[] | undefined {
  return textsOf(values.map(wordsOf));
}

/** Falco takes containerPort where hostPort is not given, which is right on the host's network only. */
function hostPorts(list: ContainerList, meaning: Meaning): Definition {
  const keys = ['spec', list, 'ports'];
  return {
    ...{ isList: true, arg: 'index', from: bodyPaths('requestObject', keys) },
    read: (document, { index }) =>
      readBody(document, 'requestObject', (root) => {
        const there = valuesAt(root, keys, index)?.filter((ports) => ports !== undefined) ?? [];
        if (meaning === 'falco' && !there.every(Array.isArray)) return undefined;
        const isOnHost = meaning === 'falco' || getAll(root, ['spec', 'hostNetwork']) === true;
        const portOf = (port: unknown): unknown =>
          get(port, 'hostPort') ?? (isOnHost ? get(port, 'containerPort') : undefined);
        return textsOf(there.flat().map(portOf));
      }),
  };
}

/**
 * Who a container runs as. Falco looks for the key right in the container and in the pod's spec, where
 * it never is, and so says 0.
 */
function effective(
  list: ContainerList,
  key: 'runAsUser' | 'runAsGroup',
  meaning: Meaning,
): Definition {
  const place = meaning === 'falco' ? [key] : ['securityContext', key];
  const keys = ['spec', list, ...place];
  return {
    isList: true,
    arg: 'index',
    from: [...bodyPaths('requestObject', keys), ...bodyPaths('requestObject', ['spec', ...place])],
    read: (document, { index }) =>
      readBody(document, 'requestObject', (root) => {
        const pod = getAll(root, ['spec', ...place]);
        const values = valuesAt(root, keys, index);
        return textsOf(values?.map((value) => value ?? pod ?? '0').map(textOfJson));
      }),
  };
}
