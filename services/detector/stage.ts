/**
 * Owns: the detector's decision on one event: a finding for every rule that matches.
 */
import type { AuditEvent, Finding } from '../../schemas/generated/avro.ts';
import type { Outcome } from '../../shared/pipeline/outcome.ts';
import type { Envelope, Stage } from '../../shared/pipeline/stage.ts';
import { buildFinding } from './finding.ts';
import { type Detection, type Judged, judge } from './judge.ts';
import type { EventDocument } from './rules/expression.ts';
import { EVENT_KINDS, type EventKind, type Level } from './rules/model.ts';

const AVRO_LEVEL: Readonly<Record<Level, Finding['level']>> = {
  informational: 'INFORMATIONAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  critical: 'CRITICAL',
};

function toRecord(judged: Judged, document: EventDocument): Finding {
  const finding = buildFinding(judged, document);
  const { id, cluster, ruleId, ruleName, events, userName, message } = finding;
  return {
    ...{ id, cluster, ruleId, ruleName, events, userName, message },
    time: Date.parse(finding.timestamp),
    level: AVRO_LEVEL[finding.level],
    mode: judged.mode,
    document: Buffer.from(JSON.stringify(finding.document)),
  };
}

function isEventKind(kind: string): kind is EventKind {
  return EVENT_KINDS.some((known) => known === kind);
}

/** What is in use; replaced as a whole when files change, and the same for a whole batch. */
export interface Rulebook {
  readonly current: Detection;
}

export function createDetectorStage(book: Rulebook): Stage<AuditEvent, Finding> {
  const decide = (detection: Detection, { value }: Envelope<AuditEvent>): Outcome<Finding> => {
    if (!isEventKind(value.kind)) return { kind: 'drop', reason: 'no_match' };
    const document = JSON.parse(value.document.toString('utf8')) as EventDocument;
    const judged = judge(detection, value.kind, document);
    if (judged.length === 0) return { kind: 'drop', reason: 'no_match' };
    return { kind: 'emit', items: judged.map((one) => toRecord(one, document)) };
  };
  return {
    name: 'detector',
    apply(batch) {
      const { current } = book;
      return batch.map((envelope) => decide(current, envelope));
    },
  };
}
