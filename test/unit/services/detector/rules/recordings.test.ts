/**
 * What the bundled rules find in the recordings of a real API server, read by the normalizer, against
 * the steps that its labels name. Ways into pods and commands have tests of their own.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { findingId } from '../../../../../services/detector/finding.ts';
import { requestIdentity } from '../../../../../services/detector/sessions/facts/session-id.ts';
import { loadRules } from '../../../../../services/detector/rules/load.ts';
import { matchAll } from '../match-all.ts';
import type { EventDocument } from '../../../../../services/detector/rules/expression.ts';
import type { Rule } from '../../../../../services/detector/rules/model.ts';
import { textAt } from '../../../../../services/detector/document.ts';
import { bundledFiles, dataFolder, readLines } from '../bundled.ts';
import { normalized } from '../normalized.ts';

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
const OF_PODS = /^(?:command|evasion|exfiltration|falco|node|session)_/;

interface Found {
  readonly rule: Rule;
  readonly auditId: string;
}

/** One per finding: stages of one request are one. */
function findings(scenario: string): readonly Found[] {
  const body = readFileSync(new URL(`${scenario}/audit.log`, url));
  const found = new Map<string, Found>();
  for (const { document, kind } of normalized(body)) {
    for (const rule of matchAll(ruleSet, document, kind)) {
      const id = findingId(rule.id, requestIdentity(document));
      found.set(id, { rule, auditId: auditIdOf(document) });
    }
  }
  return [...found.values()];
}

function auditIdOf(document: EventDocument): string {
  return textAt(document, 'kubernetes', 'audit', 'auditID') ?? '';
}

function labels(scenario: string): readonly Label[] {
  return readLines<Label>(new URL('labels.jsonl', url)).filter((l) => l.scenario === scenario);
}

/** Rules above low to the steps that they found something in, each step as often as it did. */
function steps(scenario: string): Readonly<Record<string, readonly number[]>> {
  const stepOf = new Map(labels(scenario).map(({ auditID, step }) => [auditID, step]));
  const byRule: Record<string, number[]> = {};
  for (const { auditId, rule } of findings(scenario)) {
    const isQuiet = rule.level === 'low' || rule.level === 'informational';
    if (isQuiet || OF_PODS.test(rule.path)) continue;
    const name = rule.path.replace('.yml', '');
    byRule[name] = [...(byRule[name] ?? []), stepOf.get(auditId) ?? 0].sort((a, b) => a - b);
  }
  return byRule;
}

describe('recordings', () => {
  beforeEach((context) => {
    if (skip !== undefined) context.skip(skip);
  });

  it.each(['a-benign-day', 'i1-outage-503-30s', 'i3-stored-then-connection-reset'])(
    '%s: nothing above low',
    (scenario) => {
      const loud = findings(scenario).filter(({ rule }) => !/^(?:low|info)/.test(rule.level));
      expect(loud.map(({ auditId, rule }) => `${rule.path} ${auditId}`)).toEqual([]);
    },
  );

  it('b-secret-reads: every read by a person that was answered, once', () => {
    const reads = labels('b-secret-reads').filter(({ code, resource, user, verb }) => {
      const isPerson = user !== null && !user.startsWith('system:');
      return isPerson && resource === 'secrets' && code === 200 && /^(get|list|watch)$/.test(verb);
    });
    expect(reads).toHaveLength(16);
    expect(steps('b-secret-reads')).toEqual({
      secret_read_by_person: reads.map(({ step }) => step).sort((a, b) => a - b),
      // Three pages of one list; a watch is a list first.
      secret_listed_cluster_wide: [1, 2, 3, 3, 3, 4, 9, 9, 10],
      delete_in_bulk: [19],
    });
  });

  it('c-rbac-escalation: what was given, what was changed, what was refused', () => {
    expect(steps('c-rbac-escalation')).toEqual({
      // 13 takes a subject away again, as the rule says; 21 is a dry run, 19 and 20 failed.
      cluster_admin_bound: [1, 9, 10, 11, 12, 13],
      rbac_wildcard_role: [3, 4, 14],
      rbac_system_role_changed: [5],
      rbac_aggregated_role: [5],
      rbac_escalation_verbs: [6],
      rbac_identity_role: [6],
      rbac_node_proxy_role: [6],
      rbac_pod_access_role: [6],
      rbac_secrets_role: [5, 14],
      rbac_public_binding: [7, 8],
      rbac_change_refused: [16, 17],
    });
  });

  it('c-rbac-escalation: every change that was made is there for review', () => {
    const changed = labels('c-rbac-escalation').filter(
      ({ code, resource, step, verb }) =>
        /roles$|bindings$/.test(resource) &&
        /^(create|update|patch|delete)$/.test(verb) &&
        (code === 200 || code === 201) &&
        step !== 21,
    );
    const found = findings('c-rbac-escalation').filter(
      ({ rule }) => rule.path === 'rbac_changed.yml',
    );
    expect(changed).toHaveLength(24);
    expect(found.map(({ auditId }) => auditId).sort()).toEqual(
      changed.map(({ auditID }) => auditID).sort(),
    );
  });

  it('f-privileged-pods: what pods and templates reach, patches and generated names among them', () => {
    // 10 is not privileged, 11 mounts an innocuous path, 12 was refused.
    expect(steps('f-privileged-pods')).toEqual({
      workload_privileged: [1, 8, 9, 14, 15],
      workload_host_path_sensitive: [2, 8],
      workload_runtime_socket: [2, 6, 8],
      workload_host_processes: [4, 5, 8, 13, 14, 16, 17],
      workload_host_network: [3, 8],
      workload_capabilities: [7],
      workload_on_control_plane: [8],
      pod_in_system_namespace: [8],
      pod_security_violated: [1, 2, 3, 4, 5, 9, 11, 13, 14, 15, 16, 17],
    });
  });

  it('d-exec-attach-portforward: every exec that was let in, by old and new clients', () => {
    const execs = labels('d-exec-attach-portforward').filter(
      ({ code, resource }) => resource === 'pods/exec' && code === 101,
    );
    expect(execs).toHaveLength(14);
    expect(steps('d-exec-attach-portforward')).toEqual({
      exec_into_pod: execs.map(({ step }) => step).sort((a, b) => a - b),
      // 26 and 27 are kubectl debug with profiles, 28 a copy of a pod that tolerates all.
      workload_capabilities: [26],
      workload_privileged: [27],
      workload_host_network: [27],
      workload_host_path_sensitive: [27],
      workload_host_processes: [27],
      workload_runtime_socket: [27],
      workload_on_control_plane: [27, 28],
      pod_security_violated: [26],
    });
  });

  it('j3-level-requestresponse: the leaks, the execs, the reads, the token', () => {
    expect(steps('j3-level-requestresponse')).toEqual({
      // Five with a Secret in them, a token that was issued, a token that was reviewed.
      audit_policy_leaks_secrets: [1, 2, 4, 4, 5, 7, 8],
      secret_read_by_person: [2, 3, 4, 21],
      exec_into_pod: [9, 10],
      token_requested_by_person: [7],
      pod_security_violated: [16],
    });
  });
});
