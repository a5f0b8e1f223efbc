/**
 * Owns: when a source or a sender is silent, and when it is back.
 * A sender is not told of while its whole source is silent: that is one trouble, and one event.
 */
import { aboutOf } from './closing.ts';
import { mayTell } from './limiter.ts';
import { type Episode, groupKeyOf, type Held, type Subject } from './model.ts';
import type { CoverageSettings } from './settings.ts';
import {
  forget,
  forgetAfterMs,
  isEstablished,
  keep,
  perMinute,
  silenceAfterMs,
} from './subject.ts';
import { isAhead, tellBegin, tellEnd, type Turn } from './turn.ts';
import { clock, pace, sentence, span, things, whence } from './wording.ts';

function isSilent(subject: Subject, nowMs: number, settings: CoverageSettings): boolean {
  if (subject.open.silent !== undefined) return true;
  const isQuiet = nowMs - subject.lastMs >= silenceAfterMs(subject, settings);
  return isQuiet && isEstablished(subject, settings);
}

function beginMessage(subject: Subject, sinceMs: number): string {
  const { cluster, sender, senders, source } = subject;
  const usual = pace(perMinute(subject));
  const since = `since ${clock(sinceMs)}`;
  if (sender !== null) {
    return `No ${things(source)}${whence(cluster, sender)} ${since}; it sent about ${usual}`;
  }
  const from = senders > 1 ? ` from any of its ${senders} senders` : '';
  return `No ${things(source)} at all${whence(cluster, null)}${from} ${since}; about ${usual} came`;
}

function begin(turn: Turn, held: Held, nowMs: number): void {
  const { key, subject } = held;
  const told = mayTell(turn, held, 'silent', nowMs);
  const sinceMs = Math.min(subject.seenMs, nowMs);
  const episode: Episode = { atMs: nowMs, sinceMs, told };
  tellBegin(
    turn,
    { about: aboutOf(held), kind: 'silent', episode },
    {
      level: subject.sender === null ? 'high' : 'medium',
      expected: perMinute(subject),
      seen: 0,
      reason: 'nothing_received',
      message: beginMessage(subject, sinceMs),
    },
  );
  const silent = { ...subject, open: { ...subject.open, silent: episode } };
  keep(turn, { key, subject: silent }, { nowMs });
}

/** What is still ahead of the ticks had its time from a wrong clock: it came before this tick. */
function inTime(turn: Turn, subject: Subject, nowMs: number): Subject {
  if (!isAhead(turn, subject.lastMs)) return subject;
  return { ...subject, firstMs: Math.min(subject.firstMs, nowMs), lastMs: nowMs };
}

/** The timer of a source or a sender has fired. */
export function onTimer(turn: Turn, key: string, nowMs: number): void {
  const { memory, settings } = turn;
  const known = memory.get<Subject>(key);
  if (known === undefined) return;
  const subject = inTime(turn, known, nowMs);
  const quietMs = nowMs - subject.lastMs;
  if (quietMs >= forgetAfterMs(subject, settings)) {
    forget(turn, key, nowMs, 'forgotten');
  } else if (subject.open.silent !== undefined || !isSilent(subject, nowMs, settings)) {
    keep(turn, { key, subject }, { nowMs });
  } else {
    const group = subject.sender === null ? undefined : memory.get<Subject>(groupKeyOf(key));
    const isCovered = group !== undefined && isSilent(group, nowMs, settings);
    const held = { key, subject };
    if (isCovered) keep(turn, held, { nowMs, notBeforeMs: nowMs + settings.silenceMs });
    else begin(turn, held, nowMs);
  }
}

/** The subject after something came from it at `timeMs` again; call before it is touched. */
export function heard(turn: Turn, held: Held, timeMs: number): Subject {
  const { subject } = held;
  const episode = subject.open.silent;
  if (episode === undefined) return subject;
  const { cluster, sender, source } = subject;
  const quietMs = Math.max(0, timeMs - episode.sinceMs);
  // Its collector had it in time: it was the way from there that was slow.
  const wasPipeline = quietMs < silenceAfterMs(subject, turn.settings);
  const what = sentence(`${things(source)}${whence(cluster, sender)}`);
  tellEnd(
    turn,
    { about: aboutOf(held), kind: 'silent', episode },
    {
      timeMs: Math.max(timeMs, episode.sinceMs),
      reason: wasPipeline ? 'pipeline_was_behind' : 'resumed',
      message: wasPipeline
        ? `${what} had not stopped: the pipeline behind the collector was slow for ${span(episode.atMs - episode.sinceMs)}`
        : `${what} are back since ${clock(timeMs)}, after ${span(quietMs)} of silence`,
    },
  );
  const { silent: _over, ...open } = subject.open;
  return { ...subject, open };
}
