/**
 * Owns: that podwitness is right about a small simulated day, as the scorer counts it: everything of
 * clusters that record requests, and of one that records metadata only.
 * Does not own: large simulations (npm run bench sessions).
 */
import { describe, expect, it } from 'vitest';
import { createOffline } from '../../../services/cli/offline/pipeline.ts';
import { readRules } from '../../../services/detector/read-rules.ts';
import { createDetectorStage } from '../../../services/detector/stage.ts';
import { sessionsOf } from '../../../services/detector/worker.ts';
import { createOfflineNormalizer } from '../../../services/normalizer/stage.ts';
import { score, unmet } from '../../simulator/score/score.ts';
import { scoreTable } from '../../simulator/score/table.ts';
import { type ClusterFiles, simulateCluster } from '../../simulator/simulate.ts';
import { SMALL } from './small.ts';

const DAY = { ...SMALL, seed: 'day', days: 0.09, pods: 20, noise: 0.5, evasionsPerDay: 12 };
const BODY = 400;
const TIMEOUT_MS = 120_000;

/** What podwitness is known not to be right about; whatever else is missed fails. */
const KNOWN_MISSES: ReadonlySet<string> = new Set([
  // What somebody ran twice past the API server counts as the workload's own, in sessions as well.
  'alerts: in the only open session: claimed',
]);

/** What came, in its order, through the stages of `podwitness scan`. */
async function told({ cluster, files, posts }: ClusterFiles): Promise<readonly unknown[]> {
  const current = await readRules(
    { bundled: true, paths: [], exceptionPaths: [] },
    () => undefined,
  );
  const offline = createOffline(
    {
      normalizer: createOfflineNormalizer({ dataStreamNamespace: 'default' }),
      detector: createDetectorStage({ current }),
      sessions: sessionsOf,
    },
    cluster,
  );
  const lines = posts.flatMap((post) => post.lines.map((n) => files[post.source][n - 1] ?? ''));
  for (let at = 0; at < lines.length; at += BODY) {
    offline.add(Buffer.from(lines.slice(at, at + BODY).join('\n')));
  }
  const { findings, sessions } = offline.result();
  return [...sessions, ...findings].map(({ document }) => JSON.parse(document.toString('utf8')));
}

describe('podwitness on a simulated day', () => {
  it.each([
    ['level Request', 0],
    ['level Metadata, annotation keys without dots', 1],
  ])('%s', { timeout: TIMEOUT_MS }, async (_name, i) => {
    const made = simulateCluster(i, DAY);
    const figures = score(made.truth, await told(made));
    const unexpected = unmet(figures).filter(
      ({ group, name }) => !KNOWN_MISSES.has(`${group}: ${name}`),
    );
    const missed = unexpected.map(({ group, misses, name }) => [
      group,
      name,
      ...misses.slice(0, 3),
    ]);
    expect(missed, scoreTable(figures)).toEqual([]);
  });
});
