/**
 * Owns: what each line and alert is, and what podwitness could know of it.
 */
import type { Alert, Line, Process, Site, TrueSession } from '../model.ts';
import { createOpenings, type Candidates, type Openings } from './openings.ts';

/**
 * - `valid_uid`: it carries its own session's mark
 * - `owner_unseen`: so it does, but the events of that session never came
 * - `indistinguishable`: it carries the mark of another session open in the same pod
 * - `foreign`: the mark of a session in another pod · `invented`: one that nobody has
 * - `stale`: what is said of it is that of an earlier process of the same number
 * - `one_open`: no mark, and its session is the only one open in its pod
 * - `ambiguous`: no mark, and several are open
 * - `edge`: no mark, and a second more or less decides
 * - `unplaced`: no mark of its own, and the enricher could not tell the pod
 * - `nobodys`: of no session · `indifferent`: it can be seen either way
 */
export type Label =
  | ('valid_uid' | 'owner_unseen' | 'indistinguishable' | 'foreign' | 'invented' | 'stale')
  | ('one_open' | 'ambiguous' | 'edge' | 'unplaced' | 'nobodys' | 'indifferent');

export interface Labelled {
  readonly label: Label;
  readonly session?: string;
  /** Sessions that it could be of. */
  readonly candidates: readonly string[];
}

/** What the audit log tells of a session. */
export interface Seen {
  isSeen(session: TrueSession): boolean;
  isEndSeen(session: TrueSession): boolean;
}

export interface Judge {
  line(line: Line): Labelled;
  alert(alert: Alert): Labelled;
}

interface Evidence {
  readonly process: Process;
  readonly from: number;
  readonly to: number;
  readonly requestUid: string | undefined;
  readonly isPlaced: boolean;
  readonly isStale: boolean;
}

function ids(sessions: readonly TrueSession[]): readonly string[] {
  return sessions.map(({ id }) => id);
}

function unmarked(session: TrueSession, { perhaps, surely }: Candidates): Label {
  if (surely.length > 1 && surely.includes(session)) return 'ambiguous';
  if (surely.length !== 1 || perhaps.length !== 1) return 'edge';
  return surely[0] === session ? 'one_open' : 'edge';
}

function markLabel({ process, requestUid }: Evidence, isSeen: (s: TrueSession) => boolean): Label {
  const { session, twist } = process;
  if (session !== undefined && session.mark.how === 'set' && session.mark.uid === requestUid) {
    return isSeen(session) ? 'valid_uid' : 'owner_unseen';
  }
  if (twist === 'same-pod') return 'indistinguishable';
  if (twist === 'foreign') return 'foreign';
  return 'invented';
}

function labelOf(
  evidence: Evidence,
  openings: Openings,
  isSeen: (s: TrueSession) => boolean,
): Labelled {
  const { isPlaced, isStale, process, requestUid } = evidence;
  const { pod, session } = process;
  const own = session === undefined ? {} : { session: session.id };
  const container = process.container === undefined ? {} : { container: process.container };
  const candidates =
    pod === undefined || !isPlaced
      ? openings.onNode(process.node.name, evidence)
      : openings.at({ ...pod, ...container }, evidence);
  const told = { ...own, candidates: ids(candidates.surely) };
  const carriesOwn = session?.mark.how === 'set' && session.mark.uid === requestUid;
  if (isStale && !carriesOwn) return { label: 'stale', ...told };
  if (carriesOwn || (requestUid !== undefined && isPlaced)) {
    const label = markLabel(evidence, isSeen);
    // Whose pod it is in is not sure either where several may be there.
    const isOpen = label === 'invented' && candidates.perhaps.length > 1;
    return { label: isOpen ? 'edge' : label, ...told };
  }
  if (session === undefined) {
    // A shell that people attach to is a process of its own when it clones for them.
    const isShared = process.origin === 'entrypoint' && candidates.perhaps.length > 0;
    return { label: isShared ? 'indifferent' : 'nobodys', ...told };
  }
  if (!isPlaced) return { label: 'unplaced', ...told };
  if (!isSeen(session)) return { label: 'owner_unseen', ...told };
  return { label: unmarked(session, candidates), ...told };
}

export function createJudge(
  site: Site,
  sessions: readonly TrueSession[],
  { isEndSeen, isSeen }: Seen,
): Judge {
  const openings = createOpenings(site, sessions.filter(isSeen), isEndSeen);
  return {
    line(line) {
      const { isResolved: isPlaced, isStale, process, requestUid, time } = line;
      const span = { from: time, to: process.node.enricher === 'ms' ? time : time + 999 };
      return labelOf({ process, ...span, requestUid, isPlaced, isStale }, openings, isSeen);
    },
    alert({ hasPlace, process, requestUid, time }) {
      const evidence = {
        process,
        from: time,
        to: time,
        requestUid,
        isPlaced: hasPlace,
        isStale: false,
      };
      return labelOf(evidence, openings, isSeen);
    },
  };
}
