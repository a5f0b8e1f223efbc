/**
 * Owns: the rows of truth.jsonl.
 */
import type { Scene } from '../activity/scene.ts';
import type { AuditLine } from '../apiserver/event.ts';
import type { Alert, EvasionClass, Kind, Line, Planted, Request, TrueSession } from '../model.ts';
import { milli, nano } from '../moments.ts';
import { createJudge, type Label, type Seen } from './label.ts';
import { groupBySession, leftTrace, tolerate, type Told } from './planted.ts';

export interface SessionRow {
  readonly row: 'session';
  readonly id: string;
  readonly cluster: string;
  readonly kind: Kind;
  readonly user: string;
  readonly actsAs?: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly node: string;
  readonly argv: readonly string[];
  /** All in ms since 1970. Each handshake's receipt is in `asked`. */
  readonly asked: readonly number[];
  readonly started: number;
  readonly ended: number;
  readonly retries: number;
  readonly auditIDs: readonly string[];
  readonly requestUid?: string;
  readonly mark: string;
  readonly attachers: readonly {
    readonly user: string;
    readonly auditID: string;
    readonly asked: number;
  }[];
  /** Events that say that it was opened came. */
  readonly isSeen: boolean;
  readonly tolerated: readonly { readonly rules: readonly string[]; readonly why: string }[];
}

interface Judged {
  readonly cluster: string;
  readonly label: Label;
  readonly session?: string;
  readonly candidates: readonly string[];
  /** ms since 1970, as written. */
  readonly time: number;
  readonly node: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly container?: string;
  readonly pid: number;
  readonly isLost: boolean;
  readonly origin: string;
  readonly twist?: string;
  readonly requestUid?: string;
}

export interface LineRow extends Judged {
  readonly row: 'line';
  /** The line's own auditID. */
  readonly id: string;
  readonly copyOf?: string;
  readonly commandLine: string;
  readonly executable: string;
  readonly isUnread: boolean;
  readonly isResolved: boolean;
}

export interface AlertRow extends Judged {
  readonly row: 'alert';
  /** Its time, with nine digits, and its host. */
  readonly id: string;
  readonly rule: string;
  readonly hasPlace: boolean;
}

export interface EvasionRow {
  readonly row: 'evasion';
  readonly cluster: string;
  readonly evasion: EvasionClass;
  readonly session?: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly from: number;
  readonly to: number;
  /** False: nothing that came tells of it. */
  readonly leftTrace: boolean;
}

export type TruthRow = SessionRow | LineRow | AlertRow | EvasionRow;

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const made: { [P in K]?: V } = {};
  if (value !== undefined) made[key] = value;
  return made;
}

function attacherOf({ request, user }: TrueSession['attachers'][number]) {
  return { user: user.name, auditID: request.auditID, asked: request.received };
}

function sessionRow(session: TrueSession, isSeen: boolean): SessionRow {
  const { argv, container, ended, id, kind, mark, pod, retries, started, user } = session;
  return {
    ...{ row: 'session', id, cluster: session.site, kind, user: user.name },
    ...optional('actsAs', user.actsAs?.name),
    ...{ namespace: pod.namespace, pod: pod.name, container, node: pod.node.name, argv },
    asked: session.requests.map(({ received }) => received),
    ...{ started, ended, retries, auditIDs: session.requests.map(({ auditID }) => auditID) },
    ...(mark.how === 'set' ? { requestUid: mark.uid } : {}),
    ...{ mark: mark.how, attachers: session.attachers.map(attacherOf) },
    ...{ isSeen, tolerated: session.tolerated },
  };
}

function placeOf({ process }: Line | Alert) {
  const { container, node, origin, pid, pod, site, twist } = process;
  return {
    ...{ cluster: site, node: node.name, pid, origin },
    ...optional('namespace', pod?.namespace),
    ...optional('pod', pod?.name),
    ...optional('container', container),
    ...optional('twist', twist),
  };
}

function lineRow({ line, truth }: Told): LineRow {
  const { commandLine, executable, isLost, isResolved, isUnread, time } = line;
  return {
    ...{ row: 'line', id: line.auditID, ...truth, time, ...placeOf(line) },
    ...{ commandLine, executable, isLost, isUnread, isResolved },
    ...optional('copyOf', line.copyOf),
    ...optional('requestUid', line.requestUid),
  };
}

function evasionRow(planted: Planted, hasTrace: boolean): EvasionRow {
  const { evasion, from, namespace, pod, session, site, to } = planted;
  return {
    ...{ row: 'evasion', cluster: site, evasion, from, to, leftTrace: hasTrace },
    ...optional('session', session?.id),
    ...optional('namespace', namespace ?? session?.pod.namespace),
    ...optional('pod', pod ?? session?.pod.name),
  };
}

export interface Recorded {
  /** Those that came. */
  readonly audit: readonly AuditLine[];
  readonly lines: readonly Line[];
  readonly alerts: readonly Alert[];
}

/** By what came of a session's last request. */
function seenIn(audit: readonly AuditLine[]): Seen {
  const requestsWith = (isMeant: (stage: string) => boolean) =>
    new Set(audit.filter(({ stage }) => isMeant(stage)).map(({ request }) => request));
  const answered = requestsWith((stage) => stage !== 'RequestReceived');
  const completed = requestsWith((stage) => stage === 'ResponseComplete');
  const isIn = (requests: ReadonlySet<Request>, session: TrueSession): boolean => {
    const last = session.requests.at(-1);
    return last !== undefined && requests.has(last);
  };
  return {
    isSeen: (session) => isIn(answered, session),
    isEndSeen: (session) => isIn(completed, session),
  };
}

export function truthOf(scene: Scene, { alerts, audit, lines }: Recorded): readonly TruthRow[] {
  const { planted, sessions, site } = scene;
  const seen = seenIn(audit);
  const { isSeen } = seen;
  const judge = createJudge(site, sessions, seen);
  const all = lines.map((line) => ({ line, truth: judge.line(line) }));
  const told = all.filter(({ line }) => !line.isLost);
  const traces = { told, ...seen, bySession: groupBySession(told) };
  for (const session of sessions) tolerate(session, traces, site.unmarkedNamespaces);
  return [
    ...sessions.map((session) => sessionRow(session, isSeen(session))),
    ...all.map(lineRow),
    ...alerts.map((alert): AlertRow => {
      const { hasPlace, isLost, process, rule, time } = alert;
      const truth = judge.alert(alert);
      const id = `${nano(time)} ${process.node.name}`;
      const at = Date.parse(milli(time));
      const uid = optional('requestUid', alert.requestUid);
      return {
        row: 'alert',
        id,
        rule,
        hasPlace,
        isLost,
        ...truth,
        ...placeOf(alert),
        ...uid,
        time: at,
      };
    }),
    ...planted.map((one) => evasionRow(one, leftTrace(one, traces))),
  ];
}
