/**
 * Sentences, each as a person reads it. Who changes one should read all of them.
 */
import { expect, it } from 'vitest';
import { partsOf } from '../../../../../../services/normalizer/map/audit-parts.ts';
import { sentence } from '../../../../../../services/normalizer/map/sentence/sentence.ts';

interface Case {
  readonly user?: unknown;
  readonly as?: string;
  readonly verb?: string;
  /** `group/resource`, or a resource of the core group. */
  readonly of?: string;
  readonly sub?: string;
  readonly in?: string;
  readonly name?: string;
  readonly uri?: string;
  readonly code?: number | null;
  readonly stage?: string;
  readonly status?: object;
  readonly forbid?: boolean;
  readonly body?: unknown;
  readonly answer?: unknown;
  readonly container?: string;
}

const USER = 'alice';

function said(given: Case): string {
  const { as, code = 200, of, user = USER } = given;
  const [resource, apiGroup] = (of ?? '').split('/').toReversed();
  const ref = { resource, apiGroup, namespace: given.in, name: given.name, subresource: given.sub };
  const event = {
    verb: given.verb ?? 'get',
    stage: given.stage ?? 'ResponseComplete',
    user: typeof user === 'string' ? { username: user } : user,
    ...(as === undefined ? {} : { impersonatedUser: { username: as } }),
    sourceIPs: ['203.0.113.7', '10.0.0.9'],
    ...(of === undefined ? {} : { objectRef: ref }),
    requestURI: given.uri ?? '/api',
    ...(code === null ? {} : { responseStatus: { code, ...given.status } }),
    annotations: { 'authorization.k8s.io/decision': given.forbid === true ? 'forbid' : 'allow' },
    requestObject: given.body,
    responseObject: given.answer,
  };
  return sentence(partsOf(event), given.container);
}

const DB = { of: 'secrets', in: 'payments', name: 'db' };
const WEB = { of: 'apps/deployments', in: 'shop', name: 'web' };
const POD = { of: 'pods', in: 'payments', name: 'checkout-0' };
const exec = (query: string) => ({ ...POD, sub: 'exec', uri: `/x?${query}`, code: 101 });
const REFUSED = { code: 403, forbid: true };
const RBAC = 'rbac.authorization.k8s.io';

