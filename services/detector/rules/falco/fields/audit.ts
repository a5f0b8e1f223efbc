/**
 * Owns: the 100 `ka.*` fields of the k8saudit plugin (detection.md §1.3; fields.go, extract.go): where
 * they lie in our documents, and what is made of it, fault by fault or as it was meant.
 * Does not own: fields of containers (containers.ts), `jevt.*` (pointer.ts).
 */
import { valueAt } from './field.ts';
import { readBody } from './body.ts';
import { allTexts, CONTAINER_LISTS, containerFields, repositoriesBy } from './containers.ts';
import {
  type Definition,
  bodyValue,
  NO_ARG,
  plain,
  plainList,
  requestItems,
  requestValues,
} from './definition.ts';
import { get, textsOf } from './json.ts';
import type { Meaning } from './meaning.ts';
import { queryParam } from './uri.ts';

type Definitions = Readonly<Record<string, Definition>>;

const annotation = (key: string): Definition => plain(['annotations', key.replaceAll('.', '_')]);

/** At one place of the event, whatever its body. */
const METADATA: Definitions = {
  'ka.auditid': plain(['auditID']),
  'ka.stage': plain(['stage']),
  'ka.auth.decision': annotation('authorization.k8s.io/decision'),
  'ka.auth.reason': annotation('authorization.k8s.io/reason'),
  'ka.auth.openshift.decision': annotation('authentication.openshift.io/decision'),
  'ka.auth.openshift.username': annotation('authentication.openshift.io/username'),
  'ka.validations.admission.policy.failure': annotation(
    'validation.policy.admission.k8s.io/validation_failure',
  ),
  'ka.security.pod.violations': annotation('pod-security.kubernetes.io/audit-violations'),
  'ka.user.name': plain(['user', 'username']),
  'ka.user.groups': plainList(['user', 'groups']),
  'ka.impuser.name': plain(['impersonatedUser', 'username']),
  'ka.verb': plain(['verb']),
  'ka.uri': plain(['requestURI']),
  'ka.target.name': plain(['objectRef', 'name']),
  'ka.target.namespace': plain(['objectRef', 'namespace']),
  'ka.target.resource': plain(['objectRef', 'resource']),
  'ka.target.subresource': plain(['objectRef', 'subresource']),
  'ka.req.configmap.name': plain(['objectRef', 'name']),
  'ka.response.code': plain(['responseStatus', 'code']),
  'ka.response.reason': plain(['responseStatus', 'reason']),
  'ka.useragent': plain(['userAgent']),
};

const request = (...keys: string[]): Definition => bodyValue('requestObject', keys);

/** Of a body, without anything to be corrected. */
const BODIES: Definitions = {
  'ka.req.binding.subjects': requestItems(['subjects']),
  'ka.req.binding.subjects.user_names': subjectNames('User'),
  'ka.req.binding.subjects.serviceaccount_names': subjectNames('ServiceAccount'),
  'ka.req.binding.subjects.serviceaccount_ns_names': subjectNames('ServiceAccount', true),
  'ka.req.binding.subjects.group_names': subjectNames('Group'),
  'ka.req.binding.role': request('roleRef', 'name'),
  'ka.req.configmap.obj': request('data'),
  'ka.req.pod.host_ipc': request('spec', 'hostIPC'),
  'ka.req.pod.host_network': request('spec', 'hostNetwork'),
  'ka.req.container.host_network': request('spec', 'hostNetwork'),
  'ka.req.pod.host_pid': request('spec', 'hostPID'),
  'ka.req.pod.run_as_user': request('spec', 'securityContext', 'runAsUser'),
  'ka.req.pod.run_as_group': request('spec', 'securityContext', 'runAsGroup'),
  'ka.req.pod.fs_group': request('spec', 'securityContext', 'fsGroup'),
  'ka.req.pod.supplemental_groups': requestItems(['spec', 'securityContext', 'supplementalGroups']),
  'ka.req.role.rules': requestItems(['rules']),
  'ka.req.role.rules.apiGroups': ruleField('apiGroups'),
  'ka.req.role.rules.nonResourceURLs': ruleField('nonResourceURLs'),
  'ka.req.role.rules.verbs': ruleField('verbs'),
  'ka.req.role.rules.resources': ruleField('resources'),
  'ka.req.service.type': request('spec', 'type'),
  'ka.req.pod.volumes.hostpath': requestValues(['spec', 'volumes', 'hostPath', 'path']),
  'ka.req.pod.volumes.flexvolume_driver': requestValues([
    ...['spec', 'volumes', 'flexVolume', 'driver'],
  ]),
  'ka.req.pod.volumes.volume_type': volumeTypes(),
  'ka.req.volume.hostpath': hasHostPath(),
  'ka.req.container.privileged': anyPrivileged(),
  'ka.resp.name': bodyValue('responseObject', ['metadata', 'name']),
};

/** All of them, by name. */
export function auditFields(meaning: Meaning): ReadonlyMap<string, Definition> {
  const containers = CONTAINER_LISTS.flatMap((list) =>
    Object.entries(containerFields(list, meaning)).map(
      ([name, definition]) => [`ka.req.pod.${list}.${name}`, definition] as const,
    ),
  );
  const all = { ...METADATA, ...BODIES, ...odd(meaning) };
  return new Map([...Object.entries(all), ...containers]);
}

