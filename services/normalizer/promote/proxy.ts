/**
 * Owns: what was asked through the proxy subresources of pods, services and nodes. A node's is the
 * kubelet's own API, in which commands run without a pods/exec (apiserver.md §5).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { compact, text } from '../map/fields.ts';
import { count, short } from './lists.ts';
import { decodePercent, NO_QUERY, type Query, queryOf } from './query.ts';

/** Endpoints of the kubelet (pkg/kubelet/server/server.go); the first ones act on a container. */
const IN_CONTAINER = new Set(['run', 'exec', 'attach', 'portForward', 'containerLogs']);
const OF_NODE = new Set([
  ...['pods', 'runningpods', 'logs', 'metrics', 'stats', 'spec', 'configz', 'healthz'],
  ...['debug', 'checkpoint', 'cri'],
]);
const COMMAND = new Set(['cmd', 'command', 'input', 'output', 'error', 'tty']);

export interface Proxied {
  readonly request: JsonObject | undefined;
  readonly argv: readonly string[];
}

/**
 * Segments behind the subresource. objectRef says where that is: the server decodes a path before it
 * takes it apart, and a name may hold an encoded slash.
 */
function segmentsOf(uri: string, ref: JsonObject): readonly string[] {
  const mark = uri.indexOf('?');
  const parts = decodePercent(mark < 0 ? uri : uri.slice(0, mark)).split('/');
  for (let at = 2; at < parts.length; at++) {
    const isHere = parts[at] === 'proxy' && parts[at - 1] === ref['name'];
    if (isHere && parts[at - 2] === ref['resource']) return parts.slice(at + 1);
  }
  return [];
}

/** `name`, `name:port` or `scheme:name:port`. */
function targetOf(name: string | undefined): JsonObject | undefined {
  const parts = name?.split(':') ?? [];
  if (parts.length !== 2 && parts.length !== 3) return undefined;
  const [scheme, target, port] = parts.length === 3 ? parts : [undefined, ...parts];
  return {
    scheme: short(scheme),
    target: short(target),
    ports: numbered(port),
    port_name: count(port) === undefined ? short(port) : undefined,
  };
}

function numbered(port: string | undefined): readonly number[] | undefined {
  const number = count(port);
  return number === undefined ? undefined : [number];
}

/** `run/<namespace>/<pod>[/<uid>]/<container>`. */
function kubeletOf(segments: readonly string[]): JsonObject | undefined {
  const [endpoint = '', namespace, pod, ...rest] = segments;
  if (OF_NODE.has(endpoint)) return { kubelet: endpoint };
  if (!IN_CONTAINER.has(endpoint)) return undefined;
  return {
    kubelet: endpoint,
    namespace: short(namespace),
    pod: short(pod),
    container: endpoint === 'portForward' ? undefined : short(rest.at(-1)),
  };
}

/** The kubelet knows no value but 1. */
function streamsOf(query: Query): JsonObject {
  const isOn = (name: string): true | undefined =>
    query.get(name)?.[0] === '1' ? true : undefined;
  return { stdin: isOn('input'), stdout: isOn('output'), stderr: isOn('error'), tty: isOn('tty') };
}

/** The kubelet splits what `run` gets at blanks. */
function argvOf(query: Query, endpoint: unknown): readonly string[] {
  if (endpoint === 'exec') return query.get('command') ?? [];
  if (endpoint !== 'run') return [];
  return query.get('cmd')?.[0]?.split(' ').filter(Boolean) ?? [];
}

export function proxied(uri: string, ref: JsonObject): Proxied {
  const segments = segmentsOf(uri, ref);
  const kubelet = ref['resource'] === 'nodes' ? kubeletOf(segments) : undefined;
  const endpoint = kubelet?.['kubelet'];
  const query = kubelet === undefined ? NO_QUERY : queryOf(uri, COMMAND);
  const request = compact({
    ...targetOf(text(ref['name'])),
    path: segments.length === 0 ? undefined : short(`/${segments.join('/')}`),
    ...kubelet,
    ...(endpoint === 'exec' || endpoint === 'attach' ? streamsOf(query) : undefined),
  });
  return { request, argv: argvOf(query, endpoint) };
}
