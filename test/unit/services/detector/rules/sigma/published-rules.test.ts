/** Rules and cases of others, where they lie beside the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { textAt } from '../../../../../../services/detector/document.ts';
import { loadRules, readRuleFiles } from '../../../../../../services/detector/rules/load.ts';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { matchAll } from '../../match-all.ts';
import { lowerRule } from '../../../../../../services/detector/rules/sigma/lower.ts';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import { documentOf } from '../../audit-document.ts';
import { dataFolder, readLines, ruleFiles } from '../../bundled.ts';
import { normalized } from '../../normalized.ts';
import { parseRules } from './parsed.ts';

interface Case {
  readonly rule_id: string;
  readonly rule_yaml?: string;
  readonly rule_file?: string;
  readonly event: EventDocument;
  readonly placeholders?: Readonly<Record<string, readonly string[]>> | null;
  readonly expected: boolean;
}

const { url, skip } = dataFolder('sigma');

describe('the published Kubernetes audit rules', () => {
  const audit = new URL('rules/application/kubernetes/audit/', url);

  it('load unmodified', ({ skip: skipTest }) => {
    if (skip !== undefined) skipTest(skip);
    const { problems, ruleSet } = loadRules(ruleFiles(audit));
    expect(problems).toEqual([]);
    expect(ruleSet.rules).toHaveLength(16);
  });

  it('match what they are about, also under names and values that no audit event has', ({
    skip: skipTest,
  }) => {
    if (skip !== undefined) skipTest(skip);
    const { ruleSet } = loadRules(ruleFiles(audit));
    const titles = (event: Parameters<typeof documentOf>[0]) =>
      matchAll(ruleSet, documentOf(event))
        .map(({ title }) => title)
        .sort();
    const pod = (spec: unknown) => ({
      ...{ verb: 'create', objectRef: { resource: 'pods', namespace: 'payments' } },
      requestObject: { spec },
    });
    expect(
      titles({
        verb: 'create',
        objectRef: { resource: 'selfsubjectrulesreviews', apiGroup: 'authorization.k8s.io' },
      }),
    ).toEqual(['RBAC Permission Enumeration Attempt']);
    expect(titles(pod({ volumes: [{ name: 'a' }, { hostPath: { path: '/' } }] }))).toEqual([
      'Container With A hostPath Mount Created',
    ]);
    const capabilities = (of: unknown) => pod({ containers: [{ securityContext: of }] });
    expect(titles(capabilities({ capabilities: { add: ['SYS_ADMIN'] } }))).toEqual([
      'Privileged Container Deployed',
    ]);
    // What only gives capabilities up is the opposite of what the rule is about.
    expect(titles(capabilities({ capabilities: { drop: ['ALL'] } }))).toEqual([]);
    expect(
      titles({ verb: 'patch', objectRef: { resource: 'deployments', apiGroup: 'apps' } }),
    ).toEqual(['Potential Sidecar Injection Into Running Deployment']);
    const probe = { verb: 'get', requestURI: '/api?command=%2fbin%2fsh' };
    const decided = (decision: string) => ({ 'authorization.k8s.io/decision': decision });
    expect(titles({ ...probe, annotations: decided('allow') })).toEqual([
      'Kubernetes Potential Enumeration Activity',
    ]);
    expect(titles({ ...probe, annotations: decided('forbid') })).toEqual([]);
    expect(titles({ verb: 'get', responseStatus: { code: 403 } })).toEqual([
      'Kubernetes Unauthorized or Unauthenticated Access',
    ]);
  });
});

interface Label {
  readonly auditID: string;
  readonly scenario: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string | null;
  readonly code: number | null;
}

/** `apps/deployments/scale` without its group; a rule on a resource is on its subresources, too. */
function resourceOf({ resource }: Label): Pick<Label, 'resource'> & { readonly whole: string } {
  const whole = resource.replace(/^(?:apps|batch|autoscaling|[\w-]+(?:\.[\w-]+)+)\//, '');
  return { resource: whole.replace(/\/.*$/, ''), whole };
}

/** What the labels of a recording say that each rule is about. */
const ABOUT: Readonly<Record<string, (label: Label & { readonly whole: string }) => boolean>> = {
  'Deployment Deleted From Kubernetes Cluster': ({ resource, verb }) =>
    verb === 'delete' && resource === 'deployments',
  'Kubernetes Admission Controller Modification': ({ resource, verb }) =>
    /^(?:mutating|validating)webhookconfigurations$/.test(resource) && isChange(verb),
  'Kubernetes CronJob/Job Modification': ({ resource, verb }) =>
    /^(?:cronjobs|jobs)$/.test(resource) && isChange(verb),
  'Kubernetes Events Deleted': ({ resource, verb }) => verb === 'delete' && resource === 'events',
  'Potential Remote Command Execution In Pod Container': ({ verb, whole }) =>
    verb === 'create' && whole === 'pods/exec',
  'Creation Of Pod In System Namespace': ({ namespace, resource, verb }) =>
    verb === 'create' && resource === 'pods' && namespace === 'kube-system',
  'Kubernetes Rolebinding Modification': ({ resource, verb }) =>
    /^(?:cluster)?rolebindings$/.test(resource) && isChange(verb),
  'Kubernetes Secrets Enumeration': ({ resource, verb }) =>
    verb === 'list' && resource === 'secrets',
  'Kubernetes Secrets Modified or Deleted': ({ resource, verb }) =>
    resource === 'secrets' && isChange(verb),
  'New Kubernetes Service Account Created': ({ resource, verb }) =>
    verb === 'create' && resource === 'serviceaccounts',
  'RBAC Permission Enumeration Attempt': ({ resource, verb }) =>
    verb === 'create' && resource === 'selfsubjectrulesreviews',
  'Potential Sidecar Injection Into Running Deployment': ({ resource, verb }) =>
    verb === 'patch' && resource === 'deployments',
  'Kubernetes Unauthorized or Unauthenticated Access': ({ code }) => code === 401 || code === 403,
};

function isChange(verb: string): boolean {
  return ['create', 'delete', 'patch', 'update'].includes(verb);
}

describe('the published rules on recordings of a real API server', () => {
  const recordings = dataFolder('apiserver');
  const missing = skip ?? recordings.skip;
  const labels =
    missing === undefined ? readLines<Label>(new URL('labels.jsonl', recordings.url)) : [];
  const scenarios = [...new Set(labels.map(({ scenario }) => scenario))].filter((scenario) =>
    existsSync(new URL(`${scenario}/audit.log`, recordings.url)),
  );

  it('are there', ({ skip: skipTest }) => {
    if (missing !== undefined) skipTest(missing);
    expect(scenarios.length).toBeGreaterThan(5);
  });

  it.each(scenarios)('%s: each finds what its labels name, and nothing else', (scenario) => {
    const { ruleSet } = loadRules(ruleFiles(new URL('rules/application/kubernetes/audit/', url)));
    const found: Record<string, Set<string>> = {};
    const log = readFileSync(new URL(`${scenario}/audit.log`, recordings.url));
    for (const { document, kind } of normalized(log)) {
      for (const { title } of matchAll(ruleSet, document, kind)) {
        found[title] ??= new Set();
        found[title].add(textAt(document, 'kubernetes', 'audit', 'auditID') ?? '');
      }
    }
    const own = labels
      .filter((label) => label.scenario === scenario)
      .map((label) => ({ ...label, ...resourceOf(label) }));
    for (const [title, isAbout] of Object.entries(ABOUT)) {
      const expected = new Set(own.filter(isAbout).map(({ auditID }) => auditID));
      // What the control plane does by itself has no label.
      const labelled = own.filter(({ auditID }) => found[title]?.has(auditID));
      expect([title, [...new Set(labelled.map(({ auditID }) => auditID))].sort()]).toEqual([
        title,
        [...expected].sort(),
      ]);
    }
  });

  it('f-privileged-pods: mounts of the host, and capabilities', ({ skip: skipTest }) => {
    if (missing !== undefined) skipTest(missing);
    const { ruleSet } = loadRules(ruleFiles(new URL('rules/application/kubernetes/audit/', url)));
    const log = readFileSync(new URL('f-privileged-pods/audit.log', recordings.url));
    const names = (wanted: string) =>
      normalized(log)
        .filter(({ document, kind }) =>
          matchAll(ruleSet, document, kind).some(({ title }) => title === wanted),
        )
        .map(({ document }) => textAt(document, 'kubernetes', 'audit', 'objectRef', 'name') ?? '-');
    expect(new Set(names('Container With A hostPath Mount Created'))).toEqual(
      new Set(['hostroot', 'sock', 'allin', 'hplogs']),
    );
    expect(new Set(names('Privileged Container Deployed'))).toEqual(new Set(['caps']));
  });
});

describe("the specification's own examples", () => {
  const schema = new URL('spec/tests/schema/', url);
  const kinds = skip === undefined ? readdirSync(schema) : [];

  it.each(kinds)('%s: are read, and lack nothing but rules and events of ours', (kind) => {
    for (const file of ruleFiles(new URL(`${kind}/`, schema))) {
      const { problems } = readRuleFiles([file]);
      for (const { kind: severity, reason } of problems) {
        const isOther = severity === 'not-applicable' || /is not loaded$/.test(reason);
        expect(isOther || reason.startsWith('there is no rule "'), reason).toBe(true);
      }
      expect(problems.length).toBeGreaterThan(0);
    }
  });
});

describe('cases of other engines', () => {
  const engines = new URL('engines/', url);
  const files = skip === undefined ? readdirSync(engines) : [];
  const caseFiles = files.filter((name) => name.endsWith('.jsonl'));

  it('are there', ({ skip: skipTest }) => {
    if (skip !== undefined) skipTest(skip);
    expect(caseFiles).not.toEqual([]);
  });

  it.each(caseFiles)('%s: all agree', (name) => {
    const cases = readLines<Case>(new URL(name, engines));
    expect(cases.length).toBeGreaterThan(0);
    for (const one of cases) {
      const text = one.rule_yaml ?? readFileSync(new URL(one.rule_file ?? '', engines), 'utf8');
      const { problems, rules } = parseRules(text, one.placeholders ?? {});
      expect([one.rule_id, problems.filter(({ kind }) => kind !== 'warning')]).toEqual([
        one.rule_id,
        [],
      ]);
      const set = compileRules(rules.map((rule) => ({ ...lowerRule(rule), kinds: ['audit'] })));
      const found = matchAll(set, one.event).length > 0;
      expect([one.rule_id, one.event, found]).toEqual([one.rule_id, one.event, one.expected]);
    }
  });
});
