/**
 * Owns: an event as one English sentence for a person: who did what to what, and how it ended.
 * Does not own: why it is a finding (the rule's title says so).
 */
import { numberAt, textAt } from './document.ts';
import type { EventDocument } from './rules/expression.ts';

/** A command line may be megabytes long; more of it is in the event. */
const MAX_COMMAND_LENGTH = 200;
const MAX_NAME_LENGTH = 300;

const SHELLS: ReadonlySet<string> = new Set([
  ...['sh', 'bash', 'ash', 'dash', 'zsh', 'ksh', 'csh', 'tcsh', 'fish', 'busybox', 'pwsh'],
]);

/** Done, and as what someone tried, or asked, to do. */
type Verb = readonly [past: string, base: string];

const VERBS: Readonly<Record<string, Verb>> = {
  get: ['read', 'read'],
  list: ['listed', 'list'],
  watch: ['watched', 'watch'],
  create: ['created', 'create'],
  update: ['updated', 'update'],
  patch: ['changed', 'change'],
  delete: ['deleted', 'delete'],
  deletecollection: ['deleted all', 'delete all'],
};

/** Subresources that are things done to the object rather than parts of it. */
const ACTIONS: Readonly<Record<string, Verb>> = {
  attach: ['attached to', 'attach to'],
  portforward: ['opened a port-forward to', 'open a port-forward to'],
  log: ['read the log of', 'read the log of'],
  proxy: ['sent a request through the API server to', 'send a request through the API server to'],
  eviction: ['evicted', 'evict'],
  ephemeralcontainers: ['added a debug container to', 'add a debug container to'],
};
const SHELL: Verb = ['opened a shell in', 'open a shell in'];
const COMMAND: Verb = ['ran a command in', 'run a command in'];

/** Of these, a request without namespace and name is about every namespace. */
const NAMESPACED: ReadonlySet<string> = new Set([
  ...['configmaps', 'deployments', 'pods', 'rolebindings', 'roles', 'secrets', 'serviceaccounts'],
]);

/**
 * One line, without control or direction characters: names and commands are the caller's text.
 * A command comes last, so that nothing in it can be taken for our words about it.
 */
export function sentenceOf(document: EventDocument): string {
  const url = queryOf(document);
  const dryRun = url.getAll('dryRun').includes('All') ? ' (dry run)' : '';
  const argv = isExec(document) ? url.getAll('command') : [];
  const command = argv.length === 0 ? '' : `: ${cut(argv.join(' '), MAX_COMMAND_LENGTH)}`;
  const done = isExec(document) ? execution(document, argv) : deed(document);
  return plain(
    `${actor(document)} ${done}${containerOf(url)}${outcome(document)}${dryRun}${command}`,
  );
}

function isExec(document: EventDocument): boolean {
  const part = (key: string) => textAt(document, 'kubernetes', 'audit', 'objectRef', key);
  return part('resource') === 'pods' && part('subresource') === 'exec';
}

function actor(document: EventDocument): string {
  const name =
    textAt(document, 'kubernetes', 'audit', 'user', 'username') ?? textAt(document, 'user', 'name');
  const impersonated = textAt(document, 'kubernetes', 'audit', 'impersonatedUser', 'username');
  const address = textAt(document, 'source', 'ip');
  const from = address === undefined ? '' : ` from ${address}`;
  if (name === undefined) return `Someone unauthenticated${from}`;
  if (name === 'system:anonymous') return `Someone anonymous${from}`;
  return impersonated === undefined ? cut(name) : `${cut(name)} (as ${cut(impersonated)})`;
}

function execution(document: EventDocument, argv: readonly string[]): string {
  return `${phrase(isShell(argv) ? SHELL : COMMAND, document)} ${objectOf(document)}`;
}

function deed(document: EventDocument): string {
  const subresource = textAt(document, 'kubernetes', 'audit', 'objectRef', 'subresource') ?? '';
  const object = objectOf(document);
  const action = Object.hasOwn(ACTIONS, subresource) ? ACTIONS[subresource] : undefined;
  if (action !== undefined) return `${phrase(action, document)} ${object}`;
  const name = textAt(document, 'kubernetes', 'audit', 'verb') ?? 'request';
  const known = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  const verb = phrase(known ?? [`did ${cut(name)} on`, `do ${cut(name)} on`], document);
  const part = subresource === '' ? '' : `${cut(subresource)} of `;
  return `${verb} ${part}${object}${roleOf(document)}`;
}

function phrase([past, base]: Verb, document: EventDocument): string {
  if (failure(document) !== undefined) return `tried to ${base}`;
  const isUnanswered = textAt(document, 'kubernetes', 'audit', 'stage') === 'RequestReceived';
  return isUnanswered ? `asked to ${base}` : past;
}

/** A shell that is left to read what is typed, not one that is given a command. */
export function isShell([path = '', ...args]: readonly string[]): boolean {
  const program = path.split('/').at(-1) ?? '';
  return SHELLS.has(program) && args.every((arg) => arg.startsWith('-'));
}

function objectOf(document: EventDocument): string {
  const part = (key: string) => textAt(document, 'kubernetes', 'audit', 'objectRef', key);
  const resource = part('resource');
  if (resource === undefined) {
    const uri = textAt(document, 'kubernetes', 'audit', 'requestURI');
    return cut(uri?.split('?')[0] ?? 'an unknown path');
  }
  const [name, namespace] = [part('name'), part('namespace')];
  const isNamespace = resource === 'namespaces';
  if (name !== undefined) {
    const path = namespace === undefined || isNamespace ? name : `${namespace}/${name}`;
    return `${singular(resource)} ${cut(path)}`;
  }
  if (namespace !== undefined) return `${cut(resource)} in namespace ${cut(namespace)}`;
  return NAMESPACED.has(resource) ? `${resource} in all namespaces` : cut(resource);
}

function containerOf(url: URLSearchParams): string {
  const container = url.get('container');
  return container === null || container === '' ? '' : ` (container ${cut(container)})`;
}

/** The role that a binding gives, where the event has a body. */
function roleOf(document: EventDocument): string {
  const roleIn = (body: string) => textAt(document, 'kubernetes', 'audit', body, 'roleRef', 'name');
  const role = roleIn('requestObject') ?? roleIn('responseObject');
  return role === undefined ? '' : `, which gives ${cut(role)}`;
}

/** The code of an answer that refused the request; undefined where it was let through. */
function failure(document: EventDocument): number | undefined {
  const code = numberAt(document, 'kubernetes', 'audit', 'responseStatus', 'code');
  return code === undefined || code < 400 ? undefined : code;
}

function outcome(document: EventDocument): string {
  const code = failure(document);
  if (code === undefined) return '';
  return code === 401 || code === 403 ? ` and was refused (${code})` : ` and failed (${code})`;
}

function queryOf(document: EventDocument): URLSearchParams {
  const uri = textAt(document, 'kubernetes', 'audit', 'requestURI') ?? '';
  const at = uri.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : uri.slice(at + 1));
}

function singular(resource: string): string {
  if (resource.endsWith('ies')) return `${resource.slice(0, -3)}y`;
  if (resource.endsWith('sses')) return resource.slice(0, -2);
  return resource.endsWith('s') ? resource.slice(0, -1) : resource;
}

/** The text, or its beginning and an ellipsis. `length` in UTF-16 units. */
export function cut(text: string, length = MAX_NAME_LENGTH): string {
  if (text.length <= length) return text;
  // Not to end in half of a surrogate pair.
  return `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Control characters, line ends and direction marks as visible escapes. */
export function plain(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