/** What Falco does not extract as it is documented, and what is more than a look at one place. */
function odd(meaning: Meaning): Definitions {
  const isExact = meaning === 'falco';
  const cluster = ['orchestrator', 'cluster', 'name'];
  return {
    'ka.uri.param': uriParam(isExact),
    'ka.target.pod.name': podName(),
    'ka.req.binding.subject.has_name': hasSubject(isExact),
    'ka.req.container.image': firstOf(requestValues(['spec', 'containers', 'image'], allTexts)),
    'ka.req.container.image.repository': firstOf(
      requestValues(['spec', 'containers', 'image'], repositoriesBy(meaning)),
    ),
    // The plugin gives the list of ports as one text, whatever the index.
    'ka.req.service.ports': requestValues(['spec', 'ports'], (values) =>
      textsOf(isExact ? values : values.flat()),
    ),
    // The plugin looks for sourceIPs in the rules of a role, where no object has any.
    'ka.sourceips': isExact
      ? ruleField('sourceIPs')
      : { ...plainList(['sourceIPs']), arg: 'index' },
    'ka.cluster.name': isExact
      ? annotation('cluster_name')
      : { ...plain([]), path: cluster, from: [cluster] },
  };
}

/** Lists in the rules of a role, joined. */
function ruleField(key: string): Definition {
  return requestValues(['rules', key], (values) =>
    textsOf(values.flatMap((value): readonly unknown[] => (Array.isArray(value) ? value : []))),
  );
}

function firstOf(list: Definition): Definition {
  return {
    ...{ isList: false, arg: 'none', from: list.from },
    read: (document) => list.read(document, { ...NO_ARG, index: 0 })?.slice(0, 1),
  };
}

/** Names of a binding's subjects; with their namespaces as `namespace:name`. */
function subjectNames(kind: string, withNamespace = false): Definition {
  const keys = withNamespace ? ['namespace', 'name'] : ['name'];
  const nameOf = (subject: unknown): unknown => {
    if (get(subject, 'kind') !== kind) return undefined;
    return allTexts(keys.map((key) => get(subject, key)))?.join(':');
  };
  return {
    ...requestItems(['subjects']),
    read: (document) =>
      readBody(document, 'requestObject', (root) => {
        const subjects = get(root, 'subjects');
        return Array.isArray(subjects) ? textsOf(subjects.map(nameOf)) : undefined;
      }),
  };
}

/** Documented as deprecated: the plugin says true of every name. */
function hasSubject(isExact: boolean): Definition {
  const subjects = requestItems(['subjects']);
  return {
    ...{ isList: false, arg: 'key' },
    from: isExact ? [] : subjects.from,
    read: (document, { key }) => {
      if (isExact) return ['true'];
      const list = readBody(document, 'requestObject', (root) => get(root, 'subjects'));
      if (!Array.isArray(list)) return undefined;
      return [String(list.some((subject) => get(subject, 'name') === key))];
    },
  };
}

function volumeTypes(): Definition {
  return requestValues(['spec', 'volumes', ''], (values) =>
    textsOf(
      values
        .flatMap((volume) => (typeof volume === 'object' ? Object.keys(volume ?? {}) : []))
        .filter((key) => key !== 'name'),
    ),
  );
}

/** Whether a path, or with `*` at its end a prefix of one, is that of a hostPath volume. */
function hasHostPath(): Definition {
  const paths = requestValues(['spec', 'volumes', 'hostPath', 'path'], (values) =>
    // Not textsOf: volumes without any host path are an answer, too.
    values.flatMap((value) => (typeof value === 'string' ? [value] : [])),
  );
  return {
    ...{ isList: false, arg: 'key', from: paths.from },
    read: (document, { key }) => {
      const isPrefix = key.endsWith('*');
      const fits = (path: string): boolean =>
        path === key || (isPrefix && path.startsWith(key.slice(0, -1)));
      const found = paths.read(document, NO_ARG);
      return found === undefined ? undefined : [String(found.some(fits))];
    },
  };
}

function anyPrivileged(): Definition {
  const flags = requestValues(['spec', 'containers', 'securityContext', 'privileged'], (values) => [
    String(values.includes(true)),
  ]);
  return { ...flags, isList: false, arg: 'none' };
}

/** The name that the server gave, of pods themselves. */
function podName(): Definition {
  const name = bodyValue('responseObject', ['metadata', 'name']);
  const ref = ['kubernetes', 'audit', 'objectRef'];
  return {
    ...name,
    from: [...name.from, [...ref, 'resource'], [...ref, 'subresource']],
    read: (document) => {
      const target = valueAt(document, ref);
      const isPod = get(target, 'resource') === 'pods' && !get(target, 'subresource');
      return isPod ? name.read(document, NO_ARG) : undefined;
    },
  };
}

function uriParam(isExact: boolean): Definition {
  const path = ['kubernetes', 'audit', 'requestURI'];
  return {
    ...{ isList: false, arg: 'key', from: [path] },
    read: (document, { key }) => {
      const uri = valueAt(document, path);
      const value = typeof uri === 'string' ? queryParam(uri, key, isExact) : undefined;
      return value === undefined ? undefined : [value];
    },
  };
}
