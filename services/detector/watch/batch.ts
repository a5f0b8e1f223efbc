/**
 * Owns: what one batch that came through the front door says about its source and its sender.
 */
import { aboutOf } from './closing.ts';
import { type Episode, groupKey, type Held, senderKey, type Subject } from './model.ts';
import type { BatchReading } from './read-signal.ts';
import { heard } from './silence.ts';
import { keep, recalled, touched } from './subject.ts';
import { timed } from './times.ts';
import { arrivalOf, plausibleTime, tellBegin, tellEnd, type Turn } from './turn.ts';
import { addVolume, NO_VOLUME, type VolumeChange } from './volume.ts';
import { clock, sentence, span, things, whence } from './wording.ts';

/** Bodies of a source by which a repeat is known: more than come while a sender waits to repeat. */
const RECENT_KEPT = 64;

function fallen(turn: Turn, held: Held, change: VolumeChange): Subject {
  const { settings } = turn;
  const { subject: group } = held;
  const story = { about: aboutOf(held), kind: 'falling' as const };
  const { atMs, expected, kind, reason, seen } = change;
  const what = `${things(group.source)}${whence(group.cluster, null)}`;
  const per = `in ${span(settings.windowMs)}`;
  if (kind === 'begin') {
    const foundMs = group.seenMs;
    const episode: Episode = { atMs: foundMs, sinceMs: atMs, told: true };
    tellBegin(
      turn,
      { ...story, episode },
      {
        ...{ level: 'medium', expected, seen, reason: 'less_than_usual' },
        message: `Far fewer ${what} than usual since ${clock(atMs)}: ${seen} ${per}, where about ${expected} come`,
      },
    );
    return { ...group, open: { ...group.open, falling: episode } };
  }
  const { falling: episode, ...open } = group.open;
  if (episode === undefined) return group;
  tellEnd(
    turn,
    { ...story, episode },
    {
      ...{ timeMs: group.seenMs, untilMs: Math.max(atMs, episode.sinceMs) },
      ...{ expected, seen, reason: reason ?? 'recovered' },
      message:
        reason === 'new_normal'
          ? `${sentence(what)} have come ${seen} ${per} for a day: this is taken for usual now`
          : `${sentence(what)} come as usual again: ${seen} ${per}`,
    },
  );
  return { ...group, open };
}

function withVolume(turn: Turn, held: Held, timeMs: number, records: number): Subject {
  const { settings } = turn;
  const { key, subject: group } = held;
  // A clock that was far ahead once must not stop the judging until its time has come.
  const wasAhead = group.volume.window * settings.windowMs > timeMs + 2 * settings.windowMs;
  const before = wasAhead ? { ...NO_VOLUME, hours: group.volume.hours } : group.volume;
  const { changes, volume } = addVolume(before, timeMs, records, settings);
  return changes.reduce<Subject>((subject, change) => fallen(turn, { key, subject }, change), {
    ...group,
    volume,
  });
}

interface Came extends Held {
  readonly arrivalMs: number;
  readonly timeMs: number;
  readonly isRepeat: boolean;
}

function toGroup(turn: Turn, came: Came, { hash, records }: BatchReading): Subject {
  const { arrivalMs, isRepeat, key, subject, timeMs } = came;
  const back = heard(turn, came, timeMs);
  const wasSilent = subject.open.silent !== undefined;
  const next = touched(back, { arrivalMs, timeMs, wasSilent }, isRepeat ? 0 : records);
  if (isRepeat) return next;
  const recent = hash === '' ? next.recent : [...next.recent, hash].slice(-RECENT_KEPT);
  return withVolume(turn, { key, subject: { ...next, recent } }, timeMs, records);
}

function toSender(turn: Turn, came: Came, reading: BatchReading): Subject {
  const { newestMs, records } = reading;
  const { arrivalMs, isRepeat, key, subject, timeMs } = came;
  const back = heard(turn, came, timeMs);
  const wasSilent = subject.open.silent !== undefined;
  const next = touched(back, { arrivalMs, timeMs, wasSilent }, isRepeat ? 0 : records);
  // A repeat is as old as the sender's patience, and says nothing about its events.
  if (isRepeat || newestMs === undefined) return next;
  return timed(turn, { key, subject: next }, timeMs, reading.timeMs - newestMs);
}

/** A batch came: of a source, by a sender. A repeat of one shows only that the sender lives. */
export function onBatch(turn: Turn, reading: BatchReading): void {
  const { cluster, hash, sender, source } = reading;
  const keys = { group: groupKey(cluster, source), sender: senderKey(cluster, source, sender) };
  const arrivalMs = arrivalOf(turn, reading.timeMs);
  const timeMs = plausibleTime(turn, reading.timeMs);
  const about = { cluster, source };
  const forGroup = { arrivalMs, except: keys.sender };
  const group = recalled(turn, keys.group, { ...about, sender: null }, forGroup);
  const isRepeat = group !== undefined && hash !== '' && group.recent.includes(hash);
  const came = { arrivalMs, timeMs, isRepeat };
  if (group !== undefined) {
    const subject = toGroup(turn, { ...came, key: keys.group, subject: group }, reading);
    keep(turn, { key: keys.group, subject });
  }
  const forSender = { arrivalMs, except: keys.group };
  const known = recalled(turn, keys.sender, { ...about, sender }, forSender);
  if (known === undefined) return;
  if (known.batches === 0) countSender(turn, keys.group);
  const subject = toSender(turn, { ...came, key: keys.sender, subject: known }, reading);
  keep(turn, { key: keys.sender, subject });
}

function countSender(turn: Turn, key: string): void {
  const group = turn.memory.get<Subject>(key);
  if (group !== undefined) turn.memory.put(key, { ...group, senders: group.senders + 1 });
}
