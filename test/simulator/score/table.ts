/**
 * Owns: a score as a table that a person reads, and the cases behind what is not met.
 */
import { isMet, type ScoreFigure, shareOf } from './figure.ts';

function percent(share: number): string {
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

function demand({ least, most, of }: ScoreFigure): string {
  if (least !== undefined)
    return of === undefined ? `≥ ${least}` : least === 1 ? 'all' : `≥ ${least * 100} %`;
  if (most !== undefined) return most === 0 ? 'none' : `≤ ${most}`;
  return '';
}

function row(figure: ScoreFigure): string {
  const { count, group, least, most, name, of } = figure;
  const share = of === undefined ? '' : of === 0 ? '-' : percent(shareOf(figure));
  const counts = of === undefined ? String(count) : `${count} / ${of}`;
  const verdict =
    least === undefined && most === undefined ? '' : isMet(figure) ? 'met' : 'NOT MET';
  return [
    group.padEnd(9),
    name.padEnd(48),
    counts.padStart(15),
    share.padStart(9),
    demand(figure).padStart(7),
    ` ${verdict}`,
  ]
    .join(' ')
    .trimEnd();
}

export function scoreTable(figures: readonly ScoreFigure[]): string {
  return figures.map(row).join('\n');
}

/** The first `each` cases of every figure that is not met. */
export function missesTable(figures: readonly ScoreFigure[], each: number): string {
  return figures
    .filter((figure) => !isMet(figure))
    .flatMap(({ group, misses, name }) => [
      `${group}, ${name}: ${misses.length}`,
      ...misses.slice(0, each).map((miss) => `  ${miss}`),
    ])
    .join('\n');
}
