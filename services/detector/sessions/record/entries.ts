/**
 * Owns: what lies in a session, as its document lists it: commands, alerts, findings, attachers.
 * A place or request UID is said where it is another than the session's.
 */
import { compact } from '../../document.ts';
import type { FindingRef } from '../facts/model.ts';
import type { Attacher, Command, SessionAlert, SessionView } from '../model.ts';
import { instant } from './instant.ts';
import { cutText } from './room.ts';

type Entry = Readonly<Record<string, unknown>>;

/** In bytes of JSON. The event that an entry names has all of it. */
const COMMAND_LINE_BYTES = 16 * 1024;
const TEXT_BYTES = 2048;
const NAME_BYTES = 1024;
const MAX_OTHERS = 20;

export function nameText(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cutText(text, NAME_BYTES);
}

function whole(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** `undefined` where it is as expected, so that it is not said. */
function unless<T>(expected: T, value: T | undefined): T | undefined {
  return value === expected ? undefined : value;
}

function lying(entry: Command | SessionAlert, { place, request }: SessionView): Entry {
  const { commandLine, executable, others } = entry;
  return {
    time: instant(entry.timeMs),
    whole_second: entry.isWholeSecond === true ? true : undefined,
    command_line: commandLine === undefined ? undefined : cutText(commandLine, COMMAND_LINE_BYTES),
    executable: executable === undefined ? undefined : cutText(executable, TEXT_BYTES),
    pid: whole(entry.pid),
    container: nameText(unless(place.container, entry.container)),
    node: nameText(unless(place.node, entry.node)),
    confidence: entry.confidence,
    others: others.length === 0 ? undefined : others.slice(0, MAX_OTHERS).map(nameText),
    outlived: entry.outlived ? true : undefined,
    request_uid: nameText(unless(request.requestUid, entry.requestUid)),
    event_id: nameText(entry.eventId),
  };
}

export function commandEntry(command: Command, view: SessionView): Entry {
  return compact({
    ...lying(command, view),
    user: { id: nameText(command.userId) },
    group: { id: nameText(command.groupId) },
    session_start: command.isSessionStart ? true : undefined,
  });
}

export function alertEntry(alert: SessionAlert, view: SessionView): Entry {
  const { message, priority, rule } = alert;
  return compact({
    ...lying(alert, view),
    rule: cutText(rule, TEXT_BYTES),
    priority: nameText(priority),
    message: message === undefined ? undefined : cutText(message, TEXT_BYTES),
  });
}

export function findingEntry(finding: FindingRef): Entry {
  return compact({
    id: nameText(finding.id),
    rule: { id: nameText(finding.ruleId), name: nameText(finding.ruleName) },
    level: nameText(finding.level),
    mode: nameText(finding.mode),
    time: instant(finding.timeMs),
    message: cutText(finding.message, TEXT_BYTES),
  });
}

export function attacherEntry(attacher: Attacher): Entry {
  return compact({
    session: nameText(attacher.session),
    user: nameText(attacher.userName),
    ip: nameText(attacher.sourceIp),
    started_at: instant(attacher.startedMs),
    ended_at: instant(attacher.endedMs),
  });
}
