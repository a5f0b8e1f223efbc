/**
 * Owns: facts of a story in a few words, and what comes of them: offline, or live with ticks.
 */
import type { Signal } from '../../../../../../schemas/generated/avro.ts';
import { encodeFact } from '../../../../../../services/detector/sessions/facts/codec.ts';
import type {
  AlertFact,
  HeldFinding,
  LineFact,
  PodFact,
  RequestFact,
  SessionFact,
} from '../../../../../../services/detector/sessions/facts/model.ts';
import { createSessionsStage } from '../../../../../../services/detector/sessions/join/stage.ts';
import type {
  Evasion,
  SessionsOut,
  SessionView,
} from '../../../../../../services/detector/sessions/model.ts';
import {
  type SessionSettings,
  sessionSettings,
} from '../../../../../../services/detector/sessions/settings.ts';
import { sessions } from '../../../../../../shared/config/sections/sessions.ts';
import type { KeyedOptions } from '../../../../../../shared/pipeline/keyed/model.ts';
import { runKeyedOffline } from '../../../../../../shared/pipeline/keyed/offline.ts';
import type { Outcome } from '../../../../../../shared/pipeline/outcome.ts';
import type { Envelope, Tick } from '../../../../../../shared/pipeline/stage.ts';
import { type Course, play, type State } from '../../../../shared/pipeline/keyed/fake-lane.ts';

export const T = Date.UTC(2026, 10, 21, 12);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const SETTINGS: SessionSettings = sessionSettings(sessions.parse({}));
const OPTIONS: KeyedOptions = {
  ...{ cacheBytes: 64 * 1024 * 1024, maxTimersPerTick: 10_000 },
  ...{ idleMs: 5 * MINUTE, maxAheadMs: 10 * MINUTE },
};
export const PAY = { namespace: 'payments', pod: 'pay-0', container: 'app', node: 'worker-1' };
const PAY_POD = { namespace: 'payments', pod: 'pay-0', container: 'app' };

let events = 0;
function nextId(): string {
  events++;
  return `e${String(events).padStart(6, '0')}`;
}

export type Parts<Fact> = Partial<Omit<Fact, 'kind'>>;

/** A stage of alice's exec into pay-0; times are seconds after T. */
export function request(
  session: string,
  state: RequestFact['state'],
  at: number,
  parts: Parts<RequestFact> = {},
): RequestFact {
  return {
    ...{ kind: 'request', session, sessionKind: 'exec', eventId: nextId(), state },
    ...{ timeMs: T + at * SECOND, receivedMs: T + at * SECOND, place: PAY_POD },
    ...{ userName: 'alice', argv: ['sh'], marking: 'unsaid', namesMark: false },
    ...{ who: { user: { name: 'alice' } }, context: {}, partial: false, findings: [] },
    ...parts,
  };
}

/** An exec from `from` to `until`, marked `uid-<session>` unless `parts` says otherwise. */
export function exec(
  session: string,
  from: number,
  until?: number,
  parts: Parts<RequestFact> = {},
): RequestFact[] {
  const receivedMs = T + from * SECOND;
  const marked = { requestUid: `uid-${session}`, marking: 'marked' as const };
  const all = { ...marked, code: 101, ...parts, receivedMs };
  const started = request(session, 'started', from, { ...all, stage: 'ResponseStarted' });
  if (until === undefined) return [started];
  return [started, request(session, 'ended', until, { ...all, stage: 'ResponseComplete' })];
}

/** Removes the mark that exec() gives. */
export function unmarked(facts: readonly RequestFact[]): RequestFact[] {
  return facts.map(({ requestUid: _, ...fact }) => ({ ...fact, marking: 'unsaid' }));
}

export function line(at: number, commandLine: string, parts: Parts<LineFact> = {}): LineFact {
  return {
    ...{ kind: 'line', eventId: nextId(), timeMs: T + at * SECOND, isWholeSecond: false },
    ...{ place: PAY, scope: 'container', pid: 4000 + Math.floor(at), executable: '/bin/sh' },
    ...{ commandLine, isSessionStart: false, partial: false, findings: [] },
    ...parts,
  };
}

