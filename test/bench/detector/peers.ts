/**
 * Owns: other engines for Sigma rules as programs: built once from the sources beside this file and
 * kept in the cache folder, and run on files.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCES = fileURLToPath(new URL('./peers', import.meta.url));
const BUILD_MS = 1_800_000;

interface Program {
  /** The folder of its sources. */
  readonly source: string;
  readonly versions: string;
  readonly build: readonly [command: string, ...args: string[]];
  /** What the build leaves, in the folder. */
  readonly made: string;
}

const go = (source: string, versions: string): Program => ({
  ...{ source, versions, made: 'program' },
  build: ['go', 'build', '-mod=mod', '-o', 'program', '.'],
});
const SIGMA_GO = go('sigma-go', 'v0.6.6');
const GO_SIGMA = go('go-sigma-rule-engine', 'v0.3.0');
const RUST: Program = {
  ...{ source: 'rust', versions: '0.23.0-0.7.0', made: 'target/release/bench' },
  build: ['cargo', 'build', '--release', '--ignore-rust-version'],
};

interface Kind {
  readonly name: string;
  readonly program: Program;
  /** Before the files. */
  readonly args: readonly string[];
}

const KINDS: readonly Kind[] = [
  { name: 'rsigma-eval 0.23.0', program: RUST, args: ['rsigma'] },
  { name: 'sigma-rust 0.7.0', program: RUST, args: ['sigma-rust'] },
  { name: 'sigma-go v0.6.6', program: SIGMA_GO, args: [] },
  { name: 'go-sigma-rule-engine v0.3.0', program: GO_SIGMA, args: [] },
];

/** What a program says of a run: matching alone, and reading the rules. */
export interface PeerRun {
  readonly hits: number;
  /** Rules that it does not take. */
  readonly refused: number;
  readonly loadSeconds: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMiB: number;
}

export interface Peer {
  readonly name: string;
  /** The first rules and events of the files. */
  run(files: Files, rules: number, events: number): Promise<PeerRun>;
}
export interface Files {
  readonly rules: string;
  readonly events: string;
}

async function build(program: Program, cacheDir: string): Promise<string> {
  const folder = join(cacheDir, 'bench');
  const kept = join(folder, `${program.source}-${program.versions}`);
  if (existsSync(kept)) return kept;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'build-'));
  try {
    await cp(join(SOURCES, program.source), work, { recursive: true });
    const [command, ...args] = program.build;
    await promisify(execFile)(command, args, { cwd: work, timeout: BUILD_MS });
    await rename(join(work, program.made), kept);
    return kept;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Those that can be built here; `say` gets why the others are absent. Minutes the first time. */
export async function buildPeers(
  cacheDir: string,
  say: (text: string) => void,
): Promise<readonly Peer[]> {
  const peers: Peer[] = [];
  for (const { args, name, program } of KINDS) {
    try {
      const path = await build(program, cacheDir);
      peers.push({
        name,
        async run({ events, rules }, ruleCount, eventCount) {
          const counts = [String(ruleCount), String(eventCount)];
          const { stdout } = await promisify(execFile)(path, [...args, rules, events, ...counts]);
          return JSON.parse(stdout) as PeerRun;
        },
      });
    } catch (error) {
      const { code, stderr } = error as { code?: unknown; stderr?: string };
      const why = code === 'ENOENT' ? `no ${program.build[0]} here` : (stderr ?? String(error));
      say(`${name}: absent, ${why.trim().split('\n').slice(-3).join(' / ')}`);
    }
  }
  return peers;
}
