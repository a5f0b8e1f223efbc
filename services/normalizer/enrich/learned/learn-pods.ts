/**
 * Owns: what events say of a pod (its node, images, account and owner) and of what owns pods.
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { object, objects, text } from '../../map/fields.ts';
import { type Fact, type FactKind, factKey, type Says } from './fact.ts';
import type { Heard, Learner, Verb } from './heard.ts';
import { isEmpty, ownerOf, says, short } from './says.ts';

const NODE_USER = 'system:node:';
const CONTROLLERS = 'system:serviceaccount:kube-system:';
const MAX_CONTAINERS = 32;
const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Of controllers that name what they make after what they make it for: kind, and the added part. */
const MADE_BY: ReadonlyMap<string, readonly [kind: string, added: RegExp]> = new Map([
  ['pods replicaset-controller', ['ReplicaSet', /-[a-z0-9]{5}$/]],
  ['pods daemon-set-controller', ['DaemonSet', /-[a-z0-9]{5}$/]],
  ['pods statefulset-controller', ['StatefulSet', /-\d+$/]],
  ['pods job-controller', ['Job', /-[a-z0-9]{5}$/]],
  ['replicasets deployment-controller', ['Deployment', /-[a-z0-9]{1,10}$/]],
  ['jobs cronjob-controller', ['CronJob', /-\d+$/]],
]);

/** At level Metadata there is no owner, but who made it and how it is named. */
function madeBy({ facts }: Heard, name: string): string | undefined {
  const user = facts.userName;
  if (typeof user !== 'string' || !user.startsWith(CONTROLLERS)) return undefined;
  const rule = MADE_BY.get(`${facts.resource ?? ''} ${user.slice(CONTROLLERS.length)}`);
  if (rule === undefined) return undefined;
  const [kind, added] = rule;
  const owner = name.replace(added, '');
  return owner === '' || owner === name ? undefined : `${kind}/${owner}`;
}

function nodeOfUser({ facts: { userName } }: Heard): string | undefined {
  if (typeof userName !== 'string' || !userName.startsWith(NODE_USER)) return undefined;
  return short(userName.slice(NODE_USER.length));
}

function imagesOf(spec: JsonObject): Says {
  const containers = CONTAINER_LISTS.flatMap((list) => objects(spec[list]));
  const images = containers.slice(0, MAX_CONTAINERS).flatMap((container) => {
    const [name, image] = [short(container['name']), short(container['image'])];
    return name === undefined || image === undefined ? [] : [[`image:${name}`, image] as const];
  });
  return Object.fromEntries(images);
}

function withSpec(value: unknown): JsonObject | undefined {
  const body = object(value);
  return object(body?.['spec']) === undefined ? undefined : body;
}

export function ofPodBody(body: JsonObject | undefined): Says {
  const spec = object(body?.['spec']);
  const metadata = object(body?.['metadata']);
  if (spec === undefined) return {};
  const known = says({
    uid: short(metadata?.['uid']),
    owner: ownerOf(body),
    // Of the pods of a Deployment: the end of their ReplicaSet's name.
    hash: short(object(metadata?.['labels'])?.['pod-template-hash']),
    account: short(spec['serviceAccountName']),
    node: short(spec['nodeName']),
  });
  return { ...known, ...imagesOf(spec) };
}

/** All containers are in it. */
export const WHOLE: Says = { whole: 'yes' };

function created(heard: Heard, name: string): Says {
  // The server's answer knows more than what was asked.
  const { requestObject, responseObject } = heard.event;
  const object = withSpec(responseObject) ?? withSpec(requestObject);
  const body = object === undefined ? {} : { ...WHOLE, ...ofPodBody(object) };
  const inferred = body['owner'] === undefined ? madeBy(heard, name) : undefined;
  // A pod that a kubelet makes is the mirror of one that it runs from a file.
  const node = body['node'] ?? nodeOfUser(heard);
  const more = says({ owner: inferred, inferred: inferred && 'yes', node });
  return { ...body, ...more };
}

/** What is asked may be a patch; the answer is the whole pod. */
function changed({ event }: Heard): Says {
  const answer = withSpec(event['responseObject']);
  if (answer !== undefined) return { ...WHOLE, ...ofPodBody(answer) };
  return ofPodBody(withSpec(event['requestObject']));
}

function bound({ event, facts }: Heard): Says {
  const request = object(event['requestObject']);
  const target = object(request?.['target']);
  if (facts.verb !== 'create' || text(target?.['kind']) === 'Pod') return {};
  const uid = object(request?.['metadata'])?.['uid'] ?? object(event['objectRef'])?.['uid'];
  return says({ node: short(target?.['name']), uid: short(uid) });
}

function keyOf({ cluster, facts }: Heard, kind: FactKind, name: string): string {
  return factKey(kind, cluster, facts.namespace ?? '', name);
}

function setIfAny(heard: Heard, name: string, said: Says): Fact | undefined {
  if (isEmpty(said)) return undefined;
  return { key: keyOf(heard, 'pod', name), atMs: heard.timeMs, change: 'set', says: said };
}

function ofPod(heard: Heard, verb: Verb, name: string): Fact | undefined {
  const base = { key: keyOf(heard, 'pod', name), atMs: heard.timeMs };
  if (verb === 'create') return { ...base, change: 'start', says: created(heard, name) };
  if (verb === 'delete') return { ...base, change: 'end', says: {} };
  return setIfAny(heard, name, changed(heard));
}

export const learnPod: Learner = (heard, verb, name) => {
  switch (heard.facts.subresource ?? '') {
    case '':
      return ofPod(heard, verb, name);
    case 'binding':
      return setIfAny(heard, name, bound(heard));
    case 'status':
      return setIfAny(heard, name, says({ node: nodeOfUser(heard) }));
    case 'ephemeralcontainers':
      return setIfAny(heard, name, changed(heard));
    default:
      return undefined;
  }
};

/** A ReplicaSet or Job, as far as it belongs to a Deployment or CronJob. */
export const learnOwner: Learner = (heard, verb, name) => {
  const { facts, event } = heard;
  if ((facts.subresource ?? '') !== '') return undefined;
  const of = `${facts.resource === 'jobs' ? 'Job' : 'ReplicaSet'}/${name}`;
  const base = { key: keyOf(heard, 'owner', of), atMs: heard.timeMs };
  if (verb === 'delete') return { ...base, change: 'end', says: {} };
  if (verb !== 'create') return undefined;
  const body = object(event['responseObject']) ?? object(event['requestObject']);
  const owner = ownerOf(body);
  const inferred = owner === undefined && body === undefined ? madeBy(heard, name) : undefined;
  const said = says({ owner: owner ?? inferred, inferred: inferred && 'yes' });
  return isEmpty(said) ? undefined : { ...base, change: 'start', says: said };
};
