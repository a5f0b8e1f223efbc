/**
 * Owns: findings that the sessions stage tells, as records with their documents: those about sessions
 * themselves, and those on a command or alert, with whose session it lies in.
 * Does not own: when there is one (evasions-of.ts), what others are made of (../../finding.ts).
 */
import type { Finding } from '../../../../schemas/generated/avro.ts';
import { contentId } from '../../../../shared/domain/ids.ts';
import { member, textMember } from '../../../../shared/domain/json.ts';
import { textAt } from '../../document.ts';
import type { Mode } from '../../judge.ts';
import type { HeldFinding } from '../facts/model.ts';
import type { Evasion, SessionsOut } from '../model.ts';
import { nameText } from '../record/entries.ts';
import { wholeMs } from '../record/instant.ts';
import { culprit, evasionDocument, type Judged } from './evasion-document.ts';
import { heldDocument, heldMessage, surely } from './held-document.ts';
import { AVRO_LEVEL, avroLevel } from './levels.ts';
import { type SessionRule, sessionRule } from './rules.ts';
import { sentenceOfEvasion } from './sentences.ts';
import { readerOf, userNameOf } from './who.ts';

const MAX_EVENTS = 100;

/**
 * The finding about a session. `namespace` of the data streams. Of one evasion the same id, however
 * often and with whatever else it is told.
 */
export function evasionFinding(
  evasion: Evasion,
  namespace: string,
  mode: Mode = 'active',
): Finding {
  const { cluster, session } = evasion;
  const whose = culprit(evasion);
  const rule = sessionRule(evasion.rule);
  const id = contentId([rule.id, cluster, evasion.key]);
  const judged = { rule, mode, ...levelOf(rule, evasion) };
  const message = sentenceOfEvasion(evasion);
  const events = [...new Set(evasion.eventIds)].slice(-MAX_EVENTS);
  const timeMs =
    wholeMs(evasion.timeMs) ?? wholeMs(session?.requestedMs) ?? wholeMs(session?.lastSeenMs) ?? 0;
  const document = evasionDocument(evasion, judged, { id, message, namespace, timeMs, events });
  return {
    ...{ id, cluster, message, mode, time: timeMs },
    ...{ ruleId: rule.id, ruleName: rule.title, level: AVRO_LEVEL[judged.level] },
    events,
    userName: (whose && nameText(userNameOf(whose))) ?? null,
    document: Buffer.from(JSON.stringify(document)),
  };
}

/** By the criticality of the place of the session, as the inventory has it. */
function levelOf(
  { level: own, levelByCriticality }: SessionRule,
  { session }: Evasion,
): Pick<Judged, 'level' | 'levelReason'> {
  const criticality = session && readerOf(session)('podwitness', 'criticality');
  if (typeof criticality !== 'string') return { level: own };
  const level = Object.hasOwn(levelByCriticality, criticality)
    ? (levelByCriticality[criticality] ?? own)
    : own;
  if (level === own) return { level };
  return { level, levelReason: `${own}, but ${level} where criticality is ${criticality}` };
}

type HeldOut = Extract<SessionsOut, { readonly kind: 'held' }>;

/** `namespace` of the data streams, where the document has none. Same id as without a session. */
export function heldFinding(out: HeldOut, namespace: string): Finding {
  const { finding } = out;
  const whose = surely(out);
  const message = heldMessage(out);
  const document = heldDocument(out, message, namespace);
  return {
    ...recordOf(finding),
    ...(whose && { userName: nameText(userNameOf(whose)) ?? null }),
    message,
    document: Buffer.from(JSON.stringify(document)),
  };
}

/** What the matching stage made, read as what anybody may have written. */
function recordOf(finding: HeldFinding): Omit<Finding, 'document' | 'message'> {
  const { document, record } = finding;
  const events = member(record, 'events');
  const time = member(record, 'time');
  return {
    id: textMember(record, 'id') ?? finding.id,
    cluster:
      textMember(record, 'cluster') ?? textAt(document, 'orchestrator', 'cluster', 'name') ?? '',
    time: wholeMs(typeof time === 'number' ? time : finding.timeMs) ?? 0,
    ruleId: textMember(record, 'ruleId') ?? finding.ruleId,
    ruleName: textMember(record, 'ruleName') ?? finding.ruleName,
    level: avroLevel(member(record, 'level') ?? finding.level),
    events: Array.isArray(events) ? events.filter((one) => typeof one === 'string') : [],
    userName: textMember(record, 'userName') ?? null,
    mode: textMember(record, 'mode') ?? finding.mode,
  };
}
