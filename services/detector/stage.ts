/**
 * Owns: the detector's decision on one event: a finding for every rule that matches, and what the
 * event says of sessions.
 * Does not own: what a session is made of (sessions/facts), which session an event lies in
 * (sessions/join).
 */
import type { AuditEvent, Finding, Signal } from '../../schemas/generated/avro.ts';
import type { Outcome } from '../../shared/pipeline/outcome.ts';
import type { Envelope, Stage } from '../../shared/pipeline/stage.ts';
import { buildFinding, type MadeFinding, ofSession, toRecord } from './finding.ts';
import { type Detection, judge } from './judge.ts';
import type { EventDocument } from './rules/expression.ts';
import { EVENT_KINDS, type EventKind } from './rules/model.ts';
import { heldFinding } from './sessions/evasion/finding.ts';
import { decodeFact, encodeFact } from './sessions/facts/codec.ts';
import { factOf } from './sessions/facts/fact-of.ts';
import type { SessionFact } from './sessions/facts/model.ts';

/** What the detector writes, each with its topic. */
export type DetectorOut =
  | { readonly topic: 'audit.findings'; readonly value: Finding }
  | { readonly topic: 'audit.signals'; readonly value: Signal };

/** Of one output: told now, or as they are while they wait for a session. */
export function findingsOf(item: DetectorOut): readonly Finding[] {
  if (item.topic === 'audit.findings') return [item.value];
  const fact = decodeFact(item.value);
  if (fact === undefined || !('kind' in fact)) return [];
  if (fact.kind !== 'line' && fact.kind !== 'alert') return [];
  return fact.findings.map((finding) => heldFinding({ kind: 'held', finding, candidates: [] }, ''));
}

function isEventKind(kind: string): kind is EventKind {
  return EVENT_KINDS.some((known) => known === kind);
}

/** What is in use; replaced as a whole when files change, and the same for a whole batch. */
export interface Rulebook {
  readonly current: Detection;
}

/**
 * Findings that are told now. Those of a request that opens a session say which; those of a command
 * or an alert that may lie in one wait in its fact, and are told with who it was.
 */
function toldNow(
  findings: readonly MadeFinding[],
  fact: SessionFact | undefined,
): readonly MadeFinding[] {
  if (fact === undefined || fact.kind === 'pod') return findings;
  if (fact.kind === 'request') {
    return fact.state === 'refused'
      ? findings
      : findings.map((one) => ofSession(one, fact.session));
  }
  const held = new Set(fact.findings.map(({ id }) => id));
  return findings.filter(({ record }) => !held.has(record.id));
}

function decide(
  detection: Detection,
  { value: event }: Envelope<AuditEvent>,
): Outcome<DetectorOut> {
  if (!isEventKind(event.kind)) return { kind: 'drop', reason: 'no_match' };
  const document = JSON.parse(event.document.toString('utf8')) as EventDocument;
  const findings = judge(detection, event.kind, document).map((one) => buildFinding(one, document));
  const fact = factOf(event, document, findings);
  const items = toldNow(findings, fact).map(
    (finding): DetectorOut => ({ topic: 'audit.findings', value: toRecord(finding) }),
  );
  if (fact !== undefined) {
    items.push({ topic: 'audit.signals', value: encodeFact(event.cluster, fact) });
  }
  return items.length === 0 ? { kind: 'drop', reason: 'no_match' } : { kind: 'emit', items };
}

export function createDetectorStage(book: Rulebook): Stage<AuditEvent, DetectorOut> {
  return {
    name: 'detector',
    apply(batch) {
      const { current } = book;
      return batch.map((envelope) => decide(current, envelope));
    },
  };
}
