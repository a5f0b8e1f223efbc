/** What the bundled rules find in the recordings of a real API server, against their labels. */
import { beforeEach, describe, expect, it } from 'vitest';
import { buildFinding } from '../../../../../services/detector/finding.ts';
import { loadRules } from '../../../../../services/detector/rules/load.ts';
import { matchAll, plainly } from '../match-all.ts';
import { documentOf, type RawEvent } from '../audit-document.ts';
import { bundledFiles, dataFolder, readLines } from '../bundled.ts';

interface Label {
  readonly scenario: string;
  readonly step: number;
  readonly auditID: string;
  readonly verb: string;
  readonly resource: string;
  readonly user: string | null;
  readonly code: number | null;
}

const { url, skip } = dataFolder('apiserver');
const { ruleSet } = loadRules(bundledFiles());

/** Rule file to the audit ids of its findings, one per finding, sorted. */
function findings(scenario: string): Record<string, string[]> {
  const seen = new Set<string>();
  const byRule: Record<string, string[]> = {};
  for (const event of readLines<RawEvent>(new URL(`${scenario}/audit.log`, url))) {
    const document = documentOf(event);
    for (const rule of matchAll(ruleSet, document)) {
      const { id } = buildFinding(plainly(rule), document);
      if (!seen.has(id)) byRule[rule.path] = [...(byRule[rule.path] ?? []), event.auditID ?? ''];
      seen.add(id);
    }
  }
  for (const ids of Object.values(byRule)) ids.sort();
  return byRule;
}

function labelled(scenario: string, test: (label: Label) => boolean): string[] {
  return readLines<Label>(new URL('labels.jsonl', url))
    .filter((label) => label.scenario === scenario && test(label))
    .map((label) => label.auditID)
    .sort();
}

describe('recordings', () => {
  beforeEach((context) => {
    if (skip !== undefined) context.skip(skip);
  });

  it.each(['a-benign-day', 'f-privileged-pods', 'i1-outage-503-30s'])('%s: nothing', (scenario) => {
    expect(findings(scenario)).toEqual({});
  });

  it('b-secret-reads: every read by a person that was answered, once', () => {
    const reads = labelled('b-secret-reads', ({ code, resource, user, verb }) => {
      const isPerson = user !== null && !user.startsWith('system:');
      return isPerson && resource === 'secrets' && code === 200 && /^(get|list|watch)$/.test(verb);
    });
    expect(reads).toHaveLength(16);
    expect(findings('b-secret-reads')).toEqual({ 'secret_read_by_person.yml': reads });
  });

  it('c-rbac-escalation: every binding to cluster-admin that was made or changed', () => {
    // 13 takes a subject away again, 21 is a dry run: both are named in the rule.
    const steps = [1, 9, 10, 11, 12, 13, 21];
    const bound = labelled(
      'c-rbac-escalation',
      ({ step, verb }) => steps.includes(step) && verb !== 'get',
    );
    expect(bound).toHaveLength(7);
    expect(findings('c-rbac-escalation')).toEqual({ 'cluster_admin_bound.yml': bound });
  });

  it('d-exec-attach-portforward: every exec that was let in, by old and new clients', () => {
    const execs = labelled(
      'd-exec-attach-portforward',
      ({ code, resource }) => resource === 'pods/exec' && code === 101,
    );
    expect(execs).toHaveLength(14);
    expect(findings('d-exec-attach-portforward')).toEqual({ 'exec_into_pod.yml': execs });
  });

  it('j3-level-requestresponse: the leaks, the refused token, the execs, the reads', () => {
    const found = findings('j3-level-requestresponse');
    expect(Object.entries(found).map(([path, ids]) => [path, ids.length])).toEqual([
      // Five with a Secret in them, a token that was issued, a token that was reviewed.
      ['audit_policy_leaks_secrets.yml', 7],
      ['secret_read_by_person.yml', 4],
      ['exec_into_pod.yml', 2],
      ['authentication_failed.yml', 1],
    ]);
  });
});
