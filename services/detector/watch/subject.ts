/**
 * Owns: sources and senders as they are remembered: begun, touched by a batch, known long enough to
 * be missed, forgotten; their place in the indexes; the bound on how many there are.
 * Does not own: what is judged of them (silence.ts, volume.ts, times.ts).
 */
import { ANY_CLUSTER } from '../../../shared/domain/coverage.ts';
import { closeAll } from './closing.ts';
import { groupKeyOf, type Held, LANE_KEY, type Rate, type Subject } from './model.ts';
import {
  type CoverageSettings,
  DAY_MS,
  ESTABLISHED_BATCHES,
  GROUP_FORGET_FACTOR,
} from './settings.ts';
import { isAhead, laneOf, tellOnce, type Turn } from './turn.ts';
import { NO_VOLUME } from './volume.ts';

const RATE_BUCKET_MS = 600_000;
const PAUSE_DAYS = 7;
/** With fewer days behind it, one outage would be taken for the habit. */
const PAUSE_DAYS_LEAST = 3;

function newSubject(
  about: Pick<Subject, 'cluster' | 'source' | 'sender'>,
  arrivalMs: number,
): Subject {
  return {
    ...about,
    ...{ firstMs: arrivalMs, lastMs: arrivalMs, seenMs: 0, batches: 0 },
    rate: { startMs: arrivalMs, records: 0, before: 0 },
    ...{ pauses: [], dueMs: 0, dropMs: 0, open: {}, senders: 0, recent: [] },
    times: { late: 0, lateSinceMs: 0, inTime: 0, notAhead: 0, latenessMs: [] },
    volume: NO_VOLUME,
    told: { hour: 0, count: 0 },
  };
}

export function isEstablished(subject: Subject, settings: CoverageSettings): boolean {
  const { batches, firstMs, lastMs } = subject;
  return batches >= ESTABLISHED_BATCHES && lastMs - firstMs >= settings.establishedMs;
}

