/**
 * Owns: which sessions were open in a pod when something happened there, as far as that can be told
 * from what is recorded: times in whole seconds, clocks that differ, containers that are not named.
 */
import type { Interval } from '../moments.ts';
import { SECOND } from '../moments.ts';
import type { Site, TrueSession } from '../model.ts';

type IsEndSeen = (session: TrueSession) => boolean;

/** Kinds in which no commands can be run. */
const BLIND = new Set(['port-forward']);
const SLACK = 2 * SECOND;

export interface Where {
  readonly namespace: string;
  readonly name: string;
  readonly container?: string;
}

export interface Candidates {
  /** Open beyond doubt. */
  readonly surely: readonly TrueSession[];
  /** Those, and any that a small error of time or container would add. */
  readonly perhaps: readonly TrueSession[];
}

export interface Openings {
  at(where: Where, during: Interval): Candidates;
  onNode(node: string, during: Interval): Candidates;
}

/** Until when a session of that pod is possible: what made a container has no end of its own. */
function latest(session: TrueSession, isEndSeen: IsEndSeen): number {
  const isMade = session.kind === 'ephemeral' || session.kind.startsWith('debug');
  return isMade || !isEndSeen(session) ? Math.max(session.pod.until, session.ended) : session.ended;
}

function touches(session: TrueSession, during: Interval, until: number, slack = 0): boolean {
  return session.requested - slack <= during.to && during.from <= until + SECOND + slack;
}

function isCompatible(
  site: Site,
  session: TrueSession,
  container: string | undefined,
  isStrict: boolean,
): boolean {
  if (container === undefined || !session.namesContainer || session.container === container)
    return true;
  // At level Metadata the name of a debug container comes with the first who attaches to it.
  return !isStrict && session.kind === 'ephemeral' && site.level === 'Metadata';
}

function grouped(sessions: readonly TrueSession[], keyOf: (session: TrueSession) => string) {
  const groups = new Map<string, TrueSession[]>();
  for (const session of sessions) {
    const key = keyOf(session);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [session]);
    else group.push(session);
  }
  return groups;
}

export function createOpenings(
  site: Site,
  sessions: readonly TrueSession[],
  isEndSeen: IsEndSeen,
): Openings {
  const isSurely = (s: TrueSession, during: Interval): boolean => touches(s, during, s.ended);
  const isPerhaps = (s: TrueSession, during: Interval): boolean =>
    touches(s, during, latest(s, isEndSeen), SLACK);
  const able = sessions.filter(({ isRefused, kind }) => !isRefused && !BLIND.has(kind));
  const ofPod = grouped(able, ({ pod }) => `${pod.namespace}/${pod.name}`);
  const ofNode = grouped(
    able.filter(({ kind }) => kind === 'debug-node'),
    ({ pod }) => pod.node.name,
  );
  return {
    at({ container, name, namespace }, during) {
      const there = ofPod.get(`${namespace}/${name}`) ?? [];
      return {
        surely: there.filter((s) => isSurely(s, during) && isCompatible(site, s, container, true)),
        perhaps: there.filter(
          (s) => isPerhaps(s, during) && isCompatible(site, s, container, false),
        ),
      };
    },
    onNode(node, during) {
      const there = ofNode.get(node) ?? [];
      return {
        surely: there.filter((s) => isSurely(s, during)),
        perhaps: there.filter((s) => isPerhaps(s, during)),
      };
    },
  };
}
