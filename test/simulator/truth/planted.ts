/**
 * Owns: which of the evasions that were planted left a trace at all, and what may be said of sessions
 * that nobody planted anything in.
 */
import type { EvasionClass, Line, Planted, TrueSession } from '../model.ts';
import { SECOND } from '../moments.ts';
import type { Labelled } from './label.ts';

export interface Told {
  readonly line: Line;
  readonly truth: Labelled;
}

export interface Traces {
  /** Lines that came. */
  readonly told: readonly Told[];
  readonly bySession: ReadonlyMap<TrueSession, readonly Told[]>;
  readonly isSeen: (session: TrueSession) => boolean;
  readonly isEndSeen: (session: TrueSession) => boolean;
}

type Test = (planted: Planted, traces: Traces) => boolean;

export function groupBySession(told: readonly Told[]): ReadonlyMap<TrueSession, readonly Told[]> {
  const groups = new Map<TrueSession, Told[]>();
  for (const one of told) {
    const { session } = one.line.process;
    if (session === undefined) continue;
    const group = groups.get(session);
    if (group === undefined) groups.set(session, [one]);
    else group.push(one);
  }
  return groups;
}

function ofSession(session: TrueSession | undefined, { bySession }: Traces): readonly Told[] {
  return (session && bySession.get(session)) ?? [];
}

function some(test: (told: Told, planted: Planted) => boolean): Test {
  return (planted, traces) =>
    ofSession(planted.session, traces).some((told) => test(told, planted));
}

const always: Test = () => true;

const TRACES: Readonly<Record<EvasionClass, Test>> = {
  mark_of_other_pod: some(({ truth, line }) => truth.label === 'foreign' && line.isResolved),
  mark_named: always,
  mark_stripped: some(
    ({ line, truth }) =>
      line.process.twist === 'stripped' && truth.label === 'one_open' && !line.isUnread,
  ),
  failed_open: always,
  not_mutated: always,
  // Known when it has ended, others were told of meanwhile, and no stale line looks like its own.
  no_telemetry: ({ from, session, to }, { isEndSeen, told }) => {
    if (session === undefined || !isEndSeen(session)) return false;
    const meanwhile = told.filter(
      ({ line: { process, time } }) =>
        process.node === session.pod.node && time > from + SECOND && time < to - SECOND,
    );
    const isMistaken = meanwhile.some(
      ({ line, truth }) => truth.label === 'stale' && line.process.pod?.name === session.pod.name,
    );
    return meanwhile.length > 0 && !isMistaken;
  },
  past_api_server: (planted, { told }) =>
    told.some(
      ({ line }) =>
        line.process.origin === 'direct' &&
        line.process.execs[0]?.at === planted.from &&
        line.isResolved &&
        !line.isStale &&
        !line.isUnread,
    ),
  node_proxy: always,
  outlived: some(
    ({ line, truth }, { session }) =>
      truth.label === 'valid_uid' &&
      line.time > (session?.ended ?? Number.POSITIVE_INFINITY) + 10 * SECOND,
  ),
  not_watched: always,
  attach: always,
  port_forward: always,
  mark_of_same_pod: some(({ truth }) => truth.label === 'indistinguishable'),
  mark_invented: some(({ truth }) => truth.label === 'invented'),
};

export function leftTrace(planted: Planted, traces: Traces): boolean {
  const isSeen = planted.session === undefined || traces.isSeen(planted.session);
  return isSeen && TRACES[planted.evasion](planted, traces);
}

/** Rules that are right about a session although nothing was planted in it. */
export function tolerate(
  session: TrueSession,
  traces: Traces,
  namespaces: readonly string[],
): void {
  const say = (rules: readonly string[], why: string): void => {
    session.tolerated.push({ rules, why });
  };
  const own = ofSession(session, traces);
  const isTold = own.some(({ line, truth }) => truth.label !== 'stale' && line.isResolved);
  if (!isTold && session.pod.node.enricher !== undefined) {
    say(['session_without_telemetry', 'session_container_not_watched'], 'nothing of it came');
  }
  if (own.some(({ line }) => line.isMarkUnread))
    say(['session_mark_stripped'], 'a mark was not read');
  if (own.some(({ line }) => line.time > session.ended))
    say(['session_outlived'], 'it ran on a little');
  const isUnmarked = session.mark.how === 'absent';
  if (isUnmarked && namespaces.includes(session.pod.namespace)) {
    say(['session_mark_not_set'], 'the webhook leaves this namespace out');
  }
  if (isUnmarked && session.kind === 'debug-node')
    say(['session_mark_not_set'], 'oc debug is not marked');
  if (session.kind.startsWith('debug')) say(['session_container_not_watched'], 'it is privileged');
}
