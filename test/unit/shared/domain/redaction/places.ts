/**
 * Owns: records with a secret planted in them, with what is no secret beside it: Secrets, tokens,
 * variables of containers.
 * Does not own: what must become of them (redact.prop.test.ts).
 */
import type { RecordFormat } from '../../../../../shared/domain/record-format.ts';

export interface Planted {
  readonly format: RecordFormat;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface Place {
  readonly name: string;
  /** `any`: any characters; `word`: only those that need no quotes there. */
  readonly takes: 'any' | 'word';
  /** `innocent`: a value that is no secret, and must stay. */
  readonly plant: (secret: string, innocent: string) => Planted;
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const URI = '/api/v1/namespaces/payments/things';

/** An event of the API server; who and what are nobody's secret. */
export function audit(resource: string, rest: object): Planted {
  const record = {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'RequestResponse' },
    ...{ auditID: '5c2f3a9e-0000-4000-8000-000000000001', stage: 'ResponseComplete' },
    ...{ requestURI: URI, verb: 'patch', userAgent: 'kubectl/v1.33.1', sourceIPs: ['10.0.0.9'] },
    user: { username: 'alice', groups: ['dev'] },
    objectRef: { resource, namespace: 'payments', name: 'db', apiVersion: 'v1' },
    ...{ responseStatus: { metadata: {}, code: 200 } },
    requestReceivedTimestamp: '2026-11-21T06:00:00.123456Z',
    stageTimestamp: '2026-11-21T06:00:00.223456Z',
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    ...rest,
  };
  return { format: 'audit', record };
}

export function secretObject(data: object, innocent: string): object {
  const metadata = { name: 'db', namespace: 'payments', labels: { tier: innocent } };
  return { kind: 'Secret', apiVersion: 'v1', metadata, ...data, type: 'Opaque' };
}

const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function withApplied(text: string): object {
  return { metadata: { name: 'db', annotations: { [APPLIED]: text } } };
}

type Plant = Place['plant'];

export function any(name: string, plant: Plant): Place {
  return { name, takes: 'any', plant };
}

export function word(name: string, plant: Plant): Place {
  return { name, takes: 'word', plant };
}

const SECRETS: readonly Place[] = [
  any('data of a Secret', (s, i) =>
    audit('secrets', { responseObject: secretObject({ data: { p: base64(s) } }, i) }),
  ),
  any('stringData of a Secret', (s, i) =>
    audit('secrets', { requestObject: secretObject({ stringData: { p: s } }, i) }),
  ),
  any('a SecretList, whose items have no kind', (s, i) =>
    audit('secrets', {
      responseObject: {
        ...{ kind: 'SecretList', apiVersion: 'v1' },
        items: [{ metadata: { name: i }, data: { p: base64(s) } }],
      },
    }),
  ),
  any('a Table with whole objects', (s, i) =>
    audit('secrets', {
      responseObject: {
        ...{ kind: 'Table', apiVersion: 'meta.k8s.io/v1' },
        rows: [{ cells: [i, 'Opaque', 1], object: secretObject({ data: { p: base64(s) } }, i) }],
      },
    }),
  ),
  any('an event of a watch', (s, i) =>
    audit('secrets', {
      responseObject: { type: 'ADDED', object: secretObject({ data: { p: base64(s) } }, i) },
    }),
  ),
  any('a merge patch without a kind', (s, i) =>
    audit('secrets', {
      requestObject: { metadata: { labels: { a: i } }, data: { p: base64(s) } },
    }),
  ),
  any('a JSON patch of one key', (s, i) =>
    audit('secrets', {
      requestObject: [
        { op: 'add', path: '/data/p', value: base64(s) },
        { op: 'replace', path: '/metadata/labels/a', value: i },
      ],
    }),
  ),
  any('a JSON patch of all data', (s, i) =>
    audit('secrets', {
      requestObject: [
        { op: 'replace', path: '/data', value: { p: base64(s) } },
        { op: 'test', path: '/metadata/name', value: i },
      ],
    }),
  ),
  any('a Secret in a List of other things', (s, i) =>
    audit('things', {
      requestObject: {
        ...{ kind: 'List', apiVersion: 'v1' },
        items: [secretObject({ stringData: { p: s } }, i)],
      },
    }),
  ),
  any('what kubectl applied to a Secret', (s, i) =>
    audit('secrets', {
      requestObject: secretObject(
        withApplied(`${JSON.stringify(secretObject({ stringData: { p: s } }, i))}\n`),
        i,
      ),
    }),
  ),
  any('what kubectl applied, cut off', (s, i) =>
    audit('things', {
      requestObject: {
        ...{ kind: 'Thing', apiVersion: 'x/v1', spec: { size: i } },
        ...withApplied(`{"spec":{"anything":${JSON.stringify(s)}`),
      },
    }),
  ),
  any('a body that does not say what it is', (s, i) => {
    const { record } = audit('', { requestObject: { data: { p: base64(s) }, spec: { size: i } } });
    const { objectRef: _, ...rest } = record;
    return { format: 'audit', record: rest };
  }),
  any('the answer to a TokenRequest', (s, i) =>
    audit('serviceaccounts', {
      responseObject: {
        ...{ kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1' },
        ...{ spec: { audiences: [i] }, status: { token: s } },
      },
    }),
  ),
  any('a TokenReview', (s, i) =>
    audit('tokenreviews', {
      requestObject: {
        ...{ kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1' },
        ...{ spec: { token: s, audiences: [i] } },
      },
    }),
  ),
];

function container(secret: string, innocent: string): object {
  return {
    ...{ name: 'app', image: `registry.example/${innocent}:1` },
    env: [
      { name: 'DB', value: secret },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'KEY', valueFrom: { secretKeyRef: { name: innocent, key: 'password' } } },
    ],
  };
}

function podSpec(secret: string, innocent: string): object {
  return { containers: [container(secret, innocent)], volumes: [{ secret: { secretName: 'x' } }] };
}

function template(kind: string, inner: (spec: object) => object): Place {
  return any(`a variable in a ${kind}`, (s, i) =>
    audit(`${kind.toLowerCase()}s`, {
      requestObject: { kind, apiVersion: 'x/v1', ...inner(podSpec(s, i)) },
    }),
  );
}

const inTemplate = (spec: object): object => ({ spec: { template: { spec } } });

const VARIABLES: readonly Place[] = [
  template('Pod', (spec) => ({ spec })),
  ...['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'Job'].map((kind) =>
    template(kind, inTemplate),
  ),
  template('CronJob', (spec) => ({ spec: { jobTemplate: inTemplate(spec) } })),
  template('PodTemplate', (spec) => ({ template: { spec } })),
  template('Workflow', (spec) => ({ spec: { steps: [{ run: { podSpecPatch: spec } }] } })),
  any('a variable in a strategic merge patch', (s, i) =>
    audit('deployments', {
      requestObject: {
        spec: {
          template: {
            spec: {
              '$setElementOrder/containers': [{ name: i }],
              containers: [{ name: 'app', env: [{ name: 'A', value: s }] }],
            },
          },
        },
      },
    }),
  ),
  any('a variable in a JSON patch', (s, i) =>
    audit('deployments', {
      requestObject: [
        { op: 'replace', path: '/spec/template/spec/containers/0/env/1/value', value: s },
        { op: 'add', path: '/spec/template/spec/containers/0/env/-', value: { name: i, value: s } },
      ],
    }),
  ),
  any('a variable in the patch of a webhook', (s, i) =>
    audit('pods', {
      annotations: {
        'patch.webhook.admission.k8s.io/round_0_index_0': JSON.stringify({
          ...{ configuration: i, patchType: 'JSONPatch' },
          patch: [{ op: 'add', path: '/spec/containers/0/env', value: [{ name: 'A', value: s }] }],
        }),
      },
    }),
  ),
  any('a variable that kubectl applied', (s, i) =>
    audit('pods', {
      requestObject: {
        ...{ kind: 'Pod', apiVersion: 'v1' },
        ...withApplied(JSON.stringify({ kind: 'Pod', apiVersion: 'v1', spec: podSpec(s, i) })),
      },
    }),
  ),
];

export const BODY_PLACES: readonly Place[] = [...SECRETS, ...VARIABLES];
