/**
 * Owns: telling what inputs report as lost: a file that was rotated away before it was read, a
 * topic's records that were deleted before. The first at once, what follows within five minutes as
 * one.
 */
import { lostKey } from './model.ts';
import type { LostReading } from './read-signal.ts';
import { DAY_MS } from './settings.ts';
import { type About, arrivalOf, laneOf, tellOnce, type Turn } from './turn.ts';
import { clock, counted, sentence, things, whence } from './wording.ts';

interface Lost {
  readonly cluster: string;
  readonly source: string;
  readonly sender: string;
  readonly lastMs: number;
  readonly toldMs: number;
  /** Not told yet. */
  readonly times: number;
  readonly records: number;
  readonly bytes: number;
  readonly sinceMs: number;
  readonly reason: string;
  readonly place: string;
  readonly dueMs: number;
}

const TELL_EVERY_MS = 300_000;
const WHY: ReadonlyMap<string, string> = new Map([
  ['rotated_away', 'the file was rotated away before it was read to its end'],
  ['damaged', 'the file is damaged and cannot be read on'],
  ['retention', 'the topic deleted them before they were read'],
]);

function amount({ bytes, records, times }: Lost): string {
  if (records > 0) return counted(records, 'record');
  if (bytes > 0) return counted(bytes, 'byte');
  return times === 1 ? 'a part' : `${times} parts`;
}

function tell(turn: Turn, key: string, lost: Lost, timeMs: number): Lost {
  const { bytes, cluster, place, reason, records, sender, sinceMs, source } = lost;
  const about: About = { cluster, source, sender, key };
  const count = records > 0 ? records : bytes;
  const at = place === '' || sender.includes(place) ? '' : ` (${place})`;
  const what = `${amount(lost)} of ${things(source)}${whence(cluster, sender)}`;
  tellOnce(turn, about, 'lost', {
    ...{ level: 'high', timeMs, sinceMs, untilMs: lost.lastMs, reason },
    ...(count === 0 ? {} : { expected: count, seen: 0 }),
    message: `${sentence(what)} ${count === 1 ? 'is' : 'are'} lost since ${clock(sinceMs)}: ${WHY.get(reason) ?? reason}${at}`,
  });
  return { ...lost, toldMs: timeMs, times: 0, records: 0, bytes: 0 };
}

function keep(turn: Turn, key: string, lost: Lost, dueMs: number): void {
  if (lost.dueMs !== 0) turn.memory.removeFrom('due', lost.dueMs, key);
  turn.memory.addTo('due', dueMs, key);
  turn.memory.put(key, { ...lost, dueMs });
}

function dueOf({ lastMs, times, toldMs }: Lost): number {
  return times > 0 ? toldMs + TELL_EVERY_MS : lastMs + DAY_MS;
}

/** An input has reported a loss. */
export function onLost(turn: Turn, reading: LostReading): void {
  const { bytes, cluster, place, reason, records, sender, source, timeMs } = reading;
  const key = lostKey(cluster, source, sender);
  const arrivalMs = arrivalOf(turn, timeMs);
  // By the ticks alone: the next report may come with an earlier time.
  const nowMs = laneOf(turn).nowMs || arrivalMs;
  const before = turn.memory.get<Lost>(key);
  const lost: Lost = {
    ...{ cluster, source, sender, reason, place, lastMs: nowMs },
    toldMs: before?.toldMs ?? 0,
    times: (before?.times ?? 0) + 1,
    records: (before?.records ?? 0) + records,
    bytes: (before?.bytes ?? 0) + bytes,
    sinceMs: before === undefined || before.times === 0 ? timeMs : before.sinceMs,
    dueMs: before?.dueMs ?? 0,
  };
  const isDue = nowMs - lost.toldMs >= TELL_EVERY_MS;
  const next = isDue ? { ...tell(turn, key, lost, arrivalMs), toldMs: nowMs } : lost;
  keep(turn, key, next, dueOf(next));
}

/** The timer of a loss has fired: what was held back is told, what is old is forgotten. */
export function onLostTimer(turn: Turn, key: string, nowMs: number): void {
  const lost = turn.memory.get<Lost>(key);
  if (lost === undefined) return;
  if (lost.times > 0) {
    const next = tell(turn, key, lost, nowMs);
    keep(turn, key, next, Math.max(dueOf(next), nowMs + 1));
    return;
  }
  turn.memory.removeFrom('due', lost.dueMs, key);
  turn.memory.delete(key);
}
