/**
 * Owns: the figures of evasions: planted and found, by class; and what was told although nothing was
 * there.
 */
import { EVASIONS } from '../model.ts';
import { MINUTE, SECOND } from '../moments.ts';
import type { EvasionRow, SessionRow } from '../truth/rows.ts';
import type { Claims } from './claims.ts';
import { counted, type ScoreFigure, Tally } from './figure.ts';
import type { OutFinding, Output } from './output.ts';
import { ATTACH_RULE, EXPECTED, isTracked, ruleName } from './rules.ts';
import type { TruthIndex } from './truth-index.ts';

interface Told {
  readonly finding: OutFinding;
  /** The true session that it names, or whose request it names. */
  readonly sessions: ReadonlySet<string>;
}

interface Near {
  readonly cluster: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly from: number;
  readonly to: number;
}

function isNear({ cluster, namespace, pod, time }: OutFinding, near: Near): boolean {
  return (
    cluster === near.cluster &&
    namespace === near.namespace &&
    pod === near.pod &&
    time > near.from - 5 * SECOND &&
    time < near.to + 10 * MINUTE
  );
}

function toldOf(finding: OutFinding, truth: TruthIndex, claims: Claims): Told {
  const named = finding.session === undefined ? undefined : claims.sessionOf.get(finding.session);
  const asked = truth.sessions.filter(
    ({ auditIDs, cluster }) =>
      cluster === finding.cluster &&
      finding.auditID !== undefined &&
      auditIDs.includes(finding.auditID),
  );
  return {
    finding,
    sessions: new Set([...asked, ...(named === undefined ? [] : [named])].map(({ id }) => id)),
  };
}

function isOf({ finding, sessions }: Told, near: Near, session: string | undefined): boolean {
  if (session !== undefined && sessions.has(session)) return true;
  return (session === undefined || finding.session === undefined) && isNear(finding, near);
}

function tells(told: Told, evasion: EvasionRow): boolean {
  return (
    EXPECTED[evasion.evasion].rules.includes(told.finding.rule) &&
    isOf(told, evasion, evasion.session)
  );
}

function isTolerated(told: Told, session: SessionRow): boolean {
  const { finding } = told;
  const isAttach = session.attachers.some(({ auditID }) => auditID === finding.auditID);
  if (isAttach && finding.rule === ATTACH_RULE) return true;
  if (!session.tolerated.some(({ rules }) => rules.includes(finding.rule))) return false;
  const { cluster, ended: to, namespace, pod } = session;
  return isOf(told, { cluster, namespace, pod, from: session.asked[0] ?? 0, to }, session.id);
}

function line({ finding, sessions }: Told): string {
  const at = Number.isFinite(finding.time) ? new Date(finding.time).toISOString() : 'at no time';
  const whose = [...sessions].join(', ') || 'no session';
  return `${ruleName(finding.rule)} ${at} ${finding.namespace}/${finding.pod} (${whose}): ${finding.message.slice(0, 200)}`;
}

export function evasionFigures(
  truth: TruthIndex,
  claims: Claims,
  output: Output,
): readonly ScoreFigure[] {
  const told = output.findings
    .filter(({ rule }) => isTracked(rule))
    .map((finding) => toldOf(finding, truth, claims));
  const figures = EVASIONS.map((name) => {
    const tally = new Tally();
    for (const evasion of truth.evasions) {
      if (evasion.evasion !== name || !evasion.leftTrace) continue;
      const isFound = told.some((one) => tells(one, evasion));
      tally.add(
        isFound,
        () =>
          `${evasion.session ?? ''} ${evasion.namespace}/${evasion.pod} ${new Date(evasion.from).toISOString()}`,
      );
    }
    return tally.share('evasions', `${name}: found`, EXPECTED[name].isDemanded ? 1 : undefined);
  });
  const wrong = told.filter(
    (one) =>
      !truth.evasions.some((evasion) => tells(one, evasion)) &&
      !truth.sessions.some((session) => isTolerated(one, session)),
  );
  return [
    ...figures,
    counted('evasions', 'told, but nothing was planted', wrong.map(line), 0),
    counted(
      'evasions',
      'told of what is true without being planted',
      told
        .filter((one) => !wrong.includes(one) && !truth.evasions.some((e) => tells(one, e)))
        .map(line),
    ),
  ];
}
