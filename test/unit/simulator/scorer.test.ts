/**
 * Owns: that the scorer passes who knows the truth, and fails each way of missing it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { score, unmet } from '../../simulator/score/score.ts';
import { scoreTable } from '../../simulator/score/table.ts';
import type { LineRow, TruthRow } from '../../simulator/truth/rows.ts';
import { documentId, documentsOf, oracle, type SessionDocument, type Told } from './oracle.ts';
import { smallCluster } from './small.ts';

let rows: readonly TruthRow[] = [];
/** The same, without most of the lines of nobody: quicker, and nothing is decided by them. */
let judged: readonly TruthRow[] = [];

beforeAll(() => {
  rows = [...smallCluster(0).truth, ...smallCluster(1).truth];
  judged = rows.filter((row, i) => row.row !== 'line' || row.label !== 'nobodys' || i % 20 === 0);
});

function unmetNames(told: Told): readonly string[] {
  return unmet(score(judged, documentsOf(told))).map(({ group, name }) => `${group}: ${name}`);
}

function some<T>(list: readonly T[], test: (value: T) => boolean): T {
  const found = list.find(test);
  if (found === undefined) throw new Error('The small simulation has no such thing');
  return found;
}

function lineOf(label: LineRow['label']): LineRow {
  const lines = rows.flatMap((row) => (row.row === 'line' && !row.isLost ? [row] : []));
  return some(lines, (line) => line.label === label && line.copyOf === undefined);
}

function sessionOf(told: Told, id: string | undefined): SessionDocument {
  return some(told.sessions, ({ podwitness }) => podwitness.session.id === documentId(id ?? ''));
}

function entry(line: LineRow, confidence: string) {
  const time = new Date(line.time).toISOString();
  return {
    time,
    pid: line.pid,
    command_line: line.commandLine.trimEnd(),
    node: line.node,
    confidence,
  };
}

function another(told: Told, line: LineRow): SessionDocument {
  return some(told.sessions, ({ orchestrator, podwitness: { session } }) => {
    return (
      session.id !== documentId(line.session ?? '') && orchestrator.cluster.name === line.cluster
    );
  });
}

