/**
 * Owns: when the command and request UID of a line are those of an earlier process. Releases of the
 * enricher up to 1.0.0 keep what they read of a process under its number for an hour, and the number
 * may be given to another process meanwhile (domain.md §1.2).
 */
import type { Place } from '../facts/model.ts';
import type { Confidence } from '../model.ts';
import { agree, isOtherContainer, isOtherPod } from './windows.ts';
import type { Span } from './attribute.ts';

/** Enricher, `processCache`: the time is counted from when the process was read. */
const KEPT_MS = 60 * 60 * 1000;

interface Process {
  readonly timeMs: number;
  readonly pid?: number;
  readonly node?: string;
  readonly commandLine?: string;
}

/**
 * Whether the request UID of `line` came from one of `known`, the commands of the session that it is
 * of: the same number, node and command. Only where it can't be the same process: one does not move
 * to another container.
 */
export function isStaleMark(
  line: Omit<Process, 'node'> & { readonly place: Place },
  owner: Span,
  known: Iterable<Process>,
): boolean {
  const { commandLine, pid, place, timeMs } = line;
  if (pid === undefined) return false;
  if (!isOtherPod(owner.place, place) && !isOtherContainer(owner, place.container)) return false;
  for (const process of known) {
    const ageMs = timeMs - process.timeMs;
    const isRead = process.pid === pid && process.commandLine === commandLine;
    const isSame = isRead && agree(process.node, place.node);
    if (isSame && ageMs >= 0 && ageMs <= KEPT_MS) return true;
  }
  return false;
}

interface Listed<C extends Process> {
  readonly command?: C;
  readonly isStart?: true;
}

/**
 * Commands, by time, where a process was started under the number and with the very words of an earlier
 * one: it may be another's, for which the enricher still had the earlier one's. So its request UID
 * proves nothing.
 */
export function withoutReused<C extends Process & { readonly confidence: Confidence }>(
  listed: readonly Listed<C>[],
): readonly C[] {
  const readAt = new Map<string, number>();
  return listed.flatMap(({ command, isStart }) => {
    if (command === undefined) return [];
    const key = JSON.stringify([command.node, command.pid, command.commandLine]);
    const before = readAt.get(key);
    const isKept = before !== undefined && command.timeMs - before <= KEPT_MS;
    if (!isKept) readAt.set(key, command.timeMs);
    const isReused = isKept && isStart === true && command.timeMs > (before ?? 0);
    return isReused && command.confidence === 'exact'
      ? [{ ...command, confidence: 'inferred' as const }]
      : [command];
  });
}
