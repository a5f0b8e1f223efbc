/**
 * What Falco's published rules say of the recordings of a real API server. Expected is what the rules'
 * conditions mean for the steps that the recordings' labels and descriptions tell of.
 */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  compileRules,
  evaluateRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import { firstMatching } from '../../../../../../services/detector/rules/falco/matching.ts';
import type { RuleOptions } from '../../../../../../services/detector/rules/options.ts';
import { dataFolder, readLines } from '../../bundled.ts';
import { normalized } from '../../normalized.ts';
import { publishedRules, skip as noRules } from './cases.ts';
import { load } from './rule.ts';

interface Label {
  readonly scenario: string;
  readonly step: number;
  readonly auditID: string;
  readonly stages: readonly string[];
  readonly verb: string;
  readonly resource: string;
  readonly user: string | null;
  readonly code: number | null;
}
type Expected = Readonly<Record<string, (label: Label) => boolean>>;

const recordings = dataFolder('apiserver');
const skip = recordings.skip ?? noRules;

const creates =
  (resource: string, ...steps: readonly number[]) =>
  (label: Label): boolean =>
    label.verb === 'create' && label.resource === resource && steps.includes(label.step);
const deletes = (resource: string) => (label: Label) =>
  label.verb === 'delete' && label.resource === resource && label.code === 200;
const isByStranger = ({ stages, user }: Label): boolean =>
  user !== null && !user.startsWith('system:') && stages.includes('ResponseComplete');
const pods = (...steps: readonly number[]) => creates('pods', ...steps);
const rbac = (name: string): string => `rbac.authorization.k8s.io/${name}`;

const EXPECTED: Readonly<Record<string, Expected>> = {
  'a-benign-day': {
    'Create Privileged Pod': () => false,
    'Create Sensitive Mount Pod': () => false,
    'Attach/Exec Pod': () => false,
    'Disallowed K8s User': isByStranger,
  },
  'b-secret-reads': {
    'K8s Secret Get Successfully': ({ code, resource, verb }) =>
      resource === 'secrets' && verb === 'get' && code === 200,
    // Lists that are refused are no gets.
    'K8s Secret Get Unsuccessfully Tried': ({ code, resource, verb }) =>
      resource === 'secrets' && verb === 'get' && code !== 200,
    'K8s Secret Created': creates('secrets', 15),
    'K8s Secret Deleted': deletes('secrets'),
  },
  'c-rbac-escalation': {
    // Refused for escalation (16) and as a duplicate (19), too: the rule asks for the request alone.
    'Attach to cluster-admin Role': creates(rbac('clusterrolebindings'), 1, 9, 16, 19, 21),
    'ClusterRole With Wildcard Created': creates(rbac('clusterroles'), 3, 4, 14, 17),
    // `*` is none of the verbs that the rule names.
    'ClusterRole With Write Privileges Created': creates(rbac('clusterroles'), 6),
    'ClusterRole With Pod Exec Created': creates(rbac('clusterroles'), 6),
    'System ClusterRole Modified/Deleted': () => false,
    'K8s ClusterRole Created': creates(rbac('clusterroles'), 3, 4, 6, 14, 18),
    'K8s ClusterRole Deleted': deletes(rbac('clusterroles')),
    'K8s ClusterRoleBinding Created': creates(rbac('clusterrolebindings'), 1, 7, 8, 9, 21),
    'K8s ClusterRoleBinding Deleted': deletes(rbac('clusterrolebindings')),
    'K8s RoleBinding Created': creates(rbac('rolebindings'), 10),
    'K8s RoleBinding Deleted': deletes(rbac('rolebindings')),
  },
  'd-exec-attach-portforward': {
    'Attach/Exec Pod': ({ resource, stages }) =>
      /^pods\/(?:exec|attach)$/.test(resource) && stages.includes('ResponseStarted'),
    'port-forward': ({ resource }) => resource === 'pods/portforward',
    'EphemeralContainers Created': ({ resource }) => resource === 'pods/ephemeralcontainers',
    'Create Privileged Pod': pods(27),
    'Create Sensitive Mount Pod': pods(27),
    'Create HostNetwork Pod': pods(27),
    'Create HostPid Pod': pods(27),
    'Create HostIPC Pod': pods(27),
  },
  'f-privileged-pods': {
    // An init container is one, too (9); a refused pod (12) was asked for; templates (13) are no pods.
    'Create Privileged Pod': pods(1, 8, 9, 12, 14),
    'Create Sensitive Mount Pod': pods(2, 6, 8),
    'Create HostNetwork Pod': pods(3, 8, 12),
    'Create HostPid Pod': pods(4, 8, 14, 17),
    'Create HostIPC Pod': pods(5),
    'Pod Created in Kube Namespace': pods(8),
    'K8s Deployment Created': creates('apps/deployments', 13),
    'K8s Deployment Deleted': deletes('apps/deployments'),
    'Disallowed K8s User': isByStranger,
    'Create Disallowed Pod': () => false,
    'All K8s Audit Events': () => false,
  },
};

const auditIdOf = (document: EventDocument): string => {
  const { audit } = document['kubernetes'] as { readonly audit: { readonly auditID: string } };
  return audit.auditID;
};

function documentsOf(scenario: string): readonly EventDocument[] {
  const file = new URL(`${scenario}/audit.log`, recordings.url);
  return normalized(readFileSync(file), scenario).map(({ document }) => document);
}

/** Rule to the audit ids of the labelled requests that it matches, each once. */
function found(scenario: string, meaning: RuleOptions['falco']['meaning']) {
  const set = compileRules(load(publishedRules(), { meaning }).rules);
  const byRule = new Map<string, Set<string>>();
  for (const document of documentsOf(scenario)) {
    for (const { title } of evaluateRules(set, 'audit', document).matched) {
      byRule.set(title, (byRule.get(title) ?? new Set()).add(auditIdOf(document)));
    }
  }
  return byRule;
}

const labels = (): readonly Label[] => readLines<Label>(new URL('labels.jsonl', recordings.url));

describe("Falco's published rules", () => {
  beforeEach((context) => {
    if (skip !== undefined) context.skip(skip);
  });

  it('load as they are', () => {
    const { problems, rules } = load(publishedRules());
    expect(problems).toEqual([]);
    expect(rules.length).toBeGreaterThanOrEqual(48);
  });

  it.each(
    Object.keys(EXPECTED).flatMap((scenario) => [
      { scenario, meaning: 'falco' as const },
      { scenario, meaning: 'corrected' as const },
    ]),
  )('$scenario, $meaning: fire where they mean to', ({ meaning, scenario }) => {
    const byRule = found(scenario, meaning);
    const ofScenario = labels().filter((label) => label.scenario === scenario);
    const labelled = new Set(ofScenario.map(({ auditID }) => auditID));
    for (const [title, isExpected] of Object.entries(EXPECTED[scenario] ?? {})) {
      const expected = ofScenario.filter(isExpected).map(({ auditID }) => auditID);
      const ids = [...(byRule.get(title) ?? [])].filter((id) => labelled.has(id));
      expect({ title, ids: ids.sort() }).toEqual({ title, ids: [...new Set(expected)].sort() });
    }
  });

  it('say once of an event what comes first in their file', () => {
    const { rules } = load(publishedRules());
    const set = compileRules(rules);
    const seen = documentsOf('f-privileged-pods').map((document) => {
      const { matched } = evaluateRules(set, 'audit', document);
      return { all: matched, first: firstMatching(matched) };
    });
    expect(seen.some(({ all }) => all.length > 1)).toBe(true);
    for (const { all, first } of seen) expect(first).toEqual(all.slice(0, 1));
  });
});