export function alert(at: number, rule: string, parts: Parts<AlertFact> = {}): AlertFact {
  return {
    ...{ kind: 'alert', eventId: nextId(), timeMs: T + at * SECOND, place: PAY, rule },
    ...{ commandLine: 'cat /etc/shadow', partial: false, findings: [] },
    ...parts,
  };
}

export function pod(at: number, change: PodFact['change'], parts: Parts<PodFact> = {}): PodFact {
  return {
    ...{ kind: 'pod', eventId: nextId(), timeMs: T + at * SECOND, change },
    ...{ place: { namespace: 'payments', pod: 'pay-0' } },
    ...parts,
  };
}

export function finding(id: string): HeldFinding {
  return {
    ...{ id, ruleId: 'r', ruleName: 'Rule', level: 'high', mode: 'alerting', timeMs: T },
    ...{ message: 'found', record: {}, document: {} },
  };
}

type Input = Envelope<Signal | Tick>;

function enveloped(value: Signal | Tick, index: number, timestampMs: number): Input {
  return { value, origin: { topic: 'in', partition: 0, offset: BigInt(index), timestampMs } };
}

export function signalOf(fact: SessionFact): Signal {
  return encodeFact('prod', fact);
}

export interface Told {
  /** The latest of each session, by id. */
  readonly sessions: Readonly<Record<string, SessionView>>;
  /** How often each was told. */
  readonly records: readonly SessionView[];
  readonly evasions: readonly Evasion[];
  readonly held: readonly Extract<SessionsOut, { readonly kind: 'held' }>[];
  readonly outcomes: readonly Outcome<SessionsOut>[];
}

function toldBy(out: readonly SessionsOut[], outcomes: readonly Outcome<SessionsOut>[]): Told {
  const records = out.flatMap((one) => (one.kind === 'session' ? [one.view] : []));
  return {
    sessions: Object.fromEntries(records.map((view) => [view.id, view])),
    records,
    evasions: out.flatMap((one) => (one.kind === 'evasion' ? [one.evasion] : [])),
    held: out.flatMap((one) => (one.kind === 'held' ? [one] : [])),
    outcomes,
  };
}

/** As `scan` runs it: all at once, and then nothing more. */
export function offline(
  facts: readonly SessionFact[],
  settings: Partial<SessionSettings> = {},
): Told {
  const stage = createSessionsStage({ ...SETTINGS, ...settings });
  const inputs = facts.map((fact, i) => enveloped(signalOf(fact), i, fact.timeMs));
  const { out, outcomes } = runKeyedOffline(stage, OPTIONS, inputs);
  return toldBy(out, outcomes);
}

/** A fact, or a number of seconds after T to which time passes. */
export type Step = SessionFact | number;

/** As a worker runs it. Time passes by ticks alone. */
export async function live(
  steps: readonly Step[],
  course?: Course,
  parts: { readonly settings?: Partial<SessionSettings>; readonly cacheBytes?: number } = {},
): Promise<Told & { readonly state: State }> {
  const stage = createSessionsStage({ ...SETTINGS, ...parts.settings });
  let nowMs = T;
  const inputs = [0, ...steps].map((step, i) => {
    if (typeof step !== 'number') return enveloped(signalOf(step), i, nowMs);
    nowMs = T + step * SECOND;
    return enveloped({ kind: 'tick', timeMs: nowMs }, i, nowMs);
  });
  const options = { ...OPTIONS, ...(parts.cacheBytes ? { cacheBytes: parts.cacheBytes } : {}) };
  const played = await play(stage, options, inputs, course ?? { ...STRAIGHT_ONE });
  return { ...toldBy(played.extra, played.outcomes), state: played.state };
}

/** Each record a batch of its own. */
const STRAIGHT_ONE: Course = { sizes: [1], ends: ['commit'], failures: [false] };
