/**
 * Owns: the truth, arranged so that what podwitness told can be looked up in it.
 */
import type { AlertRow, EvasionRow, LineRow, SessionRow, TruthRow } from '../truth/rows.ts';
import type { OutLying, OutSession } from './output.ts';

/** A line with its copies: it is one command. */
export interface Group {
  readonly line: LineRow;
  readonly text: string;
}

export interface TruthIndex {
  readonly sessions: readonly SessionRow[];
  readonly byId: ReadonlyMap<string, SessionRow>;
  /** Lines that came, copies left out. */
  readonly groups: readonly Group[];
  /** Alerts that came. */
  readonly alerts: readonly AlertRow[];
  readonly evasions: readonly EvasionRow[];
  sessionOf(out: OutSession): SessionRow | undefined;
  /** The session to which it is but an attach. */
  attachedTo(out: OutSession): SessionRow | undefined;
  groupOf(cluster: string, command: OutLying): Group | undefined;
  alertOf(cluster: string, alert: OutLying): AlertRow | undefined;
}

/** Without the runtime's wrapper and the blank at its end. */
function shown(commandLine: string): string {
  return commandLine.replace(/^env SPO_EXEC_REQUEST_UID=\S+ /, '').trimEnd();
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Of the lines of one moment and number that which agrees in most: text, node, caller. */
function bestGroup(found: readonly Group[] | undefined, command: OutLying): Group | undefined {
  if (found === undefined || found.length < 2) return found?.[0];
  const agreement = ({ line, text }: Group): number =>
    4 * Number(text === (command.text ?? '').trimEnd()) +
    2 * Number(line.node === command.node) +
    Number(line.executable === command.executable);
  return found.reduce((best, group) => (agreement(group) > agreement(best) ? group : best));
}

function groupsOf(lines: readonly LineRow[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const line of lines) {
    if (line.isLost) continue;
    const key = line.copyOf ?? line.id;
    if (!groups.has(key)) groups.set(key, { line, text: shown(line.commandLine) });
  }
  return [...groups.values()];
}

function bestSession(
  found: readonly SessionRow[] | undefined,
  out: OutSession,
): SessionRow | undefined {
  if (found === undefined || found.length < 2) return found?.[0];
  const same = found.filter(({ namespace, pod }) => namespace === out.namespace && pod === out.pod);
  return same.find(({ kind }) => kind === out.kind) ?? same[0] ?? found[0];
}

export function indexTruth(rows: Iterable<TruthRow>): TruthIndex {
  const sessions: SessionRow[] = [];
  const lines: LineRow[] = [];
  const alerts: AlertRow[] = [];
  const evasions: EvasionRow[] = [];
  for (const row of rows) {
    if (row.row === 'session') sessions.push(row);
    if (row.row === 'line') lines.push(row);
    if (row.row === 'alert' && !row.isLost) alerts.push(row);
    if (row.row === 'evasion') evasions.push(row);
  }
  const groups = groupsOf(lines);
  const sessionsAt = new Map<string, SessionRow[]>();
  const attachesAt = new Map<string, SessionRow[]>();
  for (const session of sessions) {
    for (const { asked } of session.attachers) {
      push(attachesAt, `${session.cluster} ${Math.floor(asked)}`, session);
    }
    for (const asked of session.asked)
      push(sessionsAt, `${session.cluster} ${Math.floor(asked)}`, session);
  }
  const groupsAt = new Map<string, Group[]>();
  for (const group of groups) {
    const { cluster, pid, time } = group.line;
    push(groupsAt, `${cluster} ${time} ${pid}`, group);
  }
  const alertsAt = new Map<string, AlertRow[]>();
  for (const alert of alerts) push(alertsAt, `${alert.cluster} ${alert.time} ${alert.rule}`, alert);
  return {
    ...{ sessions, groups, alerts, evasions },
    byId: new Map(sessions.map((session) => [session.id, session])),
    attachedTo: (out) =>
      bestSession(attachesAt.get(`${out.cluster} ${Math.floor(out.asked)}`), out),
    sessionOf: (out) => bestSession(sessionsAt.get(`${out.cluster} ${Math.floor(out.asked)}`), out),
    groupOf: (cluster, command) =>
      bestGroup(groupsAt.get(`${cluster} ${command.time} ${command.pid}`), command),
    alertOf(cluster, { node, rule, time }) {
      const found = alertsAt.get(`${cluster} ${time} ${rule}`);
      return found?.find((alert) => alert.node === node) ?? found?.[0];
    },
  };
}
