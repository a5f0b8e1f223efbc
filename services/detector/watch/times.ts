/**
 * Owns: how a sender's events relate to the clock: late for several batches in a row and for a while
 * (a kube-apiserver's retries alone make a few late), or dated in the future.
 */
import { aboutOf } from './closing.ts';
import { mayTell } from './limiter.ts';
import type { Episode, Held, Subject, SubjectKind, Times } from './model.ts';
import type { CoverageSettings } from './settings.ts';
import { tellBegin, tellEnd, type Turn } from './turn.ts';
import { clock, sentence, span, things, whence } from './wording.ts';

const LATENESS_KEPT = 9;

/** Events on a webhook come in batches: the newest of a batch says how late it is. */
function judged(
  times: Times,
  timeMs: number,
  latenessMs: number,
  settings: CoverageSettings,
): Times {
  const isLate = latenessMs > settings.lateMs;
  const isAhead = -latenessMs > settings.maxSkewMs;
  return {
    late: isLate ? times.late + 1 : 0,
    lateSinceMs: times.late === 0 ? timeMs : times.lateSinceMs,
    inTime: isLate ? 0 : times.inTime + 1,
    notAhead: isAhead ? 0 : times.notAhead + 1,
    latenessMs: [...times.latenessMs, latenessMs].slice(-LATENESS_KEPT),
  };
}

/** The median of the last batches that were late. */
function typicalMs(times: Times): number {
  const sorted = times.latenessMs.slice(-Math.max(1, times.late)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

interface Found {
  readonly timeMs: number;
  readonly sinceMs: number;
  readonly expected: number;
  readonly seen: number;
  readonly message: string;
}

function begin(turn: Turn, held: Held, kind: SubjectKind, found: Found): Subject {
  const { subject } = held;
  const { sinceMs, timeMs, ...rest } = found;
  const told = mayTell(turn, held, kind, timeMs);
  const episode: Episode = { atMs: timeMs, sinceMs, told };
  const level = kind === 'late' ? 'medium' : 'low';
  tellBegin(turn, { about: aboutOf(held), kind, episode }, { ...rest, level });
  return { ...subject, open: { ...subject.open, [kind]: episode } };
}

function end(
  turn: Turn,
  held: Held,
  kind: SubjectKind,
  rest: { readonly timeMs: number; readonly message: string },
): Subject {
  const { [kind]: episode, ...open } = held.subject.open;
  if (episode === undefined) return held.subject;
  tellEnd(turn, { about: aboutOf(held), kind, episode }, { ...rest, reason: 'in_time' });
  return { ...held.subject, open };
}

function whatOf({ cluster, sender, source }: Subject): string {
  return sentence(`${things(source)}${whence(cluster, sender)}`);
}

function late(turn: Turn, held: Held, timeMs: number): Subject {
  const { subject } = held;
  const { lateBatches, lateForMs, lateMs } = turn.settings;
  const { open, times } = subject;
  const what = whatOf(subject);
  if (open.late !== undefined) {
    if (times.inTime < lateBatches) return subject;
    const message = `${what} come in time again since ${clock(timeMs)}`;
    return end(turn, held, 'late', { timeMs, message });
  }
  const sinceMs = times.lateSinceMs;
  if (times.late < lateBatches || timeMs - sinceMs < lateForMs) return subject;
  const typical = typicalMs(times);
  return begin(turn, held, 'late', {
    ...{ timeMs, sinceMs },
    ...{ expected: Math.round(lateMs / 1000), seen: Math.round(typical / 1000) },
    message: `${what} have been coming about ${span(typical)} late since ${clock(sinceMs)}: what happens there is seen so much later`,
  });
}

function skew(turn: Turn, held: Held, timeMs: number): Subject {
  const { subject } = held;
  const { lateBatches, maxSkewMs } = turn.settings;
  const { open, times } = subject;
  const what = whatOf(subject);
  if (open.skew !== undefined) {
    if (times.notAhead < lateBatches) return subject;
    const message = `${what} are no longer dated in the future since ${clock(timeMs)}`;
    return end(turn, held, 'skew', { timeMs, message });
  }
  if (times.notAhead > 0) return subject;
  const aheadMs = -(times.latenessMs.at(-1) ?? 0);
  return begin(turn, held, 'skew', {
    ...{ timeMs, sinceMs: timeMs },
    ...{ expected: Math.round(maxSkewMs / 1000), seen: Math.round(aheadMs / 1000) },
    message: `${what} are dated ${span(aheadMs)} in the future: a clock is wrong, the sender's or the collector's`,
  });
}

/** The sender after a batch at `timeMs` whose newest event was so old; less than 0: in the future. */
export function timed(turn: Turn, held: Held, timeMs: number, latenessMs: number): Subject {
  const { key, subject } = held;
  const times = judged(subject.times, timeMs, latenessMs, turn.settings);
  const known = late(turn, { key, subject: { ...subject, times } }, timeMs);
  return skew(turn, { key, subject: known }, timeMs);
}
