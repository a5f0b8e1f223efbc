/**
 * Owns: what lies in a session, as its document lists it: commands, alerts, findings, attachers.
 * A place or request UID is said where it is another than the session's.
 */
import { compact } from '../../document.ts';
import type { FindingRef } from '../facts/model.ts';
import type { Attacher, Command, SessionAlert, SessionView } from '../model.ts';
import { instant } from './instant.ts';
import { cutText, type Room, shorten } from './room.ts';

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

function textOf(room: Room, text: string | undefined, bytes: number): string | undefined {
  return text === undefined ? undefined : shorten(room, text, bytes);
}

function othersOf(room: Room, others: readonly string[]): readonly unknown[] | undefined {
  room.isCut ||= others.length > MAX_OTHERS;
  return others.length === 0 ? undefined : others.slice(0, MAX_OTHERS).map(nameText);
}

/** `room`: is told what was shortened; what an entry takes of it is counted by who keeps it. */
interface Around {
  readonly view: SessionView;
  readonly room: Room;
}

function lying(entry: Command | SessionAlert, { room, view: { place, request } }: Around): Entry {
  return {
    time: instant(entry.timeMs),
    whole_second: entry.isWholeSecond === true ? true : undefined,
    command_line: textOf(room, entry.commandLine, COMMAND_LINE_BYTES),
    executable: textOf(room, entry.executable, TEXT_BYTES),
    pid: whole(entry.pid),
    container: nameText(unless(place.container, entry.container)),
    node: nameText(unless(place.node, entry.node)),
    confidence: entry.confidence,
    others: othersOf(room, entry.others),
    outlived: entry.outlived ? true : undefined,
    request_uid: nameText(unless(request.requestUid, entry.requestUid)),
    event_id: nameText(entry.eventId),
  };
}

export function commandEntry(command: Command, around: Around): Entry {
  return compact({
    ...lying(command, around),
    user: { id: nameText(command.userId) },
    group: { id: nameText(command.groupId) },
    session_start: command.isSessionStart ? true : undefined,
  });
}

export function alertEntry(alert: SessionAlert, around: Around): Entry {
  const { message, priority, rule } = alert;
  return compact({
    ...lying(alert, around),
    rule: shorten(around.room, rule, TEXT_BYTES),
    priority: nameText(priority),
    message: textOf(around.room, message, TEXT_BYTES),
  });
}

export function findingEntry(finding: FindingRef, { room }: Around): Entry {
  return compact({
    id: nameText(finding.id),
    rule: { id: nameText(finding.ruleId), name: nameText(finding.ruleName) },
    level: nameText(finding.level),
    mode: nameText(finding.mode),
    time: instant(finding.timeMs),
    message: shorten(room, finding.message, TEXT_BYTES),
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
