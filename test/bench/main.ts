/**
 * Owns: `npm run bench [stages] [embedded] [real] [collector] [normalizer] [detector] [sessions]
 * [latency] [keyed]`: figures as JSON (one line each, standard output) and as a table (standard error). Absolute figures drift with the machine: compare within one run.
 */
import { homedir } from 'node:os';
import { cacheFolder, runsAsRoot } from '../../infra/local/cache.ts';
import { available } from '../../infra/local/downloads.ts';
import { formatTable } from '../../services/cli/output/table.ts';
import { missingData, recordedBurst } from '../support/data.ts';
import { benchCollector } from './collector/bench.ts';
import { benchDetector } from './detector/bench.ts';
import { benchEmbedded, benchReal } from './end-to-end.ts';
import { benchKeyed } from './keyed/bench.ts';
import type { Figure } from './measure.ts';
import { benchLatency } from './latency.ts';
import { benchNormalizer } from './normalizer/bench.ts';
import { benchSessions } from './sessions/bench.ts';
import { benchStages } from './stages.ts';

const RUNS = [
  'stages',
  'embedded',
  'real',
  'collector',
  'normalizer',
  'detector',
  'sessions',
  'keyed',
  'latency',
] as const;
/** Those that need no recording. */
const MADE: readonly string[] = ['collector', 'normalizer', 'detector', 'sessions', 'keyed'];

const COLUMNS = [
  { title: 'RUN', maxWidth: 12, cell: (f: Figure) => f.run },
  { title: 'PART', maxWidth: 40, cell: (f: Figure) => f.part },
  { title: 'EVENTS', maxWidth: 10, cell: (f: Figure) => String(f.events) },
  { title: 'EVENTS/S', maxWidth: 10, cell: (f: Figure) => String(f.eventsPerSecond) },
  { title: 'CPU µs/EVENT', maxWidth: 14, cell: (f: Figure) => f.cpuMicros.toFixed(1) },
  {
    title: 'CPU RATIO',
    maxWidth: 10,
    cell: (f: Figure) => (f.cpuRatio === undefined ? '' : `${f.cpuRatio.toFixed(1)}×`),
  },
  { title: 'PEAK MiB', maxWidth: 10, cell: (f: Figure) => String(f.peakMiB) },
];

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function benchCache(): string {
  return cacheFolder(process.env, homedir(), runsAsRoot());
}

/** On real servers; none of them: nothing. */
async function onServers(
  run: string,
  bench: (cacheDir: string) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  const cacheDir = benchCache();
  const found = await available({ cacheDir });
  if (found.ok) return bench(cacheDir);
  say(`${run}: left out, ${found.reason}`);
  return [];
}

async function figures(run: string): Promise<readonly Figure[]> {
  if (run === 'collector') return onServers(run, (cacheDir) => benchCollector(cacheDir, say));
  if (run === 'normalizer') return onServers(run, (cacheDir) => benchNormalizer(cacheDir, say));
  if (run === 'detector') return benchDetector(benchCache(), say);
  if (run === 'keyed') return benchKeyed(say);
  const recording = recordedBurst();
  if (run === 'sessions') return benchSessions(say);
  if (run === 'stages') return benchStages(recording);
  if (run === 'embedded') return benchEmbedded(recording);
  if (run === 'latency') {
    return onServers(run, (cacheDir) => benchLatency(recording, cacheDir, say));
  }
  return onServers(run, (cacheDir) => benchReal(recording, cacheDir));
}

async function main(chosen: readonly string[]): Promise<number> {
  const unknown = chosen.filter((name) => !RUNS.some((run) => run === name));
  if (unknown.length > 0) {
    say(`No bench ${unknown.join(', ')}: choose from ${RUNS.join(', ')}; none: all`);
    return 64;
  }
  const runs = chosen.length === 0 ? RUNS : chosen;
  const missing = missingData();
  if (missing !== undefined && runs.some((run) => !MADE.includes(run))) {
    say(`Nothing to measure with: ${missing}`);
    return 69;
  }
  const all: Figure[] = [];
  for (const run of runs) {
    say(`${run} …`);
    const found = await figures(run);
    for (const figure of found) process.stdout.write(`${JSON.stringify(figure)}\n`);
    all.push(...found);
  }
  say(formatTable(COLUMNS, all));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
