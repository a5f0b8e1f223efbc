/**
 * Owns: a session for machines: one line for the session, then one for each entry of its timeline,
 * none put together.
 */
import type { CommandDetails, SessionDetails } from './details.ts';
import { type Entry, timelineOf } from './timeline.ts';
import { isoOf } from './times.ts';

function headOf(session: SessionDetails): object {
  const { cluster, container, id, kind, namespace, node, pod, revision, state, user } = session;
  const { confidence, coverage, files, hosts } = session;
  return {
    ...{ type: 'session', id, kind, state, revision, confidence, coverage },
    ...{ user, cluster, namespace, pod, container, node },
    requested_at: isoOf(session.requestedMs),
    started_at: isoOf(session.startedMs),
    ended_at: isoOf(session.endedMs),
    ended_by: session.endedBy,
    last_seen_at: isoOf(session.lastSeenMs),
    requested_command: session.requestedCommand,
    command_count: session.commandCount,
    alert_count: session.alertCount,
    finding_count: session.findingCount,
    max_level: session.maxLevel,
    ...{ files, hosts },
  };
}

function processOf(command: CommandDetails | undefined): object {
  if (command === undefined) return {};
  const { commandLine, container, executable, isSessionStart, node, pid, userId } = command;
  return {
    command_line: commandLine,
    ...{ executable, pid, user_id: userId, container, node },
    session_start: isSessionStart ? true : undefined,
  };
}

function lineOf(entry: Entry): object {
  const { command, confidence, level, mode, notes, offsetMs, text } = entry;
  return {
    ...{ type: entry.kind, time: isoOf(entry.timeMs), offset_ms: offsetMs },
    ...{ text, level, mode, confidence },
    others: entry.others.length === 0 ? undefined : entry.others,
    outlived: entry.outlived ? true : undefined,
    notes: notes.length === 0 ? undefined : notes,
    ...processOf(command),
    event_id: entry.eventId,
  };
}

/** NDJSON, with a trailing line break. */
export function sessionLines(session: SessionDetails): string {
  const lines = [headOf(session), ...timelineOf(session).map(lineOf)];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
