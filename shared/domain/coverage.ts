/**
 * Owns: what an event about coverage is: its kinds, its states, and its one form as a document,
 * whoever found it.
 * Does not own: when one is raised (services/detector/watch), where documents are stored.
 */
import { contentId } from './ids.ts';

/**
 * Closed list, also a metric label. `silent`: nothing comes any more; `falling`: much less than
 * usual; `late`: batches keep coming long after their events; `skew`: events from the future;
 * `gap`: numbers of a collector's records are missing; `lost`: an input could not read something
 * any more; `sensor_drop`: a sensor says itself that it dropped; `overflow`: more senders than are
 * watched.
 */
export const COVERAGE_KINDS = [
  'silent',
  'falling',
  'late',
  'skew',
  'gap',
  'lost',
  'sensor_drop',
  'overflow',
] as const;
export type CoverageKind = (typeof COVERAGE_KINDS)[number];

/** `once`: a thing that happened, which has no end to wait for. */
export const COVERAGE_STATES = ['begin', 'end', 'once'] as const;
export type CoverageState = (typeof COVERAGE_STATES)[number];

export type CoverageLevel = 'informational' | 'low' | 'medium' | 'high';

/** On the scale of findings, so that both sort together. */
const SEVERITY: Readonly<Record<CoverageLevel, number>> = {
  informational: 1,
  low: 21,
  medium: 47,
  high: 73,
};

/** ECS has a type for each; a thing that happened once is information. */
const EVENT_TYPE: Readonly<Record<CoverageState, string>> = {
  begin: 'start',
  end: 'end',
  once: 'info',
};

export const COVERAGE_DATASET = 'podwitness.coverage';
/** Stands for a cluster where it is not known which one, or it is about several. */
export const ANY_CLUSTER = '*';
const ECS_VERSION = '8.17.0';

export interface Coverage {
  readonly kind: CoverageKind;
  readonly state: CoverageState;
  readonly level: CoverageLevel;
  readonly cluster: string;
  /** Kind of endpoint; absent where it is about no one source. */
  readonly source?: string;
  readonly sender?: string;
  /** The collector process, for a gap in its numbers. */
  readonly collector?: string;
  /** What it is about, by an inner name: with kind and `beginMs` the identity of an episode. */
  readonly key: string;
  /** When it became so; @timestamp of its first event. */
  readonly beginMs: number;
  /** @timestamp of this event. */
  readonly timeMs: number;
  /** From when on something is missing: before `beginMs`, for it takes a while to be sure. */
  readonly sinceMs: number;
  readonly untilMs?: number;
  /** What was to come and what came, in the unit that `message` names. */
  readonly expected?: number;
  readonly seen?: number;
  /** Why it is so or is over, one of a few words. */
  readonly reason?: string;
  /** Sequences that are missing, such as `12-14`. */
  readonly ranges?: readonly string[];
  /** A sentence that a person can read at 3 a.m. */
  readonly message: string;
}

export interface CoverageIds {
  /** Of the event: equal on every replay. */
  readonly id: string;
  /** Shared by begin and end. */
  readonly episode: string;
}

export function coverageIds({ kind, state, key, beginMs }: Coverage): CoverageIds {
  const identity = [kind, key, String(beginMs)];
  return {
    id: contentId(['coverage', state, ...identity]),
    episode: contentId(['coverage', 'episode', ...identity]),
  };
}

export interface StoredAs {
  readonly dataset: string;
  readonly namespace: string;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function eventFields(coverage: Coverage, id: string): Readonly<Record<string, unknown>> {
  const { kind, level, reason, sinceMs, state, untilMs } = coverage;
  return {
    id,
    // ECS: `state` tells how a thing is; `alert` would be what a rule made of events.
    kind: 'state',
    module: 'podwitness',
    dataset: COVERAGE_DATASET,
    type: [EVENT_TYPE[state]],
    action: `coverage-${kind}-${state}`,
    severity: SEVERITY[level],
    start: iso(sinceMs),
    ...(untilMs === undefined
      ? {}
      : { end: iso(untilMs), duration: Math.max(0, untilMs - sinceMs) * 1e6 }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The document of one coverage event; keys in one order, so that the same gives the same bytes. */
export function coverageDocument(
  coverage: Coverage,
  stored: StoredAs,
): Readonly<Record<string, unknown>> {
  const { id, episode } = coverageIds(coverage);
  const { cluster, collector, expected, kind, level, message, ranges, reason } = coverage;
  const { seen, sender, sinceMs, source, state, timeMs, untilMs } = coverage;
  const optional = { source, sender, collector, expected, seen, reason, ranges };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  return {
    '@timestamp': iso(timeMs),
    ecs: { version: ECS_VERSION },
    message,
    event: eventFields(coverage, id),
    data_stream: { type: 'logs', ...stored },
    orchestrator: { type: 'kubernetes', cluster: { name: cluster } },
    podwitness: {
      coverage: {
        ...{ id: episode, kind, state, level, cluster, since: iso(sinceMs) },
        ...(untilMs === undefined ? {} : { until: iso(untilMs) }),
        ...Object.fromEntries(given),
      },
    },
  };
}
