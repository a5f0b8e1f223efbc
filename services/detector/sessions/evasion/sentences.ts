/**
 * Owns: a finding about a session as one sentence for a person who was woken by it: who, what, where,
 * what is known and what is not.
 *
 * One line without control or direction characters. What the user chose (a command) comes last, so
 * that nothing in it can be taken for our words.
 */
import { cut, plain } from '../../sentence.ts';
import type { Place, SessionKind } from '../facts/model.ts';
import type { Confidence, CoverageCode, Evasion, SessionRuleId, SessionView } from '../model.ts';
import { between, durationText, instant } from '../record/instant.ts';
import { userNameOf } from './who.ts';

const MAX_COMMAND_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 2000;

const WAYS: Readonly<Record<SessionKind, string>> = {
  exec: 'exec session',
  cp: 'copy',
  attach: 'attached session',
  ephemeral: 'debug container',
  'debug-pod': 'debug pod',
  'debug-node': 'debug session on a node',
  'port-forward': 'port-forward',
  'node-proxy': 'session through the API of a node',
};

export function sentenceOfEvasion(evasion: Evasion): string {
  const told = SAY[evasion.rule](evasion);
  if (evasion.commandLine !== undefined)
    return finished(`${told}${lastWords(evasion.commandLine)}`);
  const asked = requested(evasion.session);
  return finished(asked === undefined ? told : `${told}; what was asked for${lastWords(asked)}`);
}

const SAY: Readonly<Record<SessionRuleId, (evasion: Evasion) => string>> = {
  session_mark_of_other_pod({ owner, place, session }) {
    const whose = `the mark of ${possessive(owner?.userName)} session`;
    const there = owner === undefined ? 'another pod' : whereOf(owner.place);
    const who =
      session === undefined
        ? 'who ran it is not known'
        : `only ${nameOf(session)} had a session there then, as far as is known`;
    return `A command in ${whereOf(place)} had ${whose} in ${there}; ${who}`;
  },
  session_mark_not_set(evasion) {
    const isAsked = evasion.session?.request.marking === 'not_mutated';
    const though = isAsked
      ? 'though the webhook was asked for it'
      : 'though others of the namespace have one';
    return `${sessionOf(evasion)} was let in without a mark, ${though}; its commands are joined by time and place only`;
  },
  session_mark_stripped(evasion) {
    const since = instant(evasion.timeMs) ?? 'some time';
    return `The mark was taken off in ${sessionOf(evasion)}; from ${since} on commands have none, and are joined by time and place only`;
  },
  session_without_telemetry: (evasion) =>
    `${sessionOf(evasion)} lasted${lasting(evasion)} and no command of it was seen, though ${nodeOf(evasion)} told of others; what was done is not known`,
  session_past_api_server({ place }) {
    const on = place.node === undefined ? '' : ` on node ${cut(place.node)}`;
    return `A shell was started in ${whereOf(place)}${on}, and no request to the API server opened it; who it was is not known`;
  },
  session_outlived: (evasion) =>
    `A process of ${sessionOf(evasion)} still ran${after(evasion)} the session had ended`,
  session_container_not_watched: (evasion) =>
    `${sessionOf(evasion)} lasted${lasting(evasion)} and no command of it was seen: the container is ${guardOf(evasion)}, so that commands in it are not recorded; what was done is not known`,
};

/** A finding on a command or alert that lies in a session, or may. */
export interface Held {
  readonly session?: SessionView;
  /** Of the attribution; absent: no session is known. */
  readonly confidence?: Confidence;
  readonly candidates: number;
  readonly place: Place;
  /** The command, where the finding is on one and tells no more of it. */
  readonly ran?: string;
  /** What the finding says by itself. */
  readonly message: string;
}

/** With who it was, as far as that is known; what the finding says by itself where nothing is. */
export function sentenceOfHeld(held: Held): string {
  const { candidates, confidence, place, session } = held;
  if (confidence === 'ambiguous' && candidates > 0) {
    return finished(
      `Somebody, in one of ${candidates} sessions in ${whereOf(place)}${didOf(held)}`,
    );
  }
  if (session === undefined) return held.message;
  const name = nameOf(session);
  const way = `${article(WAYS[session.kind])} in ${whereOf(session.place)}`;
  switch (confidence) {
    case 'exact':
      return finished(`${name}, in ${way}${didOf(held)}`);
    case 'inferred':
      return finished(`Most likely ${name}, in ${way}${didOf(held)}`);
    case 'conflict': {
      const last = held.ran === undefined ? `: ${held.message}` : lastWords(held.ran);
      return finished(`${name} had ${way}, but the mark of what ran says otherwise${last}`);
    }
    default:
      return held.message;
  }
}

function didOf({ message, ran }: Held): string {
  return ran === undefined ? `: ${message}` : `, ran${lastWords(ran)}`;
}

function lastWords(command: string | undefined): string {
  return command === undefined ? '' : `: ${cut(command, MAX_COMMAND_LENGTH)}`;
}

function requested(view: SessionView | undefined): string | undefined {
  const text = view?.request.commandLine ?? view?.request.argv.join(' ');
  return text === '' ? undefined : text;
}

function finished(text: string): string {
  return plain(cut(text, MAX_MESSAGE_LENGTH));
}

/** `alice's exec session in payments/pay-0 (app)`. */
function sessionOf({ place, session }: Evasion): string {
  const where = whereOf(place);
  return session === undefined
    ? `a session in ${where}`
    : `${possessive(nameOf(session))} ${WAYS[session.kind]} in ${where}`;
}

function nameOf(view: SessionView): string {
  const name = userNameOf(view);
  const { userName } = view.request;
  if (name === undefined) return 'someone';
  return userName === undefined || userName === name
    ? cut(name)
    : `${cut(name)} (as ${cut(userName)})`;
}

function possessive(name: string | undefined): string {
  return `${name === undefined ? 'someone' : cut(name)}'s`;
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

function whereOf({ container, namespace, pod }: Place): string {
  const parts = [namespace, pod].filter((part) => part !== undefined);
  const name = parts.length === 0 ? 'an unknown pod' : parts.map((part) => cut(part)).join('/');
  return container === undefined ? name : `${name} (${cut(container)})`;
}

function nodeOf({ place, session }: Evasion): string {
  const node = place.node ?? session?.place.node;
  return node === undefined ? 'its node' : `node ${cut(node)}`;
}

function lasting({ session }: Evasion): string {
  const ms = between(session?.startedMs ?? session?.requestedMs, session?.endedMs);
  return ms === undefined ? ' for some time' : ` ${durationText(ms)}`;
}

function guardOf({ session }: Evasion): string {
  const holds = (code: CoverageCode) => session?.coverage.includes(code) === true;
  if (holds('privileged_container')) return 'privileged';
  return holds('unconfined_container') ? 'not confined' : 'privileged or not confined';
}

function after({ session, timeMs }: Evasion): string {
  const ms = between(session?.endedMs, timeMs);
  return ms === undefined ? ' after' : ` ${durationText(ms)} after`;
}