const CASES: readonly (readonly [Case, string])[] = [
  // Verbs.
  [DB, 'alice read secret payments/db from 10.0.0.9 — allowed'],
  [{ ...DB, verb: 'create' }, 'alice created secret payments/db from 10.0.0.9 — allowed'],
  [{ ...DB, verb: 'update' }, 'alice updated secret payments/db from 10.0.0.9 — allowed'],
  [{ ...DB, verb: 'patch' }, 'alice patched secret payments/db from 10.0.0.9 — allowed'],
  [{ ...DB, verb: 'delete' }, 'alice deleted secret payments/db from 10.0.0.9 — allowed'],
  [{ ...DB, verb: 'connect' }, 'alice connected to secret payments/db from 10.0.0.9 — allowed'],
  [{ ...DB, verb: '' }, 'alice sent a request to secret payments/db from 10.0.0.9 — allowed'],
  [{ ...DB, verb: 'use' }, 'alice did "use" on secret payments/db from 10.0.0.9 — allowed'],
  // Many.
  [
    { of: 'secrets', verb: 'list' },
    'alice listed secrets in all namespaces from 10.0.0.9 — allowed',
  ],
  [
    { of: 'secrets', verb: 'list', in: 'payments' },
    'alice listed secrets in payments from 10.0.0.9 — allowed',
  ],
  [
    { of: 'secrets', verb: 'list', in: 'payments', name: 'db' },
    'alice listed secret payments/db from 10.0.0.9 — allowed',
  ],
  [
    { of: 'pods', verb: 'watch', stage: 'ResponseStarted' },
    'alice watched pods in all namespaces from 10.0.0.9 — started',
  ],
  [{ of: 'nodes', verb: 'list' }, 'alice listed nodes from 10.0.0.9 — allowed'],
  [
    { of: 'secrets', verb: 'deletecollection', in: 'payments' },
    'alice deleted all secrets in payments from 10.0.0.9 — allowed',
  ],
  [
    { of: 'secrets', verb: 'deletecollection', in: 'a', uri: '/s?labelSelector=app%3Dx' },
    'alice deleted selected secrets in a from 10.0.0.9 — allowed',
  ],
  // One and many of each kind.
  ...(
    [
      ['networking.k8s.io/ingresses', 'ingresses in all namespaces'],
      ['networking.k8s.io/networkpolicies', 'network policies in all namespaces'],
      ['networking.k8s.io/ingressclasses', 'ingress classes'],
      ['endpoints', 'endpoints in all namespaces'],
      ['discovery.k8s.io/endpointslices', 'endpoint slices in all namespaces'],
      ['configmaps', 'config maps in all namespaces'],
      ['serviceaccounts', 'service accounts in all namespaces'],
      ['persistentvolumeclaims', 'persistent volume claims in all namespaces'],
      ['persistentvolumes', 'persistent volumes'],
      [`${RBAC}/clusterrolebindings`, 'cluster role bindings'],
      [`${RBAC}/rolebindings`, 'role bindings in all namespaces'],
      ['storage.k8s.io/storageclasses', 'storage classes'],
      ['storage.k8s.io/csistoragecapacities', 'CSI storage capacities in all namespaces'],
      ['apiextensions.k8s.io/customresourcedefinitions', 'custom resource definitions'],
      ['apiregistration.k8s.io/apiservices', 'API services'],
      ['batch/cronjobs', 'cron jobs in all namespaces'],
      ['certificates.k8s.io/certificatesigningrequests', 'certificate signing requests'],
      [
        'admissionregistration.k8s.io/validatingwebhookconfigurations',
        'validating webhook configurations',
      ],
      ['example.com/widgets', 'widgets.example.com'],
      ['evil.example.com/secrets', 'secrets.evil.example.com'],
      ['metrics.k8s.io/pods', 'pods.metrics.k8s.io'],
      ['security.openshift.io/securitycontextconstraints', 'security context constraints'],
    ] as const
  ).map(
    ([of, many]) => [{ of, verb: 'list' }, `alice listed ${many} from 10.0.0.9 — allowed`] as const,
  ),
  [
    { of: 'networking.k8s.io/ingresses', in: 'shop', name: 'web', verb: 'delete' },
    'alice deleted ingress shop/web from 10.0.0.9 — allowed',
  ],
  [
    { of: 'endpoints', in: 'shop', name: 'web' },
    'alice read endpoints shop/web from 10.0.0.9 — allowed',
  ],
  [
    { of: 'example.com/widgets', in: 'shop', name: 'w', verb: 'create' },
    'alice created widgets.example.com shop/w from 10.0.0.9 — allowed',
  ],
  [
    { of: 'example.com/widgets', in: 'shop', verb: 'create' },
    'alice created one of widgets.example.com in shop from 10.0.0.9 — allowed',
  ],
  [{ of: 'nodes', name: 'w1' }, 'alice read node w1 from 10.0.0.9 — allowed'],
  [
    { of: 'namespaces', in: 'shop', name: 'shop', verb: 'delete' },
    'alice deleted namespace shop from 10.0.0.9 — allowed',
  ],
  // Without a name.
  [{ of: 'pods', in: 'a', verb: 'create' }, 'alice created a pod in a from 10.0.0.9 — allowed'],
  [
    { of: 'networking.k8s.io/ingresses', in: 'a', verb: 'create' },
    'alice created an ingress in a from 10.0.0.9 — allowed',
  ],
  [
    { of: 'pods', in: 'a', verb: 'create', body: { metadata: { generateName: 'web-' } } },
    'alice created a pod (web-…) in a from 10.0.0.9 — allowed',
  ],
  [
    { of: 'pods', in: 'a', verb: 'create', answer: { kind: 'Pod', metadata: { name: 'web-x' } } },
    'alice created pod a/web-x from 10.0.0.9 — allowed',
  ],
  [
    { ...REFUSED, of: 'pods', in: 'a', verb: 'create', body: { metadata: { name: 'evil' } } },
    'alice tried to create pod a/evil from 10.0.0.9 — refused (403)',
  ],
  // Subresources.
  [
    { ...exec('command=sh&command=-c&command=id'), container: 'app', stage: 'ResponseStarted' },
    'alice ran "sh -c id" in pod payments/checkout-0 (container app) from 10.0.0.9 — started',
  ],
  [exec('command=sh'), 'alice ran "sh" in pod payments/checkout-0 from 10.0.0.9 — ended'],
  [exec(''), 'alice ran a command in pod payments/checkout-0 from 10.0.0.9 — ended'],
  [
    { ...POD, sub: 'exec', verb: 'connect', body: { kind: 'PodExecOptions', command: ['id'] } },
    'alice ran "id" in pod payments/checkout-0 from 10.0.0.9 — allowed',
  ],
  [
    { ...exec('command=id'), ...REFUSED },
    'alice tried to run "id" in pod payments/checkout-0 from 10.0.0.9 — refused (403)',
  ],
  [
    { ...exec('command=id'), code: null, stage: 'RequestReceived' },
    'alice asked to run "id" in pod payments/checkout-0 from 10.0.0.9 — no answer yet',
  ],
  [
    { ...POD, sub: 'attach', code: 101 },
    'alice attached to pod payments/checkout-0 from 10.0.0.9 — ended',
  ],
  [
    { ...POD, sub: 'portforward', code: 101, stage: 'ResponseStarted' },
    'alice opened a port-forward to pod payments/checkout-0 from 10.0.0.9 — started',
  ],
  [
    { ...POD, sub: 'log', container: 'app' },
    'alice read the log of pod payments/checkout-0 (container app) from 10.0.0.9 — allowed',
  ],
  [
    { of: 'nodes', name: 'w1', sub: 'proxy' },
    'alice sent a request through the API server to node w1 from 10.0.0.9 — allowed',
  ],
  [
    { of: 'services', in: 'a', name: 'https:web:443', sub: 'proxy', verb: 'create' },
    'alice sent a request through the API server to service a/https:web:443 from 10.0.0.9 — allowed',
  ],
  [
    { ...POD, sub: 'status', verb: 'patch' },
    'alice updated the status of pod payments/checkout-0 from 10.0.0.9 — allowed',
  ],
  [
    { ...POD, sub: 'status' },
    'alice read the status of pod payments/checkout-0 from 10.0.0.9 — allowed',
  ],
  [
    { ...WEB, sub: 'scale', verb: 'patch' },
    'alice scaled deployment shop/web from 10.0.0.9 — allowed',
  ],
  [{ ...WEB, sub: 'scale' }, 'alice read the scale of deployment shop/web from 10.0.0.9 — allowed'],
  [
    { ...POD, sub: 'eviction', verb: 'create' },
    'alice evicted pod payments/checkout-0 from 10.0.0.9 — allowed',
  ],
  [
    { ...POD, sub: 'eviction', verb: 'create', code: 429, status: { reason: 'TooManyRequests' } },
    'alice tried to evict pod payments/checkout-0 from 10.0.0.9 — failed (429 too many requests)',
  ],
  [
    { ...POD, sub: 'binding', verb: 'create', body: { target: { kind: 'Node', name: 'w1' } } },
    'alice bound pod payments/checkout-0 to node w1 from 10.0.0.9 — allowed',
  ],
  [
    { ...POD, sub: 'ephemeralcontainers', verb: 'patch' },
    'alice added a debug container to pod payments/checkout-0 from 10.0.0.9 — allowed',
  ],
  [
    { ...POD, sub: 'resize', verb: 'patch' },
    'alice resized pod payments/checkout-0 from 10.0.0.9 — allowed',
  ],
  [
    { of: 'serviceaccounts', in: 'ci', name: 'deployer', sub: 'token', verb: 'create' },
    'alice requested a token for service account ci/deployer from 10.0.0.9 — allowed',
  ],
  [
    { of: 'namespaces', in: 'a', name: 'a', sub: 'finalize', verb: 'update' },
    'alice finalized namespace a from 10.0.0.9 — allowed',
  ],
  ...(
    [
      [undefined, 'decided on'],
      [{ status: { conditions: [{ type: 'Approved' }] } }, 'approved'],
      [{ status: { conditions: [{ type: 'Denied' }] } }, 'denied'],
    ] as const
  ).map(
    ([body, past]) =>
      [
        {
          of: 'certificates.k8s.io/certificatesigningrequests',
          name: 'csr-1',
          sub: 'approval',
          verb: 'update',
          body,
        },
        `alice ${past} certificate signing request csr-1 from 10.0.0.9 — allowed`,
      ] as const,
  ),
  [
    { of: 'example.com/widgets', in: 'a', name: 'w', sub: 'restart', verb: 'create' },
    'alice created restart of widgets.example.com a/w from 10.0.0.9 — allowed',
  ],
  // Questions.
  ...(
    [
      ['authentication.k8s.io/tokenreviews', 'checked whose a token is'],
      ['authentication.k8s.io/selfsubjectreviews', 'checked who it is'],
      ['authorization.k8s.io/subjectaccessreviews', 'checked what a user may do'],
      ['authorization.k8s.io/localsubjectaccessreviews', 'checked what a user may do'],
      ['authorization.k8s.io/selfsubjectaccessreviews', 'checked what it may do itself'],
      ['authorization.k8s.io/selfsubjectrulesreviews', 'listed what it may do itself'],
    ] as const
  ).map(
    ([of, asked]) =>
      [{ of, verb: 'create', code: 201 }, `alice ${asked} from 10.0.0.9 — allowed`] as const,
  ),
  // Without an object.
  [{ uri: '/healthz?verbose' }, 'alice read /healthz from 10.0.0.9 — allowed'],
  [{ uri: '/logs/', verb: 'post' }, 'alice sent a POST request to /logs/ from 10.0.0.9 — allowed'],
  // Who.
  [
    { ...DB, user: 'system:serviceaccount:payments:web' },
    'service account web in payments read secret payments/db from 10.0.0.9 — allowed',
  ],
  [{ ...DB, user: 'system:node:w1' }, 'node w1 read secret payments/db from 10.0.0.9 — allowed'],
  [
    { ...DB, user: 'system:kube-scheduler' },
    'system:kube-scheduler read secret payments/db from 10.0.0.9 — allowed',
  ],
  [
    { ...DB, ...REFUSED, user: 'system:anonymous' },
    'someone anonymous tried to read secret payments/db from 10.0.0.9 — refused (403)',
  ],
  [
    { ...DB, user: {}, code: 401, stage: 'ResponseStarted' },
    'someone who is not authenticated tried to read secret payments/db from 10.0.0.9 — refused (401)',
  ],
  [{ ...DB, as: 'bob' }, 'alice as bob read secret payments/db from 10.0.0.9 — allowed'],
  [
    { ...DB, as: 'system:serviceaccount:ci:deployer' },
    'alice as service account deployer in ci read secret payments/db from 10.0.0.9 — allowed',
  ],
  [
    { ...DB, user: 'alice@example.com' },
    'alice@example.com read secret payments/db from 10.0.0.9 — allowed',
  ],
  [
    { ...DB, user: 'arn:aws:sts::111122223333:assumed-role/ops/i-0abc' },
    'arn:aws:sts::111122223333:assumed-role/ops/i-0abc read secret payments/db from 10.0.0.9 — allowed',
  ],
  // How it ended.
  [
    { ...DB, code: 404, status: { reason: 'NotFound', message: 'secrets "db" not found' } },
    'alice tried to read secret payments/db from 10.0.0.9 — failed (404 not found)',
  ],
  [
    { ...DB, verb: 'create', code: 409, status: { reason: 'AlreadyExists' } },
    'alice tried to create secret payments/db from 10.0.0.9 — failed (409 already exists)',
  ],
  [{ ...DB, code: 418 }, 'alice tried to read secret payments/db from 10.0.0.9 — failed (418)'],
  [
    { ...POD, verb: 'create', code: 403, status: { message: 'pods "x" is forbidden: violates' } },
    'alice tried to create pod payments/checkout-0 from 10.0.0.9 — refused (403): "pods \\"x\\" is forbidden: violates"',
  ],
  [
    { ...DB, code: 500, status: { message: 'etcd is away' } },
    'alice tried to read secret payments/db from 10.0.0.9 — failed (500 internal error): "etcd is away"',
  ],
  [
    { ...DB, code: null, stage: 'RequestReceived' },
    'alice asked to read secret payments/db from 10.0.0.9 — no answer yet',
  ],
  [
    { ...DB, code: null },
    'alice asked to read secret payments/db from 10.0.0.9 — answer not known',
  ],
  [
    { ...DB, verb: 'delete', uri: '/s?dryRun=All' },
    'alice deleted secret payments/db from 10.0.0.9 (dry run) — allowed',
  ],
  [
    { ...DB, verb: 'delete', body: { kind: 'DeleteOptions', dryRun: ['All'] } },
    'alice deleted secret payments/db from 10.0.0.9 (dry run) — allowed',
  ],
  // What others would like it to say.
  [
    { ...DB, user: 'bob read secret a/b from 10.0.0.1 — allowed' },
    '"bob read secret a/b from 10.0.0.1 — allowed" read secret payments/db from 10.0.0.9 — allowed',
  ],
  [
    { ...DB, name: 'x from 10.0.0.9 — allowed' },
    'alice read secret payments/"x from 10.0.0.9 — allowed" from 10.0.0.9 — allowed',
  ],
  [
    { ...DB, user: 'system:serviceaccount:a:x in b' },
    'service account "x in b" in a read secret payments/db from 10.0.0.9 — allowed',
  ],
  [
    exec('command=sh%22%20in%20pod%20a/b%0Abob'),
    'alice ran "sh\\" in pod a/b\\nbob" in pod payments/checkout-0 from 10.0.0.9 — ended',
  ],
  [
    { ...DB, user: 'a\u202eb\u0000c\u200bd\u00a0e' },
    '"a\\u{202e}b\\u{0}c\\u{200b}d\\u{a0}e" read secret payments/db from 10.0.0.9 — allowed',
  ],
  [{ ...DB, name: '../../etc' }, 'alice read secret payments/"../../etc" from 10.0.0.9 — allowed'],
  [{ uri: '/a b — allowed' }, 'alice read "/a b — allowed" from 10.0.0.9 — allowed'],
];

it.each(CASES.map(([given, expected]) => [expected, given] as const))('%s', (expected, given) => {
  expect(said(given)).toBe(expected);
});

it('is about a hundred', () => {
  expect(CASES.length).toBeGreaterThan(95);
});

it('stays short, however long the names are', () => {
  const long = 'x'.repeat(100_000);
  const given = { ...exec(`command=${long}`), user: long, in: long, name: long, container: long };
  expect(said({ ...given, code: 500, status: { message: long } }).length).toBeLessThan(1500);
  expect(said({ of: `${long}/${long}`, verb: long }).length).toBeLessThan(1500);
});

it('says nothing of an address that is none', () => {
  const parts = partsOf({ verb: 'get', sourceIPs: ['— allowed'], user: { username: 'a' } });
  expect(sentence(parts, undefined)).not.toContain('from');
});
