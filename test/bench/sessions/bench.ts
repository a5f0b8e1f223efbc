/**
 * Owns: `npm run bench sessions`: simulations of several seeds through podwitness, and how right it is
 * (the figures), with what it cost.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULTS, type SimulationOptions } from '../../simulator/options.ts';
import { score, unmet } from '../../simulator/score/score.ts';
import { missesTable, scoreTable } from '../../simulator/score/table.ts';
import type { TruthRow } from '../../simulator/truth/rows.ts';
import { folderOf, writeSimulation } from '../../simulator/write.ts';
import { type Figure, figureOf } from '../measure.ts';
import { scan } from './product.ts';

const CASES: readonly Partial<SimulationOptions>[] = [
  { seed: '7', days: 2, clusters: 2 },
  { seed: 'late', days: 1, clusters: 3, late: 0.2, delivery: 'random' },
  { seed: 'lossy', days: 1, clusters: 2, loss: 0.03, duplicates: 0.05, skewMs: 400 },
  { seed: 'crowded', days: 0.5, clusters: 1, pods: 12, sessionsPerHour: 60, delivery: 'grouped' },
];
const MISSES = 5;

type Say = (text: string) => void;

function titleOf(chosen: Partial<SimulationOptions>): string {
  return Object.entries(chosen)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

async function runCase(
  chosen: Partial<SimulationOptions>,
  folder: string,
  say: Say,
): Promise<readonly Figure[]> {
  const clusters = await writeSimulation(folder, { ...DEFAULTS, ...chosen });
  const documents: unknown[] = [];
  const truth: TruthRow[] = [];
  const figures: Figure[] = [];
  for (const { cluster, files, truth: rows } of clusters) {
    const feed = join(folderOf(folder, cluster, clusters.length), 'feed.jsonl');
    const { documents: told, used } = await scan(cluster, [feed], folder);
    for (const document of told) documents.push(document);
    for (const row of rows) truth.push(row);
    const events = files.audit.length + files.spo.length + files.falco.length;
    const name = { run: 'sessions', part: `scan ${chosen.seed ?? ''} ${cluster}` };
    figures.push(figureOf(name, events, used.wallSeconds, used));
  }
  const scored = score(truth, documents);
  say(`\n${titleOf(chosen)}\n${scoreTable(scored)}`);
  if (unmet(scored).length > 0) say(`\n${missesTable(scored, MISSES)}`);
  return figures;
}

/** The figures of right and wrong are said; those of cost are given back. */
export async function benchSessions(say: Say): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const chosen of CASES) {
    const folder = await mkdtemp(join(tmpdir(), 'podwitness-simulation-'));
    try {
      figures.push(...(await runCase(chosen, folder, say)));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  return figures;
}
