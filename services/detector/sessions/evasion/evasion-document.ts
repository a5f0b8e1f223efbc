/**
 * Owns: the document of a finding about a session.
 * Does not own: its record and its level (finding.ts), its sentence (sentences.ts).
 */
import { COLLECTIONS } from '../../../../shared/domain/collections.ts';
import { threatOf } from '../../attack.ts';
import { compact } from '../../document.ts';
import { SEVERITY } from '../../finding.ts';
import type { Mode } from '../../judge.ts';
import type { Level } from '../../rules/model.ts';
import type { Evasion, SessionView } from '../model.ts';
import { nameText } from '../record/entries.ts';
import { instant } from '../record/instant.ts';
import { cutText } from '../record/room.ts';
import type { SessionRule } from './rules.ts';
import {
  ownFields,
  personFields,
  readerOf,
  relatedFields,
  sessionFields,
  userNameOf,
} from './who.ts';

const ECS_VERSION = '8.17.0';
const COMMAND_BYTES = 16 * 1024;

export interface Judged {
  readonly rule: SessionRule;
  readonly mode: Mode;
  readonly level: Level;
  /** Why the level is not the rule's own. */
  readonly levelReason?: string;
}

/** What the record has as well. */
interface Head {
  readonly id: string;
  readonly message: string;
  readonly namespace: string;
  readonly timeMs: number;
  readonly events: readonly string[];
}

export function evasionDocument(evasion: Evasion, judged: Judged, head: Head) {
  const { cluster, place, session } = evasion;
  const at = session === undefined ? () => undefined : readerOf(session);
  const [container, node] = [nameText(place.container), nameText(place.node)];
  const whose = culprit(evasion);
  const person = whose && personFields(whose);
  const own = session && {
    ...ownFields(session),
    ...(whose === undefined && { actor: undefined }),
  };
  return compact({
    '@timestamp': instant(head.timeMs),
    message: head.message,
    event: {
      ...{ id: head.id, kind: 'alert', dataset: COLLECTIONS.findings.dataset },
      ...{ category: ['process'], type: ['info'], action: judged.rule.id },
      severity: SEVERITY[judged.level],
    },
    data_stream: {
      ...{ type: 'logs', dataset: COLLECTIONS.findings.dataset, namespace: head.namespace },
    },
    ecs: { version: ECS_VERSION },
    orchestrator: at('orchestrator') ?? {
      type: 'kubernetes',
      cluster: { name: nameText(cluster) },
    },
    rule: ruleFields(judged.rule),
    podwitness: {
      ...own,
      request_uid: nameText(evasion.requestUid ?? session?.request.requestUid),
      finding: { ...findingFields(judged), events: head.events },
      session: { ...(session && sessionFields(session)), mark_owner: ownerFields(evasion) },
    },
    kubernetes: {
      ...{ namespace: nameText(place.namespace), pod: { name: nameText(place.pod) } },
      ...{ container: { name: container }, node: { name: node } },
      audit: { auditID: nameText(session?.request.auditId) },
    },
    process: processFields(evasion),
    container: { name: container },
    host: { name: node },
    ...person,
    threat: threatOf(judged.rule.tags),
    related: relatedOf(evasion),
  });
}

/**
 * The session whose user it was. Of a mark that was used elsewhere nobody is: not the owner, and the
 * one who had a session there is named, but not taken for it.
 */
export function culprit({ rule, session }: Evasion): SessionView | undefined {
  return rule === 'session_mark_of_other_pod' ? undefined : session;
}

function ruleFields({ description, id, references, title }: SessionRule) {
  return {
    ...{ id, name: title, ruleset: 'bundled', description },
    ...{ author: 'podwitness', reference: references[0] },
  };
}

function findingFields({ level, levelReason, mode, rule }: Judged) {
  const reason =
    levelReason === undefined ? {} : { rule_level: rule.level, level_reason: levelReason };
  return { level, mode, language: 'session', runbook: rule.runbook, ...reason };
}

/** Whose mark it was. That they did it is what the finding says is not known. */
function ownerFields({ owner }: Evasion) {
  if (owner === undefined) return undefined;
  const { place, session, userName } = owner;
  return {
    ...{ id: nameText(session), user: nameText(userName) },
    ...{ namespace: nameText(place.namespace), pod: nameText(place.pod) },
  };
}

function processFields({ commandLine, executable, pid }: Evasion) {
  return {
    command_line: commandLine === undefined ? undefined : cutText(commandLine, COMMAND_BYTES),
    executable: nameText(executable),
    pid: Number.isSafeInteger(pid) ? pid : undefined,
  };
}

function relatedOf({ owner, session }: Evasion) {
  const at = session === undefined ? () => undefined : readerOf(session);
  const own = session === undefined ? [] : [userNameOf(session), session.request.userName];
  return relatedFields(undefined, {
    user: [...own, owner?.userName],
    ip: [at('source', 'ip')],
  });
}
