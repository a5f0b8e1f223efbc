/**
 * Owns: what documents of commands, alerts and gaps have in common: they are not in the form of the
 * audit log, and lie in a collection of their own (docs/adr/0010).
 */
import { COLLECTIONS } from '../../../shared/domain/collections.ts';
import type { JsonObject } from '../read/leaf.ts';
import { compact } from './fields.ts';
import { beginning } from './ingest.ts';
import { type Around, ECS_VERSION } from './mapped.ts';

const MAX_TEXT_CHARS = 1024;
const MAX_MEMBERS = 64;
const MAX_DEPTH = 4;

/** Where something happened, as far as its source knows. */
export interface Where {
  readonly node?: string | undefined;
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
}

/** The fields of every document, up to what the record itself says. */
export function commonFields(
  timestamp: string,
  message: string,
  event: JsonObject,
  { dataStreamNamespace, receivedAt }: Around,
): JsonObject {
  const { dataset } = COLLECTIONS.activity;
  return {
    '@timestamp': timestamp,
    ecs: { version: ECS_VERSION },
    message,
    event: { ...event, ...(receivedAt === undefined ? {} : { created: receivedAt }) },
    data_stream: { type: 'logs', dataset, namespace: dataStreamNamespace },
  };
}

/** `host`, `kubernetes`, `container`, `orchestrator`. */
export function whereFields(
  { container, namespace, node, pod }: Where,
  cluster: string,
): JsonObject {
  return {
    host: node === undefined ? undefined : { name: node },
    orchestrator: {
      type: 'kubernetes',
      cluster: { name: cluster },
      namespace,
      resource: pod === undefined ? undefined : { type: 'pods', name: pod },
    },
    kubernetes: compact({
      namespace,
      node: node === undefined ? undefined : { name: node },
      pod: pod === undefined ? undefined : { name: pod },
      container: container === undefined ? undefined : { name: container },
    }),
    related: node === undefined ? undefined : { hosts: [node] },
  };
}

/** `in payments/checkout-0 (app) on worker-1`, as far as it is known. */
export function place({ container, namespace, node, pod }: Where): string {
  const inside = pod === undefined ? undefined : [namespace, pod].filter(Boolean).join('/');
  if (inside === undefined && container === undefined) {
    return node === undefined ? 'somewhere' : `on node ${node}`;
  }
  const unit = inside ?? 'a pod that is not known';
  const named = container === undefined ? `in ${unit}` : `in ${unit} (${container})`;
  return node === undefined ? named : `${named} on ${node}`;
}

/** What is left of a record whose document would be larger than the log takes. */
export function shorten(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return beginning(value, MAX_TEXT_CHARS);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map((v) => shorten(v, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_MEMBERS)
      .map(([key, v]) => [beginning(key, MAX_TEXT_CHARS), shorten(v, depth + 1)]),
  );
}