/** The longest pause that is usual: the lower median of the last days' longest. */
function usualPauseMs({ pauses }: Subject): number {
  const sorted = pauses.map(([, pauseMs]) => pauseMs).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** After so long a pause it is silent. */
export function silenceAfterMs(subject: Subject, settings: CoverageSettings): number {
  return Math.max(settings.silenceMs, settings.silenceFactor * usualPauseMs(subject));
}

export function forgetAfterMs(subject: Subject, settings: CoverageSettings): number {
  return settings.forgetMs * (subject.sender === null ? GROUP_FORGET_FACTOR : 1);
}

/** How a batch came: by the ticks' clock, by the collector's, and whether it ended a silence. */
interface Arrival {
  readonly arrivalMs: number;
  readonly timeMs: number;
  readonly wasSilent: boolean;
}

function withPause(subject: Subject, { timeMs, wasSilent }: Arrival): Subject['pauses'] {
  const pauseMs = timeMs - subject.seenMs;
  const { pauses } = subject;
  if (subject.batches === 0 || pauseMs <= 0) return pauses;
  if (wasSilent && pauses.length < PAUSE_DAYS_LEAST) return pauses;
  const day = Math.floor(timeMs / DAY_MS);
  const known = pauses.find(([d]) => d === day)?.[1];
  if (known !== undefined && known >= pauseMs) return pauses;
  const others = pauses.filter(([d]) => d !== day);
  return [...others, [day, pauseMs] as const].slice(-PAUSE_DAYS);
}

function withRecords(rate: Rate, timeMs: number, records: number): Rate {
  const passed = timeMs - rate.startMs;
  if (passed < RATE_BUCKET_MS) return { ...rate, records: rate.records + records };
  const before = passed < 2 * RATE_BUCKET_MS ? rate.records : 0;
  return { startMs: timeMs, records, before };
}

/** Records per minute over the last ten to twenty minutes that it sent. */
export function perMinute({ firstMs, lastMs, rate }: Subject): number {
  const startMs = Math.max(firstMs, rate.startMs - (rate.before > 0 ? RATE_BUCKET_MS : 0));
  const minutes = Math.max(1, (lastMs - startMs) / 60_000);
  return Math.round(((rate.records + rate.before) / minutes) * 100) / 100;
}

/** The subject after a batch came; `records` 0 for a repeat, which only says that it lives. */
export function touched(subject: Subject, arrival: Arrival, records: number): Subject {
  const { arrivalMs, timeMs } = arrival;
  return {
    ...subject,
    lastMs: Math.max(subject.lastMs, arrivalMs),
    seenMs: Math.max(subject.seenMs, timeMs),
    batches: subject.batches + 1,
    pauses: withPause(subject, arrival),
    rate: withRecords(subject.rate, arrivalMs, records),
  };
}

/** When something has to be looked at again, if nothing more comes. */
function wantedDueMs(subject: Subject, settings: CoverageSettings): number {
  const isMissed = subject.open.silent === undefined && isEstablished(subject, settings);
  if (isMissed) return subject.lastMs + silenceAfterMs(subject, settings);
  return subject.lastMs + forgetAfterMs(subject, settings);
}

/** Whoever is not missed may be let go to make room: newcomers, and those that are silent. */
function wantedDropMs(subject: Subject, settings: CoverageSettings): number {
  if (subject.open.silent !== undefined) return subject.lastMs;
  return isEstablished(subject, settings) ? 0 : subject.firstMs;
}

/**
 * Keeps the subject, with its timer and its place among the candidates. A timer that is too early
 * stays: when it fires nothing happens but that it is set anew. Each fires once a day at least, and
 * all is written again then: what is older than the changelog's retention would be gone.
 * @param fired its timer has fired: it is set anew in any case, later than `notBeforeMs`
 */
export function keep(
  turn: Turn,
  { key, subject }: Held,
  fired?: { readonly nowMs: number; readonly notBeforeMs?: number },
): void {
  const { memory, settings } = turn;
  let { dueMs, dropMs } = subject;
  const latestMs = (fired?.nowMs ?? subject.lastMs) + DAY_MS;
  const earliestMs = (fired?.notBeforeMs ?? fired?.nowMs ?? 0) + 1;
  const usual = Math.min(Math.max(wantedDueMs(subject, settings), earliestMs), latestMs);
  const isDoubtful = fired === undefined && isAhead(turn, subject.lastMs);
  const wanted = isDoubtful ? laneOf(turn).nowMs + 1 : usual;
  if (fired !== undefined || dueMs === 0 || wanted < dueMs) {
    if (dueMs !== 0) memory.removeFrom('due', dueMs, key);
    memory.addTo('due', wanted, key);
    dueMs = wanted;
  }
  const drop = wantedDropMs(subject, settings);
  if (drop !== dropMs || fired !== undefined) {
    if (dropMs !== 0) memory.removeFrom('drop', dropMs, key);
    if (drop !== 0) memory.addTo('drop', drop, key);
    dropMs = drop;
  }
  memory.put(key, { ...subject, dueMs, dropMs });
}

/** Forgets it; what was open is closed with `reason`. */
export function forget(turn: Turn, key: string, timeMs: number, reason: string): void {
  const { memory } = turn;
  const subject = memory.get<Subject>(key);
  if (subject === undefined) return;
  closeAll(turn, { key, subject }, timeMs, reason);
  if (subject.dueMs !== 0) memory.removeFrom('due', subject.dueMs, key);
  if (subject.dropMs !== 0) memory.removeFrom('drop', subject.dropMs, key);
  memory.delete(key);
  const lane = laneOf(turn);
  memory.put(LANE_KEY, { ...lane, tracked: lane.tracked - 1 });
  const group = subject.sender === null ? undefined : memory.get<Subject>(groupKeyOf(key));
  if (group !== undefined) {
    memory.put(groupKeyOf(key), { ...group, senders: Math.max(0, group.senders - 1) });
  }
}

/** Makes room for one more; false: nobody can be let go. `except` is not. */
function makeRoom(turn: Turn, timeMs: number, except: string): boolean {
  const { memory, settings } = turn;
  if (laneOf(turn).tracked < settings.maxTracked) return true;
  const oldest = memory.first('drop', except);
  if (oldest !== undefined) forget(turn, oldest.key, timeMs, 'too_many');
  const lane = laneOf(turn);
  const dropped = lane.dropped + 1;
  const isDue = timeMs - lane.overflowToldMs >= DAY_MS;
  memory.put(LANE_KEY, { ...lane, dropped, ...(isDue ? { overflowToldMs: timeMs } : {}) });
  if (isDue) {
    tellOnce(turn, { cluster: ANY_CLUSTER, key: 'lane' }, 'overflow', {
      level: 'low',
      timeMs,
      expected: settings.maxTracked,
      message: `More than ${settings.maxTracked} senders on one partition: the oldest are no longer watched for silence (coverage.maxTracked)`,
    });
  }
  return oldest !== undefined;
}

/**
 * What is remembered under `key`, or a new one; undefined where there is no room for it.
 * @param except a key that must not be let go for it
 */
export function recalled(
  turn: Turn,
  key: string,
  about: Pick<Subject, 'cluster' | 'source' | 'sender'>,
  { arrivalMs, except }: { readonly arrivalMs: number; readonly except: string },
): Subject | undefined {
  const { memory } = turn;
  const known = memory.get<Subject>(key);
  if (known !== undefined) return known;
  if (!makeRoom(turn, arrivalMs, except)) return undefined;
  const lane = laneOf(turn);
  memory.put(LANE_KEY, { ...lane, tracked: lane.tracked + 1 });
  return newSubject(about, arrivalMs);
}
