/**
 * Owns: sessions as a running thing: the keyed stage with its engine, on a log or over signals in
 * memory, and the records of what it tells.
 * Does not own: what is decided (sessions/join), what the records say (sessions/record, evasion).
 */
import type { Finding, Session, Signal } from '../../schemas/generated/avro.ts';
import { sessions } from '../../shared/config/sections/sessions.ts';
import { createKeyed } from '../../shared/pipeline/keyed/keyed.ts';
import type { KeyedOptions, KeyedStage } from '../../shared/pipeline/keyed/model.ts';
import { runKeyedOffline } from '../../shared/pipeline/keyed/offline.ts';
import { endings, extraOf } from '../../shared/pipeline/outcome.ts';
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Envelope } from '../../shared/pipeline/stage.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { aboutSignal, sinkTo, startStageWorker } from '../../shared/runtime/stage-worker.ts';
import { evasionFinding, heldFinding } from './sessions/evasion/finding.ts';
import { stagedSessionRules } from './sessions/evasion/rules.ts';
import { createSessionsStage } from './sessions/join/stage.ts';
import type { SessionsOut } from './sessions/model.ts';
import { sessionRecord } from './sessions/record/record-of.ts';
import { type SessionSettings, sessionSettings } from './sessions/settings.ts';

const MINUTE_MS = 60_000;
/** Timers of one tick; the rest is the next one's. */
const TIMERS_PER_TICK = 2000;
/** An API server is never quiet for so long; a node may be. */
const IDLE_MS = 5 * MINUTE_MS;
const MAX_AHEAD_MS = 5 * MINUTE_MS;

export type SessionsRecord =
  | { readonly topic: 'audit.sessions'; readonly value: Session }
  | { readonly topic: 'audit.findings'; readonly value: Finding };

interface RecordOptions {
  /** Of the data streams. */
  readonly namespace: string;
  /** Ids of rules on sessions that are on trial. */
  readonly staged: ReadonlySet<string>;
}

function recordOf(out: SessionsOut, { namespace, staged }: RecordOptions): SessionsRecord {
  switch (out.kind) {
    case 'session':
      return { topic: 'audit.sessions', value: sessionRecord(out.view, namespace) };
    case 'held':
      return { topic: 'audit.findings', value: heldFinding(out, namespace) };
    case 'evasion': {
      const mode = staged.has(out.evasion.rule) ? 'test' : 'active';
      const value = evasionFinding(out.evasion, namespace, mode);
      return { topic: 'audit.findings', value };
    }
  }
}

function engineOf({ cacheBytes }: SessionSettings): KeyedOptions {
  return {
    cacheBytes,
    maxTimersPerTick: TIMERS_PER_TICK,
    idleMs: IDLE_MS,
    maxAheadMs: MAX_AHEAD_MS,
  };
}

/** Rules on sessions come with the bundled ones, and go with them. */
function stageOf(
  settings: SessionSettings,
  bundledRules: boolean,
): KeyedStage<Signal, SessionsOut> {
  const stage = createSessionsStage(settings);
  if (bundledRules) return stage;
  const finish: typeof stage.finish = (turn, changed) =>
    (stage.finish?.(turn, changed) ?? []).filter(({ kind }) => kind !== 'evasion');
  return { ...stage, finish };
}

/** Its group and state are named as `audit.state.detector.sessions`. */
export function startSessions(context: Context, log: Log): Promise<RunningWorker> {
  const { config } = context;
  const settings = sessionSettings(config.sessions);
  const sessionOut = sinkTo(context, 'audit.sessions', (session) => session.id);
  const findingOut = sinkTo(context, 'audit.findings', (finding) => finding.id);
  const { namespace } = config.elasticsearch;
  const { bundledRules, stagedRules } = config.detector;
  const staged = stagedSessionRules(stagedRules);
  return startStageWorker(context, log, {
    name: 'detector.sessions',
    input: 'audit.signals',
    changelog: 'audit.state.detector.sessions',
    about: aboutSignal,
    ticks: true,
    decide: createKeyed(stageOf(settings, bundledRules), engineOf(settings)),
    out(item: SessionsOut) {
      const record = recordOf(item, { namespace, staged });
      return record.topic === 'audit.sessions'
        ? sessionOut(record.value)
        : findingOut(record.value);
    },
  });
}

const NOWHERE = { topic: '', partition: 0, offset: 0n, timestampMs: 0 };

/**
 * What sessions come to when nothing more is to come, with the settings that nobody changed. The order
 * of the signals changes nothing.
 */
export function sessionsOf(
  signals: readonly Signal[],
  bundledRules = true,
): readonly SessionsRecord[] {
  const settings = sessionSettings(sessions.parse({}));
  const envelopes = signals.map((value): Envelope<Signal> => ({ value, origin: NOWHERE }));
  const stage = stageOf(settings, bundledRules);
  const { out, outcomes } = runKeyedOffline(stage, engineOf(settings), envelopes);
  const told = outcomes.flatMap((outcome) => [
    ...endings(outcome).flatMap((ending) => (ending.kind === 'emit' ? ending.items : [])),
    ...extraOf(outcome),
  ]);
  const options = { namespace: 'default', staged: new Set<string>() };
  return [...told, ...out].map((item) => recordOf(item, options));
}
