/**
 * Owns: events to promote from, for the tests of this folder.
 */
import { promote } from '../../../../../services/normalizer/promote/promote.ts';

type Any = Readonly<Record<string, unknown>>;

/** `podwitness.*`, as JSON has it: what is undefined is not there. */
export function ownOf(event: object): Any {
  return JSON.parse(JSON.stringify(promote(event as Any).own ?? {})) as Any;
}

export function processOf(event: object): unknown {
  return promote(event as Any).document?.['process'];
}

/** `pods/exec` in a URI with this query. */
export function onPod(subresource: string, query: string, rest: object = {}): object {
  return {
    verb: 'get',
    requestURI: `/api/v1/namespaces/payments/pods/checkout-0/${subresource}?${query}`,
    objectRef: { resource: 'pods', subresource, namespace: 'payments', name: 'checkout-0' },
    ...rest,
  };
}

/** A write of what `where` says: `deployments.apps`, `pods`, `serviceaccounts/token`. */
export function write(where: string, requestObject: unknown, rest: object = {}): object {
  const [resources = '', subresource] = where.split('/');
  const dot = resources.indexOf('.');
  const [resource, apiGroup] =
    dot < 0 ? [resources, undefined] : [resources.slice(0, dot), resources.slice(dot + 1)];
  return {
    ...{ level: 'Request', stage: 'ResponseComplete', verb: 'create' },
    objectRef: { resource, apiGroup, subresource, name: 'it' },
    requestObject,
    ...rest,
  };
}

export const RBAC = 'rbac.authorization.k8s.io';
