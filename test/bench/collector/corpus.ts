/**
 * Owns: bodies to measure with, made from a seed: EventLists as an API server posts them, events of
 * about 2 kB on average, most near 1.4 kB and a few of 16 kB with request and response objects.
 * Does not own: how real they are; the recordings are (test/support/data.ts), but they are smaller
 * events than a busy cluster with objects in its policy has.
 */

export interface Corpus {
  readonly bodies: readonly Buffer[];
  readonly eventsPerBody: number;
  readonly meanEventBytes: number;
}

type Random = () => number;

/** A linear congruential generator (the constants of Numerical Recipes): even enough for text. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const VERBS = ['get', 'get', 'get', 'list', 'watch', 'update', 'update', 'patch', 'create'];
const RESOURCES = ['pods', 'leases', 'configmaps', 'secrets', 'endpoints', 'services', 'nodes'];
const AGENTS = [
  'kube-controller-manager/v1.33.1 (linux/amd64) kubernetes/8adc0f0/leader-election',
  'kubelet/v1.33.1 (linux/amd64) kubernetes/8adc0f0',
  'kubectl/v1.33.1 (darwin/arm64) kubernetes/8adc0f0',
];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

function hex(random: Random, length: number): string {
  let text = '';
  while (text.length < length) text += Math.floor(random() * 2 ** 24).toString(16);
  return text.slice(0, length);
}

function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-');
}

function podOf(random: Random, settings: number): object {
  const env = Array.from({ length: settings }, (_, i) => ({
    name: `SETTING_${i}`,
    value: `größe "${hex(random, 40)}"\n<${hex(random, 12)}> & more`,
  }));
  const image = `registry.example.com/team/app-${hex(random, 3)}:1.${settings}.0`;
  const container = { name: 'app', image, env, resources: { limits: { memory: '512Mi' } } };
  const metadata = { name: `app-${hex(random, 5)}`, labels: { app: 'app' }, uid: uuid(random) };
  return { kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers: [container] } };
}

function objectsOf(random: Random): object {
  const chance = random();
  if (chance < 0.03) {
    const pod = podOf(random, 75);
    return { requestObject: pod, responseObject: pod };
  }
  return chance < 0.1 ? { requestObject: podOf(random, 8) } : {};
}

function eventOf(random: Random, index: number): object {
  const verb = pick(random, VERBS);
  const resource = pick(random, RESOURCES);
  const namespace = `team-${Math.floor(random() * 60)}`;
  const name = `${resource}-${hex(random, 8)}`;
  const node = `ip-10-0-${Math.floor(random() * 256)}-17.eu-west-1.compute.internal`;
  const at = new Date(Date.UTC(2026, 10, 1) + index * 7).toISOString().slice(0, -1);
  const objects = objectsOf(random);
  return {
    level: 'responseObject' in objects ? 'RequestResponse' : 'Metadata',
    auditID: uuid(random),
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/${namespace}/${resource}/${name}?timeout=10s&resourceVersion=${index}`,
    verb,
    user: {
      username: `system:serviceaccount:${namespace}:operator`,
      uid: uuid(random),
      groups: [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ],
      extra: {
        'authentication.kubernetes.io/credential-id': [`JTI=${uuid(random)}`],
        'authentication.kubernetes.io/node-name': [node],
        'authentication.kubernetes.io/node-uid': [uuid(random)],
        'authentication.kubernetes.io/pod-name': [`operator-${hex(random, 10)}`],
        'authentication.kubernetes.io/pod-uid': [uuid(random)],
      },
    },
    sourceIPs: [`10.0.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}`],
    userAgent: pick(random, AGENTS),
    objectRef: { resource, namespace, name, uid: uuid(random), apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    ...objects,
    requestReceivedTimestamp: `${at}123Z`,
    stageTimestamp: `${at}987Z`,
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': `RBAC: allowed by RoleBinding "operator/${namespace}" of Role "operator" to ServiceAccount "operator/${namespace}"`,
    },
  };
}

/** As Go's encoder writes JSON: these three are escaped, and a line end follows. */
function goJson(value: object): string {
  const text = JSON.stringify(value);
  return text.replaceAll('&', '\\u0026').replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
}

/** The same seed gives the same bytes. */
export function createCorpus(bodies: number, eventsPerBody: number, seed = 1): Corpus {
  const random = randomFrom(seed);
  let eventBytes = 0;
  const made = Array.from({ length: bodies }, (_, body) => {
    const items = Array.from({ length: eventsPerBody }, (_item, i) => {
      const text = goJson(eventOf(random, body * eventsPerBody + i));
      eventBytes += Buffer.byteLength(text);
      return text;
    });
    const head = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[';
    return Buffer.from(`${head}${items.join(',')}]}\n`);
  });
  const meanEventBytes = Math.round(eventBytes / (bodies * eventsPerBody));
  return { bodies: made, eventsPerBody, meanEventBytes };
}
