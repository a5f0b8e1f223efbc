/**
 * Owns: the detector's decision on one event: a finding for every rule that matches.
 */
import type { AuditEvent, Finding } from '../../schemas/generated/avro.ts';
import type { Outcome } from '../../shared/pipeline/outcome.ts';
import type { Envelope, Stage } from '../../shared/pipeline/stage.ts';
import { buildFinding } from './finding.ts';
import { evaluateRules, type RuleSet } from './rules/engine/rule-set.ts';
import { EVENT_KINDS, type EventKind, type Level, type Rule } from './rules/model.ts';
import type { EventDocument } from './rules/expression.ts';

const AVRO_LEVEL: Readonly<Record<Level, Finding['level']>> = {
  informational: 'INFORMATIONAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  critical: 'CRITICAL',
};

function toRecord(rule: Rule, document: EventDocument): Finding {
  const finding = buildFinding(rule, document);
  const { id, cluster, ruleId, ruleName, events, userName, message } = finding;
  return {
    ...{ id, cluster, ruleId, ruleName, events, userName, message },
    time: Date.parse(finding.timestamp),
    level: AVRO_LEVEL[finding.level],
    document: Buffer.from(JSON.stringify(finding.document)),
  };
}

function isEventKind(kind: string): kind is EventKind {
  return EVENT_KINDS.some((known) => known === kind);
}

export function createDetectorStage(rules: RuleSet): Stage<AuditEvent, Finding> {
  const decide = ({ value }: Envelope<AuditEvent>): Outcome<Finding> => {
    if (!isEventKind(value.kind)) return { kind: 'drop', reason: 'no_match' };
    const document = JSON.parse(value.document.toString('utf8')) as EventDocument;
    const { matched } = evaluateRules(rules, value.kind, document);
    if (matched.length === 0) return { kind: 'drop', reason: 'no_match' };
    return { kind: 'emit', items: matched.map((rule) => toRecord(rule, document)) };
  };
  return { name: 'detector', apply: (batch) => batch.map(decide) };
}
