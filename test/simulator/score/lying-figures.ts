/**
 * Owns: the figures of lines and alerts: whose they are said to be, and how surely.
 */
import type { AlertRow, LineRow } from '../truth/rows.ts';
import type { Claim, Claims } from './claims.ts';
import { counted, type ScoreFigure, Tally } from './figure.ts';

/** Least share of inferred claims that are right, and of lines that are claimed where they can be. */
const PRECISION = 0.99;
const COVERAGE = 0.95;

type Known = LineRow | AlertRow;

interface Kind {
  readonly group: 'lines' | 'alerts';
  readonly truths: readonly Known[];
  readonly claims: readonly Claim[];
  readonly byTruth: Claims['byTruth'];
}

function clock(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : String(ms);
}

export function describe(known: Known): string {
  const text =
    known.row === 'line' ? `«${known.commandLine.slice(0, 80)}» ${known.id}` : known.rule;
  const place = `${known.namespace ?? ''}/${known.pod ?? ''}/${known.container ?? ''}`;
  const uid = known.requestUid === undefined ? '' : ` uid ${known.requestUid.slice(0, 8)}`;
  const twist = known.twist === undefined ? '' : ` ${known.twist}`;
  return `${clock(known.time)} ${known.node} pid ${known.pid} ${place} ${text}${uid} [${known.label}${twist}, ${known.origin}, of ${known.session ?? 'nobody'}]`;
}

function said(claims: readonly Claim[]): string {
  if (claims.length === 0) return 'told nowhere';
  return claims
    .map(
      ({ lying, out, session }) =>
        `${lying.confidence} in ${session?.id ?? `${out.kind} ${out.id.slice(0, 8)}`}`,
    )
    .join(', ');
}

function keyOf(known: Known): string {
  return known.row === 'line' ? (known.copyOf ?? known.id) : known.id;
}

function isSure({ lying }: Claim): boolean {
  return lying.confidence === 'exact' || lying.confidence === 'inferred';
}

type Verdict = (claims: readonly Claim[], known: Known) => boolean;

function labelled(kind: Kind, label: string, verdict: Verdict): Tally {
  const tally = new Tally();
  for (const known of kind.truths) {
    if (known.label !== label) continue;
    const claims = kind.byTruth.get(keyOf(known)) ?? [];
    tally.add(verdict(claims, known), () => `${describe(known)}: ${said(claims)}`);
  }
  return tally;
}

/** In its own session, and nobody else claims it. */
const isAttributed: Verdict = (claims) =>
  claims.some((c) => c.isRight) && claims.every((c) => c.isRight || !isSure(c));

const isClaimed: Verdict = (claims) => claims.some((c) => c.isRight && isSure(c));

const isListed: Verdict = (claims, { candidates }) =>
  claims.every((c) => !isSure(c)) &&
  claims.some((c) => c.isRight) &&
  claims.some((c) => !c.isRight && c.session !== undefined && candidates.includes(c.session.id));

const isConflict: Verdict = (claims) =>
  claims.every((c) => c.lying.confidence === 'conflict') && claims.some((c) => c.isRight);

function wrong(claim: Claim): string {
  const { lying, out, session, truth } = claim;
  const whose = session?.id ?? `${out.kind} ${out.id.slice(0, 8)}, which was not`;
  const what =
    truth === undefined
      ? `${clock(lying.time)} pid ${lying.pid} «${lying.text ?? lying.rule ?? ''}», which did not come`
      : describe(truth);
  return `${what}: ${lying.confidence} in ${whose}`;
}

/** What can be seen either way, or by nobody, does not count. */
function isJudged({ truth }: Claim): boolean {
  return truth?.label !== 'indifferent' && truth?.label !== 'indistinguishable';
}

function precision({ claims }: Kind): Tally {
  const tally = new Tally();
  for (const claim of claims) {
    if (claim.lying.confidence !== 'inferred' || !isJudged(claim)) continue;
    tally.add(claim.isRight, () => wrong(claim));
  }
  return tally;
}

function confidences({ claims, group }: Kind): readonly ScoreFigure[] {
  const counts = new Map<string, number>();
  for (const { lying } of claims)
    counts.set(lying.confidence, (counts.get(lying.confidence) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => ({
      group,
      name: `listed as ${name}`,
      count,
      of: claims.length,
      misses: [],
    }));
}

export function lyingFigures(kind: Kind): readonly ScoreFigure[] {
  const { claims, group } = kind;
  const exact = claims.filter((c) => c.lying.confidence === 'exact');
  const unsure: Verdict = (all) => all.every(({ lying }) => lying.confidence !== 'exact');
  const sound: Verdict = (all) => all.every(({ lying }) => lying.confidence !== 'conflict');
  const notWrong: Verdict = (all) => all.every((c) => c.isRight || !isSure(c));
  const nobodys: Verdict = (all) => all.every((c) => !isSure(c));
  return [
    labelled(kind, 'valid_uid', isAttributed).share(
      group,
      'with a valid UID: in the right session',
      1,
    ),
    labelled(kind, 'valid_uid', sound).share(group, 'with a valid UID: not called a conflict', 1),
    counted(group, 'false at exact', exact.filter((c) => !c.isRight).map(wrong), 0),
    labelled(kind, 'indistinguishable', unsure).share(group, 'indistinguishable: not exact', 1),
    precision(kind).share(group, 'inferred claims that are right', PRECISION),
    labelled(kind, 'one_open', isClaimed).share(
      group,
      'in the only open session: claimed',
      COVERAGE,
    ),
    labelled(kind, 'ambiguous', isListed).share(group, 'ambiguous: listed in each', COVERAGE),
    labelled(kind, 'foreign', isConflict).share(
      group,
      'with a foreign UID: a conflict in their own',
      1,
    ),
    labelled(kind, 'invented', isConflict).share(
      group,
      'with an invented UID: a conflict',
      COVERAGE,
    ),
    labelled(kind, 'unplaced', isClaimed).share(group, 'without a place: claimed all the same'),
    labelled(kind, 'stale', notWrong).share(group, 'stale: not in a wrong session'),
    labelled(kind, 'nobodys', nobodys).share(group, 'nobody’s: claimed by nobody'),
    counted(
      group,
      'listed, but never came',
      claims.filter((c) => c.truth === undefined).map(wrong),
      0,
    ),
    ...confidences(kind),
  ];
}
