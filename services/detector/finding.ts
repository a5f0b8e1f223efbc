/**
 * Owns: the document of a finding, and its id (interface.md, "finding").
 * Does not own: which rules match (rules/match.ts), writing it anywhere.
 */
import type { Finding } from '../../schemas/generated/avro.ts';
import { COLLECTIONS } from '../../shared/domain/collections.ts';
import { contentId } from '../../shared/domain/ids.ts';
import { isObject } from '../../shared/domain/json.ts';
import { threatOf } from './attack.ts';
import { compact, textAt, valueAt } from './document.ts';
import type { Judged } from './judge.ts';
import { messageOf } from './message.ts';
import type { Level, Rule } from './rules/model.ts';
import type { EventDocument } from './rules/expression.ts';
import { AVRO_LEVEL } from './sessions/evasion/levels.ts';
import { requestIdentity } from './sessions/facts/session-id.ts';

const ECS_VERSION = '8.17.0';

/** `event.severity`, on the scale of Kibana's detection engine, so that both sort together. */
export const SEVERITY: Readonly<Record<Level, number>> = {
  informational: 1,
  low: 21,
  medium: 47,
  high: 73,
  critical: 99,
};

/** A finding before it is written. */
export interface MadeFinding {
  /** The record without its document. */
  readonly record: Omit<Finding, 'document'>;
  readonly document: Readonly<Record<string, unknown>>;
}

/** One id for all stages of a request, so that the same finding is kept once. */
export function findingId(ruleId: string, identity: readonly (string | null)[]): string {
  return contentId([ruleId, ...identity]);
}

/**
 * The finding that a rule makes of an event document that it matches. All stages of a request give the
 * same but for `events`, and for what a stage can't know: when a request is received there is no answer
 * (outcome, response status, a generated name), and the message says "asked to". The first is kept.
 */
export function buildFinding(judged: Judged, event: EventDocument): MadeFinding {
  const { level, mode, rule } = judged;
  const id = findingId(rule.id, requestIdentity(event));
  const eventId = textAt(event, 'event', 'id');
  const events = eventId === undefined ? [] : [eventId];
  const timestamp =
    textAt(event, 'kubernetes', 'audit', 'requestReceivedTimestamp') ??
    textAt(event, '@timestamp') ??
    '';
  const message = messageOf(rule, event);
  const document = compact({
    '@timestamp': timestamp,
    message,
    event: eventFields(level, event, id),
    data_stream: {
      type: 'logs',
      dataset: COLLECTIONS.findings.dataset,
      namespace: textAt(event, 'data_stream', 'namespace') ?? 'default',
    },
    ecs: { version: textAt(event, 'ecs', 'version') ?? ECS_VERSION },
    orchestrator: valueAt(event, 'orchestrator'),
    rule: ruleFields(rule),
    podwitness: { ...ownFields(event), finding: { ...findingFields(judged), events } },
    kubernetes: { ...placeFields(event), audit: auditFields(event) },
    process: processFields(event),
    container: { id: valueAt(event, 'container', 'id'), name: valueAt(event, 'container', 'name') },
    host: { name: valueAt(event, 'host', 'name') },
    user: { id: valueAt(event, 'user', 'id'), name: valueAt(event, 'user', 'name') },
    source: { ip: valueAt(event, 'source', 'ip') },
    user_agent: { original: valueAt(event, 'user_agent', 'original') },
    threat: threatOf(rule.tags),
    related: valueAt(event, 'related'),
  });
  const record = {
    id,
    cluster: textAt(event, 'orchestrator', 'cluster', 'name') ?? '',
    time: Date.parse(timestamp),
    ruleId: rule.id,
    ruleName: rule.title,
    level: AVRO_LEVEL[level],
    events,
    userName: textAt(event, 'user', 'name') ?? null,
    message,
    mode,
  };
  return { record, document };
}

/** The same, of an event that opens a session. */
export function ofSession({ document, record }: MadeFinding, session: string): MadeFinding {
  const { podwitness } = document;
  const own = { ...(isObject(podwitness) ? podwitness : {}), session: { id: session } };
  return { record, document: { ...document, podwitness: own } };
}

export function toRecord({ document, record }: MadeFinding): Finding {
  return { ...record, document: Buffer.from(JSON.stringify(document)) };
}

function eventFields(level: Level, event: EventDocument, id: string) {
  return {
    id,
    kind: 'alert',
    dataset: COLLECTIONS.findings.dataset,
    category: valueAt(event, 'event', 'category'),
    type: typesOf(event),
    action: valueAt(event, 'event', 'action'),
    outcome: valueAt(event, 'event', 'outcome'),
    severity: SEVERITY[level],
  };
}

/** What the finding is worth, and what to do about it. */
function findingFields({ exception, level, levelReason, mode, rule }: Judged) {
  return {
    ...{ level, mode, language: rule.language, runbook: rule.runbook?.trim() },
    ...(levelReason === undefined ? {} : { rule_level: rule.level, level_reason: levelReason }),
    exception: exception && {
      ...{ owner: exception.owner, reason: exception.reason, expires: exception.expires },
    },
  };
}

/** Where it happened, and what ran there: of an event of the audit log, of a node, of Falco. */
function placeFields(event: EventDocument) {
  const at = (...path: string[]) => valueAt(event, 'kubernetes', ...path);
  return {
    namespace: at('namespace'),
    pod: { name: at('pod', 'name'), uid: at('pod', 'uid') },
    container: { name: at('container', 'name') },
    node: { name: at('node', 'name') },
  };
}

function processFields(event: EventDocument) {
  const own = (key: string) => valueAt(event, 'process', key);
  return {
    ...{ command_line: own('command_line'), args: own('args') },
    ...{ executable: own('executable'), pid: own('pid') },
  };
}

/** Who it was, whose it is, and what it belongs to: what a finding is sorted and routed by. */
function ownFields(event: EventDocument) {
  const own = (...path: string[]) => valueAt(event, 'podwitness', ...path);
  return {
    actor: {
      kind: own('actor', 'kind'),
      namespace: own('actor', 'namespace'),
      name: own('actor', 'name'),
    },
    // What joins an exec request with the commands of its session.
    request_uid: own('request_uid'),
    environment: own('environment'),
    team: own('team'),
    owner: own('owner'),
    criticality: own('criticality'),
  };
}

/** Of a session, which of its stages was seen is no property of the finding. */
const OF_STAGE: ReadonlySet<unknown> = new Set(['start', 'end']);

function typesOf(event: EventDocument): readonly unknown[] | undefined {
  const types = valueAt(event, 'event', 'type');
  return Array.isArray(types) ? types.filter((type) => !OF_STAGE.has(type)) : undefined;
}

function ruleFields(rule: Rule) {
  return {
    id: rule.id,
    name: rule.title,
    ruleset: rule.ruleset,
    description: rule.description,
    author: rule.author,
    reference: rule.references[0],
  };
}

/** Enough to read the finding alone; the event has the rest. */
function auditFields(event: EventDocument) {
  const audit = (...path: string[]) => valueAt(event, 'kubernetes', 'audit', ...path);
  return {
    auditID: audit('auditID'),
    verb: audit('verb'),
    requestURI: audit('requestURI'),
    user: { username: audit('user', 'username'), groups: audit('user', 'groups') },
    impersonatedUser: { username: audit('impersonatedUser', 'username') },
    objectRef: audit('objectRef'),
    responseStatus: { code: audit('responseStatus', 'code') },
    requestReceivedTimestamp: audit('requestReceivedTimestamp'),
  };
}