describe('scorer', () => {
  it('passes who knows the truth', () => {
    const figures = score(rows, documentsOf(oracle(rows)));
    expect(unmet(figures).map((f) => [f.name, ...f.misses.slice(0, 3)])).toEqual([]);
    expect(scoreTable(figures)).not.toContain('NOT MET');
  });

  it('fails who says nothing', () => {
    expect(unmetNames({ sessions: [], findings: [] }).length).toBeGreaterThan(10);
  });

  it('sees a line with a valid UID that is in no session', () => {
    const told = oracle(rows);
    const line = lineOf('valid_uid');
    const { session } = sessionOf(told, line.session).podwitness;
    const time = new Date(line.time).toISOString();
    session.commands = session.commands.filter((c) => c.time !== time || c.pid !== line.pid);
    expect(unmetNames(told)).toContain('lines: with a valid UID: in the right session');
  });

  it('sees a line in a wrong session at exact', () => {
    const told = oracle(rows);
    const line = lineOf('valid_uid');
    another(told, line).podwitness.session.commands.push(entry(line, 'exact'));
    const names = unmetNames(told);
    expect(names).toContain('lines: false at exact');
    expect(names).toContain('lines: with a valid UID: in the right session');
  });

  it('sees a valid UID that is called a conflict', () => {
    const told = oracle(rows);
    const line = lineOf('valid_uid');
    const { session } = sessionOf(told, line.session).podwitness;
    const at = some(
      session.commands,
      (c) => c.time === new Date(line.time).toISOString() && c.pid === line.pid,
    );
    at.confidence = 'conflict';
    expect(unmetNames(told)).toEqual(['lines: with a valid UID: not called a conflict']);
  });

  it('sees an indistinguishable line that is called exact', () => {
    const told = oracle(rows);
    const line = lineOf('indistinguishable');
    sessionOf(told, line.session).podwitness.session.commands.push(entry(line, 'exact'));
    expect(unmetNames(told)).toEqual(['lines: indistinguishable: not exact']);
  });

  it('sees inferred claims that are wrong too often', () => {
    const told = oracle(rows);
    const lines = judged.flatMap((row) => (row.row === 'line' && !row.isLost ? [row] : []));
    for (const line of lines.filter(({ label }) => label === 'nobodys').slice(0, 60)) {
      another(told, line).podwitness.session.commands.push(entry(line, 'inferred'));
    }
    expect(unmetNames(told)).toEqual(['lines: inferred claims that are right']);
  });

  it('sees lines of the only open session that nobody claims', () => {
    const told = oracle(rows);
    for (const { podwitness } of told.sessions) {
      podwitness.session.commands = podwitness.session.commands.filter(
        (c, i) => c.confidence !== 'inferred' || i % 9 > 0,
      );
    }
    expect(unmetNames(told)).toContain('lines: in the only open session: claimed');
  });

  it('sees an ambiguous line that one session claims', () => {
    const told = oracle(rows);
    for (const { podwitness } of told.sessions) {
      for (const command of podwitness.session.commands) {
        if (command.confidence === 'ambiguous') command.confidence = 'inferred';
      }
    }
    expect(unmetNames(told)).toContain('lines: ambiguous: listed in each');
  });

  it('sees a foreign UID that is put down to its owner', () => {
    const told = oracle(rows);
    const line = lineOf('foreign');
    another(told, line).podwitness.session.commands.push(entry(line, 'inferred'));
    expect(unmetNames(told)).toContain('lines: with a foreign UID: a conflict in their own');
  });

  it('sees a command that never came', () => {
    const told = oracle(rows);
    const line = { ...lineOf('valid_uid'), time: 0 };
    sessionOf(told, line.session).podwitness.session.commands.push(entry(line, 'none'));
    expect(unmetNames(told)).toEqual(['lines: listed, but never came']);
  });

  it('sees a session that is missing, one that was not, one told twice, one of another kind', () => {
    const told = oracle(rows);
    const exec = sessionOf(told, lineOf('valid_uid').session);
    const without = { ...told, sessions: told.sessions.filter((s) => s !== exec) };
    expect(unmetNames(without).some((name) => /^sessions: .*: found$/.test(name))).toBe(true);
    const twice = structuredClone(exec);
    twice.podwitness.session.id = 'again';
    twice.podwitness.session.commands = [];
    twice.podwitness.session.alerts = [];
    expect(unmetNames({ ...told, sessions: [...told.sessions, twice] })).toEqual([
      'sessions: told, but there was none',
    ]);
    exec.podwitness.session.kind = 'node-proxy';
    expect(unmetNames(told)).toEqual(['sessions: kind, user and pod are right']);
  });

  it('sees each class of evasion that is not told', () => {
    const few = rows.filter(({ row }) => row === 'session' || row === 'evasion');
    const told = oracle(few);
    const classes = new Set(
      few.flatMap((row) => (row.row === 'evasion' && row.leftTrace ? [row.evasion] : [])),
    );
    expect(classes.size).toBe(14);
    for (const name of classes) {
      const findings = told.findings.filter(({ message }) => message !== name);
      const isDemanded = !['mark_of_same_pod', 'mark_invented'].includes(name);
      const missed = unmet(score(few, documentsOf({ ...told, findings })));
      expect(missed.map((figure) => figure.name)).toEqual(isDemanded ? [`${name}: found`] : []);
    }
  });

  it('sees what is told although nothing was planted', () => {
    const told = oracle(rows);
    const planted = new Set(rows.flatMap((row) => (row.row === 'evasion' ? [row.session] : [])));
    const clean = some(
      rows.flatMap((row) => (row.row === 'session' ? [row] : [])),
      (row) => {
        return (
          row.isSeen && row.kind === 'exec' && row.tolerated.length === 0 && !planted.has(row.id)
        );
      },
    );
    const [first] = told.findings;
    if (first === undefined) throw new Error('Nothing was planted');
    const wrong = structuredClone(first);
    wrong.rule.id = 'session_mark_stripped';
    wrong.orchestrator.cluster.name = clean.cluster;
    wrong.kubernetes = { namespace: clean.namespace, pod: { name: clean.pod } };
    wrong.podwitness = { session: { id: documentId(clean.id) } };
    expect(unmetNames({ ...told, findings: [...told.findings, wrong] })).toEqual([
      'evasions: told, but nothing was planted',
    ]);
  });
});
