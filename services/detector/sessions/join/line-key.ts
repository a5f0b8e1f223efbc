/**
 * Owns: when two commands of a node are one line that came twice, and the order of commands.
 */
import { contentId } from '../../../../shared/domain/ids.ts';
import type { LineFact } from '../facts/model.ts';

/** What a line is told from another by. */
export type LineIdentity = Pick<
  LineFact,
  'eventId' | 'timeMs' | 'place' | 'pid' | 'commandLine' | 'executable' | 'userId' | 'requestUid'
>;

/**
 * The same for a line that is sent again under another id, and for nothing else. Without node,
 * process number or time nothing says that two lines are of one process: then each is its own.
 */
export function lineKey(line: LineIdentity): string {
  const { commandLine, executable, pid, place, requestUid, timeMs, userId } = line;
  if (place.node === undefined || pid === undefined || !Number.isFinite(timeMs)) {
    return contentId(['event', line.eventId]);
  }
  return contentId([
    ...['line', place.node, String(pid), String(timeMs)],
    ...[commandLine ?? null, executable ?? null, userId ?? null, requestUid ?? null],
  ]);
}

export interface Ordered {
  readonly timeMs: number;
  readonly pid?: number;
  /** Of the line, or the id of an alert's event. */
  readonly key: string;
}

/** A time that is no number comes last. */
function orderOf(value: number | undefined): number {
  return value === undefined || Number.isNaN(value) ? Infinity : value;
}

/**
 * By time, then process number, since those rise within the second that a time may be cut to, then
 * key. A total order: what differs in nothing but its place in the input has one key.
 */
export function compareCommands(a: Ordered, b: Ordered): number {
  const [timeA, timeB] = [orderOf(a.timeMs), orderOf(b.timeMs)];
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  const [pidA, pidB] = [orderOf(a.pid), orderOf(b.pid)];
  if (pidA !== pidB) return pidA < pidB ? -1 : 1;
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}
