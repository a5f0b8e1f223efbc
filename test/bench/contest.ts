/**
 * Owns: what the contests with peers have in common: rounds in turn, medians, ratios, and stopping
 * who was started.
 */
import type { Figure } from './measure.ts';

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function medianOf(figures: readonly Figure[]): Figure {
  return {
    ...(figures[0] as Figure),
    eventsPerSecond: median(figures.map((figure) => figure.eventsPerSecond)),
    cpuMicros: median(figures.map((figure) => figure.cpuMicros)),
    peakMiB: Math.max(...figures.map((figure) => figure.peakMiB)),
  };
}

/**
 * The medians of each contestant's rounds, which are run in turn; CPU also as a multiple of the first
 * one's.
 */
export async function inTurn<T>(
  contestants: readonly T[],
  rounds: number,
  round: (contestant: T) => Promise<Figure>,
): Promise<readonly Figure[]> {
  const figures = contestants.map((): Figure[] => []);
  for (let i = 0; i < rounds; i++) {
    for (const [at, contestant] of contestants.entries()) {
      figures[at]?.push(await round(contestant));
    }
  }
  const medians = figures.map(medianOf);
  const own = medians[0] as Figure;
  return medians.map((figure) => ({
    ...figure,
    cpuRatio: Math.round((figure.cpuMicros / own.cpuMicros) * 10) / 10,
  }));
}
