/**
 * Owns: audit events as an API server writes them, and a normalizer that learns from them, for the
 * tests beside this file.
 */
import type {
  AuditEvent,
  InventoryFact,
  RawBatch,
} from '../../../../../../schemas/generated/avro.ts';
import { rawBatch } from '../../../../../../schemas/raw-batch.ts';
import { createLearning } from '../../../../../../services/normalizer/enrich/learned/learning.ts';
import { readTimeline } from '../../../../../../services/normalizer/enrich/learned/record.ts';
import {
  createTable,
  MAX_OBSERVATIONS,
  type Table,
} from '../../../../../../services/normalizer/enrich/learned/table.ts';
import {
  createLearningStage,
  createOfflineNormalizer,
  type NormalizerOptions,
} from '../../../../../../services/normalizer/stage.ts';
import type { JsonObject } from '../../../../../../shared/domain/json.ts';
import { endings, extraOf } from '../../../../../../shared/pipeline/outcome.ts';
import type { Tree } from '../../map/leaves.ts';

export const BEGIN_MS = Date.parse('2026-11-21T06:00:00Z');
export const CLUSTER = 'prod';

/** `seconds` after the beginning. */
export function at(seconds: number): string {
  return new Date(BEGIN_MS + seconds * 1000).toISOString();
}

let made = 0;

export function audit(
  seconds: number,
  [verb, resource, namespace, name, subresource]: readonly (string | undefined)[],
  rest: JsonObject = {},
): JsonObject {
  made += 1;
  const group = GROUPS[resource ?? ''];
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: `audit-${made}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/${namespace}/${resource}/${name}`,
    verb,
    user: { username: 'alice' },
    sourceIPs: ['10.0.0.9'],
    objectRef: { resource, namespace, name, subresource, apiGroup: group, apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: at(seconds),
    stageTimestamp: at(seconds),
    ...rest,
  };
}

const RBAC = 'rbac.authorization.k8s.io';
const GROUPS: Readonly<Record<string, string>> = {
  replicasets: 'apps',
  jobs: 'batch',
  rolebindings: RBAC,
  clusterrolebindings: RBAC,
  roles: RBAC,
  clusterroles: RBAC,
};

export const CONTROLLER = 'system:serviceaccount:kube-system:';

export function controller(name: string): JsonObject {
  return { user: { username: `${CONTROLLER}${name}` } };
}

export function kubelet(node: string): JsonObject {
  return { user: { username: `system:node:${node}`, groups: ['system:nodes'] } };
}

export function podBody(owner: string, rest: JsonObject = {}): JsonObject {
  const [kind, name] = owner.split('/');
  return {
    kind: 'Pod',
    metadata: {
      labels: { 'pod-template-hash': '7d4b9c6f5' },
      ownerReferences: [{ kind, name, controller: true }],
    },
    spec: {
      serviceAccountName: 'checkout',
      containers: [
        { name: 'app', image: 'registry.example/app:1.4.2' },
        { name: 'sidecar', image: 'registry.example/envoy:1.30' },
      ],
    },
    ...rest,
  };
}

/** The life of a pod of a Deployment, up to its first minute. */
export function webPod(begin = 0): readonly JsonObject[] {
  const [rs, pod] = ['web-7d4b9c6f5', 'web-7d4b9c6f5-x2x9z'];
  return [
    audit(begin, ['create', 'replicasets', 'shop', rs], {
      ...controller('deployment-controller'),
      requestObject: { metadata: { ownerReferences: [{ kind: 'Deployment', name: 'web' }] } },
    }),
    audit(begin + 1, ['create', 'pods', 'shop', pod], {
      ...controller('replicaset-controller'),
      requestObject: podBody(`ReplicaSet/${rs}`),
    }),
    audit(begin + 2, ['create', 'pods', 'shop', pod, 'binding'], {
      user: { username: 'system:kube-scheduler' },
      requestObject: { metadata: { uid: 'uid-1' }, target: { kind: 'Node', name: 'worker-1' } },
    }),
  ];
}

export const WEB_POD = 'web-7d4b9c6f5-x2x9z';

export function exec(seconds: number, pod = WEB_POD, container = 'app'): JsonObject {
  return audit(seconds, ['create', 'pods', 'shop', pod, 'exec'], {
    requestURI: `/api/v1/namespaces/shop/pods/${pod}/exec?command=sh&container=${container}`,
    responseStatus: { code: 101 },
  });
}

export function batchOf(events: readonly JsonObject[], receivedAt = 0): RawBatch {
  const body = Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
  return rawBatch({ source: 'audit', cluster: CLUSTER, receivedAt, body });
}

const ORIGIN = { topic: 'audit.raw', partition: 0, offset: 0n, timestampMs: BEGIN_MS };

export interface World {
  readonly table: Table;
  /** Documents of one body, and what was learnt of it. */
  feed(events: readonly JsonObject[], receivedAt?: number): Told;
}

export interface Told {
  readonly documents: readonly Tree[];
  readonly facts: readonly InventoryFact[];
}

export function documentOf({ document }: AuditEvent): Tree {
  return JSON.parse(document.toString('utf8')) as Tree;
}

export function takeInto(table: Table, facts: readonly InventoryFact[], ms = BEGIN_MS): void {
  for (const fact of facts) table.apply(fact.key, readTimeline(fact) ?? [], ms);
}

/** What is learnt is known from the next batch on, as when the topic is followed. */
export function createWorld(options: Partial<NormalizerOptions> = {}): World {
  const table = createTable({ maxEntries: 10_000, maxObservations: MAX_OBSERVATIONS });
  const stage = createLearningStage(
    { dataStreamNamespace: 'default', ...options },
    createLearning(table),
  );
  return {
    table,
    feed(events, receivedAt = 0) {
      const outcomes = stage.apply([{ origin: ORIGIN, value: batchOf(events, receivedAt) }]);
      const facts = outcomes
        .flatMap((outcome) => extraOf(outcome))
        .flatMap((item) =>
          'topic' in item && item.topic === 'audit.inventory' ? [item.value] : [],
        );
      takeInto(table, facts);
      const given = outcomes.flatMap((outcome) => endings(outcome));
      const documents = given.flatMap((ending) =>
        ending.kind === 'emit'
          ? ending.items.flatMap((item) => ('topic' in item ? [] : [documentOf(item)]))
          : [],
      );
      return { documents, facts };
    },
  };
}

/** Documents by event id, of all files. */
export function offline(files: readonly (readonly JsonObject[])[]): ReadonlyMap<string, string> {
  const { completing, stage } = createOfflineNormalizer({ dataStreamNamespace: 'default' });
  const events = files
    .flatMap((file) => stage.apply([{ origin: ORIGIN, value: batchOf(file) }]))
    .flatMap((outcome) => endings(outcome))
    .flatMap((ending) => (ending.kind === 'emit' ? ending.items : []));
  const complete = completing();
  return new Map(events.map((event) => [event.id, complete(event).document.toString('utf8')]));
}
