/**
 * Owns: what was done, as an English verb: for each verb of the API, for subresources that are things
 * done to an object, and for objects that are questions.
 * Does not own: to what.
 */
import type { JsonObject } from '../../read/leaf.ts';
import type { Parts } from '../audit-parts.ts';
import { object, objects, text } from '../fields.ts';
import { named, quoted } from './quoted.ts';

/** Done, and as what somebody tried or asked to do. */
export interface Deed {
  readonly past: string;
  readonly base: string;
  /** It stands for itself: no object follows. */
  readonly isWhole?: boolean;
  /** It is about one object, whatever the verb. */
  readonly isOfOne?: boolean;
  /** Follows the object. */
  readonly after?: string;
}

/** Past and base begin alike: `read the log of`. */
function deed(past: string, base: string, rest = ''): Deed {
  return { past: `${past}${rest}`, base: `${base}${rest}` };
}

// Maps, no objects: verb and subresource are the client's, and may be `constructor` or `__proto__`.
const VERBS: ReadonlyMap<string, Deed> = new Map([
  ['get', deed('read', 'read')],
  ['list', deed('listed', 'list')],
  ['watch', deed('watched', 'watch')],
  ['create', deed('created', 'create')],
  ['update', deed('updated', 'update')],
  ['patch', deed('patched', 'patch')],
  ['delete', deed('deleted', 'delete')],
  ['connect', deed('connected', 'connect', ' to')],
]);
const READS = new Set(['get', 'list', 'watch']);

/** Where the verb depends on the client's protocol, and says nothing. */
const CONNECTS: ReadonlyMap<string, Deed> = new Map([
  ['attach', deed('attached', 'attach', ' to')],
  ['portforward', deed('opened', 'open', ' a port-forward to')],
  ['proxy', deed('sent', 'send', ' a request through the API server to')],
]);

/** Of a subresource: writing it, and reading it. */
const SUBRESOURCES: ReadonlyMap<string, readonly [write: Deed, read: Deed]> = new Map([
  ['log', [deed('read', 'read', ' the log of'), deed('read', 'read', ' the log of')]],
  ['status', [deed('updated', 'update', ' the status of'), deed('read', 'read', ' the status of')]],
  ['scale', [deed('scaled', 'scale'), deed('read', 'read', ' the scale of')]],
  ['eviction', [deed('evicted', 'evict'), deed('read', 'read', ' the eviction of')]],
  ['binding', [deed('bound', 'bind'), deed('read', 'read', ' the binding of')]],
  ['token', [deed('requested', 'request', ' a token for'), deed('read', 'read', ' a token of')]],
  ['approval', [deed('decided', 'decide', ' on'), deed('read', 'read', ' the approval of')]],
  [
    'ephemeralcontainers',
    [
      deed('added', 'add', ' a debug container to'),
      deed('read', 'read', ' the debug containers of'),
    ],
  ],
  ['finalize', [deed('finalized', 'finalize'), deed('read', 'read', ' the finalizers of')]],
  ['resize', [deed('resized', 'resize'), deed('read', 'read', ' the size of')]],
]);

function question(past: string, base: string, rest: string): Deed {
  return { ...deed(past, base, rest), isWhole: true };
}

/** Objects that are questions: nothing is created by creating them. */
const QUESTIONS: ReadonlyMap<string, Deed> = new Map([
  ['tokenreviews', question('checked', 'check', ' whose a token is')],
  ['subjectaccessreviews', question('checked', 'check', ' what a user may do')],
  ['localsubjectaccessreviews', question('checked', 'check', ' what a user may do')],
  ['selfsubjectaccessreviews', question('checked', 'check', ' what it may do itself')],
  ['selfsubjectrulesreviews', question('listed', 'list', ' what it may do itself')],
  ['selfsubjectreviews', question('checked', 'check', ' who it is')],
]);
const QUESTION_GROUPS = new Set(['authorization.k8s.io', 'authentication.k8s.io']);

const MAX_COMMAND_CHARS = 200;

/** With its command in quotes: in it may stand anything, our own words included. */
function execution({ query, requestBody }: Parts): Deed {
  const asked = query === undefined ? [] : new URLSearchParams(query).getAll('command');
  // An AdmissionReview has them as an object.
  const options = requestBody?.['kind'] === 'PodExecOptions' ? requestBody['command'] : undefined;
  const said = Array.isArray(options) ? options.flatMap((each) => text(each) ?? []) : [];
  const argv = asked.length > 0 ? asked : said;
  if (argv.length === 0) return deed('ran', 'run', ' a command in');
  return deed('ran', 'run', ` ${quoted(argv.join(' '), MAX_COMMAND_CHARS)} in`);
}

/** Approved or denied: what the request says, if its body is there. */
function decision({ requestBody }: Parts): Deed | undefined {
  const conditions = objects(object(requestBody?.['status'])?.['conditions']);
  const last = conditions
    .map(({ type }) => type)
    .findLast((t) => t === 'Approved' || t === 'Denied');
  if (last === undefined) return undefined;
  return last === 'Approved' ? deed('approved', 'approve') : deed('denied', 'deny');
}

function bindingTo(requestBody: JsonObject | undefined): string | undefined {
  const node = text(object(requestBody?.['target'])?.['name']);
  return node === undefined ? undefined : ` to node ${named(node)}`;
}

function ofSubresource(parts: Parts, subresource: string, verb: string): Deed {
  if (subresource === 'exec') return execution(parts);
  const connect = CONNECTS.get(subresource);
  if (connect !== undefined) return connect;
  const isRead = READS.has(verb);
  const known = SUBRESOURCES.get(subresource);
  if (known === undefined) {
    const { base, past } = ofVerb(verb);
    return deed(past, base, ` ${named(subresource)} of`);
  }
  if (isRead) return known[1];
  if (subresource === 'approval') return decision(parts) ?? known[0];
  const after = subresource === 'binding' ? bindingTo(parts.requestBody) : undefined;
  return after === undefined ? known[0] : { ...known[0], after };
}

function ofVerb(verb: string): Deed {
  const known = VERBS.get(verb);
  if (known !== undefined) return known;
  if (verb === '') return deed('sent', 'send', ' a request to');
  return deed('did', 'do', ` ${quoted(verb, 32)} on`);
}

/** All of them, or those that a selector chose. */
function ofCollection({ query }: Parts): Deed {
  const isSelected = query !== undefined && /(?:^|&)(?:label|field)Selector=./.test(query);
  return deed('deleted', 'delete', isSelected ? ' selected' : ' all');
}

/** A request without an object: its verb is its method. */
function ofMethod(verb: string): Deed {
  if (verb === 'get' || verb === '') return ofVerb(verb);
  return deed('sent', 'send', ` a ${named(verb.toUpperCase())} request to`);
}

export function deedOf(parts: Parts): Deed {
  const { apiGroup, resource, subresource, verb = '' } = parts;
  if (resource === undefined) return ofMethod(verb);
  if (subresource !== undefined && subresource !== '') {
    return { ...ofSubresource(parts, subresource, verb), isOfOne: true };
  }
  const asked = verb === 'create' && QUESTION_GROUPS.has(apiGroup);
  const found = asked ? QUESTIONS.get(resource) : undefined;
  if (found !== undefined) return found;
  return verb === 'deletecollection' ? ofCollection(parts) : ofVerb(verb);
}
