/**
 * Owns: what the codes of a session mean, in sentences for whoever is on call. Codes that a later
 * release brought are shown as they are.
 */
import type { Confidence, CoverageCode, SessionView } from '../../detector/sessions/model.ts';
import type { SessionKind } from '../../detector/sessions/facts/model.ts';

const KINDS: Readonly<Record<SessionKind, string>> = {
  exec: 'command in a container (exec)',
  cp: 'copy of files (cp, which is an exec of tar)',
  attach: 'attach to a running container',
  ephemeral: 'ephemeral debug container',
  'debug-pod': 'debug copy of a pod',
  'debug-node': 'debug pod on a node',
  'port-forward': 'port-forward',
  'node-proxy': 'way to the kubelet through nodes/proxy',
};

const CONFIDENCES: Readonly<Record<Confidence, string>> = {
  exact:
    'each command carries the mark (request UID) of this session, and pod and time agree with it',
  inferred: 'at least one command is here by pod and time alone, or its mark could not be checked',
  ambiguous: 'at least one command may be of another session that was open at the same place',
  conflict: 'at least one command carries a mark that does not agree with where or when it ran',
  none: 'no command is known to be of this session',
};

const COVERAGE: Readonly<Record<CoverageCode, string>> = {
  webhook_failed_open:
    'The webhook that marks sessions could not be asked, so the session has no mark: its commands are told by pod and time.',
  mark_not_set:
    'The session was let in without a mark, though others have one: its commands are told by pod and time.',
  mark_named_by_user:
    'The user named the variable of the mark in the command, which keeps the mark from being set.',
  mark_stripped:
    'Commands ran without the mark that the session had: it was taken out of the environment.',
  mark_of_other_pod: 'Commands carry the mark of a session in another pod.',
  no_telemetry:
    'The node told of no command of this session, though it tells of others: what ran is not known.',
  node_not_known: 'The node is not known, so it can not be said whether its commands are seen.',
  attach_is_blind:
    'An attach sends what is typed to a process that runs already: only processes that it starts are seen.',
  port_forward_is_blind: 'What passes through a port-forward is seen by nobody.',
  copy_is_blind: 'Of a copy only the process that packs or unpacks is seen, not each file.',
  node_proxy:
    'It went past the rules for pods, through the kubelet: there is no mark, and no end in the audit log.',
  privileged_container:
    'The container is privileged: seccomp does not apply to it, so commands may be missing.',
  unconfined_container:
    'The container has no profile that logs commands, so commands may be missing.',
  other_session_in_pod:
    'Another session was open in this pod at the same time: whoever was in it could set this mark, too.',
  process_outlived: 'Something that was started here still ran when the session had ended.',
  creator_not_seen: 'Who made the debug pod or container was not seen.',
  answer_not_seen: 'What the API server answered was not seen: it may not have begun.',
  end_not_seen: 'The end was not seen: it may have been over earlier.',
  event_incomplete: 'An event of it was cut by what sent it: details are missing.',
  commands_not_listed:
    'There are more commands than a record holds; all are in the events (podwitness query events).',
};

const ENDINGS: Readonly<Record<NonNullable<SessionView['endedBy']>, string>> = {
  response: 'the connection was closed',
  pod_deleted: 'the pod was deleted',
  age: 'given up on as too old, its end was not seen',
};

function said(words: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(words, code) ? words[code] : undefined;
}

export function kindWords(kind: string | undefined): string {
  return kind === undefined ? 'session of a kind that is not known' : (said(KINDS, kind) ?? kind);
}

/** `exact: each command …` */
export function confidenceSentence(confidence: string | undefined): string {
  if (confidence === undefined) return 'not said';
  const words = said(CONFIDENCES, confidence);
  return words === undefined ? confidence : `${confidence}: ${words}`;
}

export function coverageSentence(code: string): string {
  return said(COVERAGE, code) ?? code;
}

export function endingWords(endedBy: string | undefined): string {
  return endedBy === undefined ? 'how is not said' : (said(ENDINGS, endedBy) ?? endedBy);
}
