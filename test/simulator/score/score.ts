/**
 * Owns: the whole score of what podwitness told, against the truth.
 */
import type { TruthRow } from '../truth/rows.ts';
import { claimsOf } from './claims.ts';
import { evasionFigures } from './evasion-figures.ts';
import { isMet, type ScoreFigure } from './figure.ts';
import { lyingFigures } from './lying-figures.ts';
import { readOutput } from './output.ts';
import { sessionFigures } from './session-figures.ts';
import { indexTruth } from './truth-index.ts';

/** `documents`: of sessions and findings, of all clusters. */
export function score(
  rows: Iterable<TruthRow>,
  documents: Iterable<unknown>,
): readonly ScoreFigure[] {
  const truth = indexTruth(rows);
  const output = readOutput(documents);
  const claims = claimsOf(truth, output);
  const { byTruth } = claims;
  const lines = truth.groups.map(({ line }) => line);
  return [
    ...sessionFigures(truth, claims, output),
    ...lyingFigures({ group: 'lines', truths: lines, claims: claims.commands, byTruth }),
    ...lyingFigures({ group: 'alerts', truths: truth.alerts, claims: claims.alerts, byTruth }),
    ...evasionFigures(truth, claims, output),
  ];
}

export function unmet(figures: readonly ScoreFigure[]): readonly ScoreFigure[] {
  return figures.filter((figure) => !isMet(figure));
}
