/**
 * Rules of the shapes that Elastic's have (detection.md §3), written for this test, on events of a real
 * API server that went through the normalizer.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import type { Rule } from '../../../../../../services/detector/rules/model.ts';
import { resultOfBody } from '../../../../../support/samples.ts';
import { dataFolder, readLines } from '../../bundled.ts';
import { eql, judgeOf, kql, ruleOf } from './documents.ts';

interface Label {
  readonly scenario: string;
  readonly auditID: string;
  readonly verb: string;
  readonly resource: string;
  readonly user: string | null;
  readonly code: number | null;
}

const { url, skip } = dataFolder('apiserver');
const K = 'kubernetes.audit';
const COMMON = `data_stream.dataset: "kubernetes.audit_logs" and
  ${K}.annotations.authorization_k8s_io/decision: "allow"`;

function documents(scenario: string): readonly EventDocument[] {
  const lines = readLines<object>(new URL(`${scenario}/audit.log`, url));
  const body = Buffer.from(JSON.stringify({ kind: 'EventList', items: lines }));
  return resultOfBody(body, { source: 'audit' }).events.map(({ document }) => document);
}

function auditIdOf(document: EventDocument): string {
  return (document['kubernetes'] as { audit: { auditID: string } }).audit.auditID;
}

/** Requests that the rule finds, each once, sorted. */
function requests(rule: Rule, scenario: string): readonly string[] {
  const judge = judgeOf(rule);
  const matched = documents(scenario).filter((document) => judge(document) === true);
  return [...new Set(matched.map(auditIdOf))].sort();
}

function labelled(scenario: string, test: (label: Label) => boolean): readonly string[] {
  const labels = readLines<Label>(new URL('labels.jsonl', url));
  const found = labels.filter((label) => label.scenario === scenario && test(label));
  return [...new Set(found.map(({ auditID }) => auditID))].sort();
}

const isPerson = ({ user }: Label) => user !== null && !user.startsWith('system:');

describe('on recordings', () => {
  beforeEach((context) => {
    if (skip !== undefined) context.skip(skip);
  });

  it('KQL finds the secrets that people read', () => {
    const rule = kql(`${COMMON} and ${K}.verb: (get or list or watch) and
      ${K}.objectRef.resource: "secrets" and not user.name: (system\\:* or "") and
      ${K}.responseStatus.code: 200`);
    const expected = labelled('b-secret-reads', (label) => {
      const isRead = /^(?:get|list|watch)$/.test(label.verb) && label.resource === 'secrets';
      return isPerson(label) && isRead && label.code === 200;
    });
    expect(expected).toHaveLength(16);
    expect(requests(rule, 'b-secret-reads')).toEqual(expected);
  });

  it('KQL and EQL find the same execs', () => {
    const scenario = 'd-exec-attach-portforward';
    const inKql = kql(`${COMMON} and ${K}.objectRef.resource: pods and
      ${K}.objectRef.subresource: exec and ${K}.responseStatus.code: 101`);
    const inEql = eql(`any where ${K}.objectRef.resource == "pods" and
      ${K}.objectRef.subresource == "exec" and ${K}.responseStatus.code == 101 and
      \`${K}.annotations.authorization_k8s_io/decision\` == "allow" // let in
      and ${K}.requestURI like ("*/exec?*", "*/exec") and user.name != null`);
    const expected = labelled(scenario, ({ code, resource }) => {
      return code === 101 && resource === 'pods/exec';
    });
    expect(expected).toHaveLength(14);
    expect(requests(inKql, scenario)).toEqual(expected);
    expect(requests(inEql, scenario)).toEqual(expected);
  });

  it('new terms and sequences make no finding by themselves', () => {
    const more = `[rule.new_terms]
field = "new_terms_fields"
value = ["user.name", "user_agent.original"]
[[rule.new_terms.history_window_start]]
field = "history_window_start"
value = "now-7d"`;
    const fresh = ruleOf({ query: `${K}.objectRef.resource: secrets`, type: 'new_terms', more });
    const sequence = eql(`sequence by user.name with maxspan=5m
      [any where ${K}.objectRef.resource == "roles"]
      [any where ${K}.objectRef.resource == "secrets"]`);
    for (const rule of [fresh, sequence]) {
      expect(rule.needsState).toBeDefined();
      expect(requests(rule, 'b-secret-reads')).toEqual([]);
      const { needsState: _state, ...alone } = rule;
      expect(requests(alone, 'b-secret-reads').length).toBeGreaterThan(0);
    }
  });

  it('there are privileged pods where they were made, and none on a benign day', () => {
    const rule = kql(`${COMMON} and ${K}.verb: ("create" or "update" or "patch") and
      ${K}.requestObject.spec.containers.securityContext.privileged: true and
      not ${K}.requestObject.spec.containers.image: (*/kube-proxy* or "mine")`);
    expect(requests(rule, 'f-privileged-pods').length).toBeGreaterThan(0);
    expect(requests(rule, 'a-benign-day')).toEqual([]);
  });

  it('what asks for everything finds everything, and its negation nothing', () => {
    const all = documents('c-rbac-escalation');
    expect(all.length).toBeGreaterThan(20);
    const every = judgeOf(kql('event.dataset: kubernetes.audit_logs'));
    const none = judgeOf(eql('any where not (event.dataset == "kubernetes.audit_logs")'));
    expect(all.every((document) => every(document) === true && none(document) === false)).toBe(
      true,
    );
  });
});
