/**
 * Random conditions on random audit events, which the engine sees as the normalizer's documents and the
 * naive walk as they came: both say the same.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  compileRules,
  evaluateRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { resolveAudit } from '../../../../../../services/detector/rules/falco/fields/resolve.ts';
import { lowerCondition } from '../../../../../../services/detector/rules/falco/lower.ts';
import { createMacros } from '../../../../../../services/detector/rules/falco/macros.ts';
import { parseFilter } from '../../../../../../services/detector/rules/falco/parse.ts';
import { normalized } from '../../normalized.ts';
import { conditions } from './conditions.ts';
import { naiveCondition } from './naive.ts';
import { NAIVE_LISTS, NAIVE_TEXTS, naiveExtract } from './naive-extract.ts';
import { auditRule } from './rule.ts';

const WORDS = [
  ...['create', 'get', 'pods', 'exec', 'alice', '201', 'true', 'false', 'null', 'allow', 'a'],
  ...['reg:5000/a:1', 'reg', 'a@sha256:0', '/etc', 'sh -c ls', '80', '0', '7', '["A","B"]', '*'],
];

const optional = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(shape, { requiredKeys: [] });
const anything = fc.constantFrom<unknown>(null, true, false, 0, 7, 'a', [], {}, ['a'], [['a']]);
const or = (value: fc.Arbitrary<unknown>) => fc.oneof({ weight: 6, arbitrary: value }, anything);
const many = (value: fc.Arbitrary<unknown>) => or(fc.array(or(value), { maxLength: 3 }));
const port = optional({ hostPort: fc.constant(80), containerPort: fc.constantFrom(80, 90) });
const container = optional({
  image: or(fc.constantFrom('reg:5000/a:1', 'a', 'a@sha256:0')),
  name: or(fc.constant('c')),
  command: or(fc.constantFrom(['sh', '-c', 'ls'], ['a'], ['a', 1])),
  ports: many(port),
  runAsUser: fc.constant(7),
  securityContext: or(
    optional({
      privileged: or(fc.boolean()),
      runAsUser: fc.constant(7),
      capabilities: or(optional({ add: or(fc.constant(['A', 'B'])) })),
    }),
  ),
});
const spec = optional({
  containers: many(container),
  initContainers: many(container),
  volumes: many(optional({ hostPath: or(optional({ path: fc.constantFrom('/etc', '/a') })) })),
  hostNetwork: or(fc.boolean()),
  type: or(fc.constantFrom('NodePort', 'a')),
  ports: many(port),
  runAsUser: fc.constant(7),
});
const rule = optional({
  verbs: many(fc.constantFrom('get', 'create', '*')),
  sourceIPs: fc.constant(['a']),
});
const body = fc.oneof(
  {
    weight: 9,
    arbitrary: optional({
      spec: or(spec),
      rules: many(rule),
      roleRef: or(optional({ name: or(fc.constant('cluster-admin')) })),
      data: or(fc.constant({ a: 'b' })),
    }),
  },
  fc.constant([{ op: 'add', path: '/spec/hostNetwork', value: true }]),
);

// What the normalizer keeps as texts and numbers of its own is of the type that the API server gives it.
const event = fc.record(
  {
    kind: fc.constant('Event'),
    auditID: fc.uuid(),
    level: fc.constant('RequestResponse'),
    stage: fc.constantFrom('ResponseComplete', 'RequestReceived'),
    verb: fc.constantFrom('create', 'get', 'patch'),
    requestURI: fc.constantFrom('/a', '/api/v1/pods?command=sh'),
    user: optional({
      username: fc.constantFrom('alice', 'system:anonymous'),
      groups: fc.array(fc.constantFrom('a', 'pods'), { maxLength: 2 }),
    }),
    objectRef: optional({
      resource: fc.constantFrom('pods', 'a'),
      subresource: fc.constant('exec'),
      namespace: fc.constantFrom('a', 'kube-system'),
    }),
    responseStatus: optional({ code: fc.constantFrom(200, 201, 403) }),
    annotations: optional({ 'authorization.k8s.io/decision': fc.constantFrom('allow', 'forbid') }),
    requestObject: body,
    responseObject: optional({ metadata: or(optional({ name: fc.constant('a') })) }),
  },
  { requiredKeys: ['kind', 'level', 'stage', 'verb', 'requestURI'] },
);

it('conditions mean the same on our documents as on the events themselves', () => {
  const events = fc.sample(event, { seed: 41, numRuns: 400 });
  const documents = normalized(events.map((one) => JSON.stringify(one)).join('\n'));
  expect(documents).toHaveLength(events.length);
  const resolve = resolveAudit('falco');
  const resolveMacros = createMacros(new Map(), () => undefined);
  let matches = 0;
  fc.assert(
    fc.property(conditions(NAIVE_TEXTS, NAIVE_LISTS, WORDS), fc.nat(), (text, from) => {
      const parsed = parseFilter(text);
      if (!parsed.ok) throw new Error(`${parsed.problem.reason}: ${text}`);
      const resolved = resolveMacros(parsed.value, 0);
      const set = compileRules([
        auditRule(lowerCondition(resolved, { resolve, meaning: 'falco' })),
      ]);
      for (let i = 0; i < 20; i++) {
        const at = (from + i * 7) % events.length;
        const { matched } = evaluateRules(set, 'audit', documents[at]?.document ?? {});
        const read = (name: string, arg?: string) => naiveExtract(events[at], name, arg);
        const expected = naiveCondition(resolved, read);
        if (expected) matches++;
        if ((matched.length === 1) === expected) continue;
        throw new Error(`${String(!expected)} of ${JSON.stringify(events[at])}`);
      }
    }),
    { numRuns: 400 },
  );
  expect(matches).toBeGreaterThan(500);
});
