/**
 * Owns: starting a server under the reaper (reaper.mjs) and waiting until it answers.
 * Does not own: any particular server's command line or probe.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('./reaper.mjs', import.meta.url));
const PROBE_PAUSE_MS = 100;
const PATIENCE_MS = 30_000;
const LOG_TAIL_LINES = 30;

export interface ServerOrder {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Removed when the server is stopped for good or when this process dies. */
  readonly folder: string;
  readonly uid?: number;
  readonly gid?: number;
}

export interface SupervisedServer {
  /** The server's process, leader of its process group: `process.kill(-pid, …)` reaches all. */
  readonly pid: number;
  /** Settles when the server's whole group is gone: exit code, name of a signal. */
  readonly exited: Promise<number | string>;
  /**
   * Ends the server; resolves when it is gone. With `keepFolder` it can be started again, without
   * it the folder is removed. Calling it again is harmless.
   */
  stop(how: Stop): Promise<void>;
}

export interface Stop {
  readonly signal: 'SIGTERM' | 'SIGKILL';
  readonly keepFolder?: boolean;
  /** When a SIGTERM that is not heeded becomes a SIGKILL; default 30 s. */
  readonly patienceMs?: number;
}

type Report =
  | { readonly started: number }
  | { readonly failed: string }
  | { readonly exited: number | string };

/** Starts a server that does not outlive this process. Throws when the program can't be run. */
export async function startSupervised(order: ServerOrder): Promise<SupervisedServer> {
  // Detached: a Ctrl-C in the terminal must reach the starter only, which then stops the server.
  const reaper: Reaper = spawn(process.execPath, [REAPER], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(reaper, 'exit');
  // Writing to a reaper that has ended fails; that it has ended is what `gone` tells.
  reaper.stdin.on('error', () => undefined);
  const { started, exited } = listenTo(reaper, gone, order.command);
  tell(reaper, order);
  try {
    const pid = await started;
    holdProcess(reaper, false);
    return { pid, exited, stop: (how) => stopServer(reaper, { ...how, exited, gone }) };
  } catch (error) {
    reaper.stdin.end();
    await gone;
    throw error;
  }
}

type Reaper = ChildProcessByStdio<Writable, Readable, null>;

function tell(reaper: Reaper, message: unknown): void {
  reaper.stdin.write(`${JSON.stringify(message)}\n`);
}

function listenTo(reaper: Reaper, gone: Promise<unknown>, command: string) {
  let serverExited: (value: number | string) => void = () => undefined;
  const exited = new Promise<number | string>((resolve) => {
    serverExited = resolve;
  });
  const started = new Promise<number>((resolve, reject) => {
    createInterface({ input: reaper.stdout }).on('line', (line) => {
      const report = JSON.parse(line) as Report;
      if ('started' in report) resolve(report.started);
      else if ('failed' in report) reject(new Error(`${command}: ${report.failed}`));
      else serverExited(report.exited);
    });
    gone.then(() => {
      serverExited('the reaper ended');
      reject(new Error('the reaper ended before it started the server'));
    }, reject);
  });
  return { started, exited };
}

interface Ending extends Stop {
  readonly exited: Promise<unknown>;
  readonly gone: Promise<unknown>;
}

async function stopServer(reaper: Reaper, ending: Ending): Promise<void> {
  holdProcess(reaper, true);
  tell(reaper, { signal: ending.signal });
  const { patienceMs = PATIENCE_MS } = ending;
  const impatience = setTimeout(() => tell(reaper, { signal: 'SIGKILL' }), patienceMs);
  await ending.exited;
  clearTimeout(impatience);
  if (ending.keepFolder === true) tell(reaper, { release: true });
  reaper.stdin.end();
  await ending.gone;
}

/**
 * Whether a running reaper keeps this process from ending. Only while it is waited for: a starter
 * that forgets to stop its server may end all the same, the reaper does the rest.
 */
function holdProcess(reaper: Reaper, hold: boolean): void {
  // Pipes of a child process are sockets, which can be told not to count; streams in general can't.
  const pipes = [reaper.stdin, reaper.stdout] as unknown as readonly Socket[];
  for (const handle of [reaper, ...pipes]) {
    if (hold) handle.ref();
    else handle.unref();
  }
}

export interface Readiness {
  readonly name: string;
  readonly servers: readonly Pick<SupervisedServer, 'exited'>[];
  readonly logFiles: readonly string[];
  readonly timeoutMs: number;
  /** Resolves when the server answers; throws when it does not yet. */
  readonly probe: () => Promise<void>;
}

/** Waits for the first good answer. Throws, with the last log lines, on exit or time-out. */
export async function waitUntilReady(readiness: Readiness): Promise<void> {
  const { name, timeoutMs } = readiness;
  const deadline = Date.now() + timeoutMs;
  let exit: number | string | undefined;
  for (const server of readiness.servers) void server.exited.then((value) => (exit = value));
  for (;;) {
    try {
      return await readiness.probe();
    } catch (cause) {
      const late = Date.now() > deadline;
      if (exit === undefined && !late) {
        await pause(PROBE_PAUSE_MS);
        continue;
      }
      const what = exit === undefined ? `did not answer in ${timeoutMs} ms` : `ended (${exit})`;
      const logs = (await Promise.all(readiness.logFiles.map(logTail))).join('\n');
      throw new Error(`${name} ${what}\n${logs}`, { cause });
    }
  }
}

async function logTail(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '(no log)');
  return `--- ${path}\n${text.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n')}`;
}
