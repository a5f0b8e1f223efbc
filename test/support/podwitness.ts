/**
 * Owns: podwitness as processes, as a user runs it: from dist/, by its command line.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../dist/services/cli/main.js', import.meta.url));
const READY_MS = 60_000;

export type Settings = Readonly<Record<string, string>>;

export interface Process {
  readonly pid: number;
  /** Where it listens. */
  readonly url: string;
  /** All that it wrote so far, both streams. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
}

function environment(settings: Settings): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, PODWITNESS_HTTP_PORT: '0', ...settings };
}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return once(child, 'exit').then(([code, signal]) => signal ?? code);
}

/** Starts a long-running command; resolves when `ready` matches its output (group 1: the URL). */
export async function start(
  args: readonly string[],
  settings: Settings,
  ready = /Send audit events to\s+(http:\/\/[^/]+)/,
): Promise<Process> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = exitOf(child);
  const url = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      const found = ready.exec(output);
      if (found !== null) resolve(found[1] ?? '');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const late = setTimeout(() => reject(new Error(`Not ready:\n${output}`)), READY_MS);
    late.unref();
    void exited.then((code) =>
      reject(new Error(`Ended with ${code} before it was ready:\n${output}`)),
    );
  });
  try {
    const found = await url;
    return {
      pid: child.pid ?? 0,
      url: found,
      output: () => output,
      kill: (signal) => void child.kill(signal),
      exited,
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** One of the workers, which says in its log where it listens. */
export function startWorker(name: string, settings: Settings): Promise<Process> {
  return start([name], settings, /"url":"(http:[^"]+)"/);
}

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function run(args: readonly string[], settings: Settings = {}): Promise<Finished> {
  const options = { env: environment(settings), maxBuffer: 256 * 1024 * 1024 };
  try {
    const done = await promisify(execFile)(process.execPath, [PROGRAM, ...args], options);
    return { exitCode: 0, ...done };
  } catch (error) {
    const { code, stderr, stdout } = error as { code?: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { exitCode: code, stdout, stderr };
  }
}

/** Documents that a query prints. */
export async function query(
  collection: string,
  where: readonly string[],
  settings: Settings,
): Promise<readonly unknown[]> {
  const conditions = where.flatMap((condition) => ['--where', condition]);
  const limit = ['--limit', '1000000', '--output', 'ndjson'];
  const done = await run(['query', collection, ...conditions, ...limit], settings);
  if (done.exitCode !== 0) throw new Error(`query ended with ${done.exitCode}: ${done.stderr}`);
  return done.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
