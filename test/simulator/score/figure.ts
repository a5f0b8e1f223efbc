/**
 * Owns: a figure with what it has to be, and a few cases of where it is not.
 */
export interface ScoreFigure {
  readonly group: string;
  readonly name: string;
  readonly count: number;
  /** Of how many; absent: a mere count. */
  readonly of?: number;
  /** Least or greatest share or count; absent: told for information. */
  readonly least?: number;
  readonly most?: number;
  readonly misses: readonly string[];
}

/** Counts cases and keeps the first that are not as they should be. */
export class Tally {
  count = 0;
  of = 0;
  readonly misses: string[] = [];

  add(isRight: boolean, miss: () => string): void {
    this.of++;
    if (isRight) this.count++;
    else this.misses.push(miss());
  }

  share(group: string, name: string, least?: number): ScoreFigure {
    const { count, misses, of } = this;
    return { group, name, count, of, misses, ...(least === undefined ? {} : { least }) };
  }
}

export function counted(
  group: string,
  name: string,
  misses: readonly string[],
  most?: number,
): ScoreFigure {
  return { group, name, count: misses.length, misses, ...(most === undefined ? {} : { most }) };
}

export function shareOf({ count, of }: ScoreFigure): number {
  if (of === undefined) return count;
  return of === 0 ? 1 : count / of;
}

export function isMet(figure: ScoreFigure): boolean {
  const share = shareOf(figure);
  const { least, most, of } = figure;
  // Of a share that has to be whole, rounding must not hide a case.
  if (least === 1 && of !== undefined) return figure.count === of;
  return (least === undefined || share >= least) && (most === undefined || share <= most);
}
