/**
 * Owns: for tests of Elastic's rules: documents as the normalizer makes them, rule files, and which
 * documents a query finds.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { loadElastic } from '../../../../../../services/detector/rules/elastic/load.ts';
import {
  compileRules,
  evaluateRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import type {
  EventDocument,
  Expression,
} from '../../../../../../services/detector/rules/expression.ts';
import type { EventKind, Loaded, Rule } from '../../../../../../services/detector/rules/model.ts';
import { BODY, NAMES } from '../../../../../support/rule-queries.ts';
import { resultOfBody } from '../../../../../support/samples.ts';

/** The events that stand in for the cluster's (test/support/rule-queries.ts), by name. */
export const DOCUMENTS: Readonly<Record<string, EventDocument>> = Object.fromEntries(
  resultOfBody(BODY, { source: 'audit' }).events.map(({ document }, i) => [NAMES[i], document]),
);

/** Whole documents of the normalizer: execs, node commands, refusals. */
export function goldenDocuments(): readonly EventDocument[] {
  const folder = new URL('../../../../../golden/normalizer/', import.meta.url);
  return readdirSync(folder)
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text) as EventDocument);
}

/** An audit event through the normalizer. */
export function normalized(event: object): EventDocument {
  const base = { kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'RequestResponse' };
  const times = { stage: 'ResponseComplete', stageTimestamp: '2026-11-21T06:00:00.200000Z' };
  const body = Buffer.from(JSON.stringify({ ...base, ...times, auditID: 'a', ...event }));
  const [first] = resultOfBody(body, { source: 'audit' }).events;
  if (first === undefined) throw new Error('no event');
  return first.document;
}

interface Written {
  readonly query: string;
  readonly type?: string;
  readonly language?: string;
  /** Further lines of the table `rule`. */
  readonly more?: string;
}

/** A rule file as Elastic's repository has it. */
export function tomlOf({ language = 'kuery', more = '', query, type = 'query' }: Written): string {
  return `[metadata]
creation_date = "2026/11/21"
maturity = "production"

[rule]
author = ["Somebody"]
description = "For a test."
index = ["logs-kubernetes.audit_logs-*"]
language = "${language}"
name = "Test"
rule_id = "0c1f5a8e-0000-4000-8000-000000000001"
severity = "medium"
type = "${type}"
${more.startsWith('[') ? '' : more}
query = '''
${query}
'''
${more.startsWith('[') ? more : ''}
`;
}

export function load(written: Written): Loaded {
  return loadElastic({ path: 'rule.toml', text: tomlOf(written) });
}

/** The rule; throws with its problems where there is none. */
export function ruleOf(written: Written): Rule {
  const { problems, rules } = load(written);
  const [rule] = rules;
  if (rule === undefined) throw new Error(problems.map(({ reason }) => reason).join('; '));
  return rule;
}

export function kql(query: string): Rule {
  return ruleOf({ query });
}

export function eql(query: string): Rule {
  return ruleOf({ query, type: 'eql', language: 'eql' });
}

/** Compiled once; `undefined`: too little was recorded to tell. */
export function judgeOf(rule: Rule, kind: EventKind = 'audit') {
  const set = compileRules([rule]);
  return (document: EventDocument): boolean | undefined => {
    const verdict = evaluateRules(set, kind, document);
    return verdict.undecided.length > 0 ? undefined : verdict.matched.length > 0;
  };
}

/** Names of the events that the rule finds. */
export function found(rule: Rule): readonly string[] {
  const judge = judgeOf(rule);
  const entries = Object.entries(DOCUMENTS);
  return entries.flatMap(([name, document]) => (judge(document) === true ? [name] : []));
}

/** A rule with the condition, to be evaluated. */
export function withCondition(condition: Expression): Rule {
  return { ...kql('*'), condition };
}
