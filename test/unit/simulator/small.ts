/**
 * Owns: a small simulation for tests, made once.
 */
import { type ClusterFiles, simulateCluster } from '../../simulator/simulate.ts';
import { DEFAULTS, type SimulationOptions } from '../../simulator/options.ts';

export const SMALL: SimulationOptions = {
  ...DEFAULTS,
  ...{ seed: 'small-4', days: 0.2, pods: 28, noise: 1, sessionsPerHour: 15, evasionsPerDay: 10 },
};

const made = new Map<number, ClusterFiles>();

/** Cluster 0 is at level Request, 1 at Metadata and watches privileged containers too. */
export function smallCluster(i: number): ClusterFiles {
  const known = made.get(i) ?? simulateCluster(i, SMALL);
  made.set(i, known);
  return known;
}
