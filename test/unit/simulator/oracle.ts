/**
 * Owns: documents as podwitness would tell them if it knew the truth, to prove the scorer with.
 */
import { EXPECTED } from '../../simulator/score/rules.ts';
import type {
  AlertRow,
  EvasionRow,
  LineRow,
  SessionRow,
  TruthRow,
} from '../../simulator/truth/rows.ts';

interface Entry {
  time: string;
  pid: number;
  command_line?: string;
  executable?: string;
  rule?: string;
  node: string;
  confidence: string;
}

export interface SessionDocument {
  '@timestamp': string;
  event: { kind: string };
  orchestrator: { cluster: { name: string } };
  user: { name: string };
  kubernetes: { namespace: string; pod: { name: string } };
  podwitness: {
    session: { id: string; kind: string; confidence: string; commands: Entry[]; alerts: Entry[] };
  };
}

export interface FindingDocument {
  '@timestamp': string;
  event: { kind: string };
  orchestrator: { cluster: { name: string } };
  rule: { id: string };
  kubernetes: { namespace: string; pod: { name: string }; audit?: { auditID: string } };
  podwitness: { session?: { id: string } };
  message: string;
}

export interface Told {
  readonly sessions: SessionDocument[];
  readonly findings: FindingDocument[];
}

export function documentId(session: string): string {
  return `told-${session}`;
}

const CONFIDENCE: Readonly<Partial<Record<LineRow['label'], string>>> = {
  ...{ valid_uid: 'exact', one_open: 'inferred', edge: 'inferred', ambiguous: 'ambiguous' },
  ...{ foreign: 'conflict', invented: 'conflict', unplaced: 'inferred' },
};

function entryOf(row: LineRow | AlertRow, confidence: string): Entry {
  const { node, pid } = row;
  const text =
    row.row === 'line'
      ? {
          command_line: row.commandLine.replace(/^env SPO_EXEC_REQUEST_UID=\S+ /, '').trimEnd(),
          executable: row.executable,
        }
      : { rule: row.rule };
  return { time: new Date(row.time).toISOString(), node, pid, ...text, confidence };
}

function sessionDocument(session: SessionRow): SessionDocument {
  const { cluster, id, kind, namespace, pod: name, user } = session;
  return {
    '@timestamp': new Date(Math.floor(session.asked[0] ?? 0)).toISOString(),
    event: { kind: 'event' },
    orchestrator: { cluster: { name: cluster } },
    user: { name: user },
    kubernetes: { namespace, pod: { name } },
    podwitness: {
      session: { id: documentId(id), kind, confidence: 'none', commands: [], alerts: [] },
    },
  };
}

function findingDocument(evasion: EvasionRow, rule: string): FindingDocument {
  const { cluster, from, namespace = '', pod: name = '', session } = evasion;
  return {
    '@timestamp': new Date(Math.floor(from)).toISOString(),
    event: { kind: 'alert' },
    orchestrator: { cluster: { name: cluster } },
    rule: { id: rule },
    kubernetes: { namespace, pod: { name } },
    podwitness: session === undefined ? {} : { session: { id: documentId(session) } },
    message: evasion.evasion,
  };
}

/** Everything as it was, as surely as it can be known. */
export function oracle(rows: readonly TruthRow[]): Told {
  const sessions = new Map<string, SessionDocument>();
  const findings: FindingDocument[] = [];
  // A line and its copies are one command.
  const seen = new Set<string>();
  for (const row of rows) {
    if (row.row === 'session' && row.isSeen) sessions.set(row.id, sessionDocument(row));
    if (row.row === 'evasion' && row.leftTrace) {
      const [rule] = EXPECTED[row.evasion].rules;
      if (rule !== undefined) findings.push(findingDocument(row, rule));
    }
    if ((row.row !== 'line' && row.row !== 'alert') || row.isLost) continue;
    const key = row.row === 'line' ? (row.copyOf ?? row.id) : row.id;
    if (seen.has(key)) continue;
    seen.add(key);
    const confidence = CONFIDENCE[row.label];
    if (confidence === undefined) continue;
    const ids = confidence === 'ambiguous' ? row.candidates : [row.session ?? ''];
    for (const id of ids) {
      const lists = sessions.get(id)?.podwitness.session;
      const list = row.row === 'line' ? lists?.commands : lists?.alerts;
      list?.push(entryOf(row, confidence));
    }
  }
  return { sessions: [...sessions.values()], findings };
}

export function documentsOf({ findings, sessions }: Told): readonly unknown[] {
  return [...sessions, ...findings];
}
