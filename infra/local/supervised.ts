/**
 * Owns: starting a server under the reaper (reaper.mjs) and waiting until it answers.
 * Does not own: any particular server's command line or probe.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('./reaper.mjs', import.meta.url));
const PROBE_PAUSE_MS = 100;
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
  stop(how: {
    readonly signal: 'SIGTERM' | 'SIGKILL';
    readonly keepFolder?: boolean;
  }): Promise<void>;
}

type Report =
  | { readonly started: number }
  | { readonly failed: string }
  | { readonly exited: number | string };

/** Starts a server that does not outlive this process. Throws when the program can't be run. */
export async function startSupervised(order: ServerOrder): Promise<SupervisedServer> {
  // Detached: a Ctrl-C in the terminal must reach the starter only, which then stops the server.
  const reaper = spawn(process.execPath, [REAPER], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(reaper, 'exit');
  // Writing to a reaper that has ended fails; that it has ended is what `gone` tells.
  reaper.stdin.on('error', () => undefined);
  const reports = createInterface({ input: reaper.stdout });
  let serverExited: (value: number | string) => void = () => undefined;
  const exited = new Promise<number | string>((resolve) => {
    serverExited = resolve;
  });
  const started = new Promise<number>((resolve, reject) => {
    reports.on('line', (line) => {
      const report = JSON.parse(line) as Report;
      if ('started' in report) resolve(report.started);
      else if ('failed' in report) reject(new Error(`${order.command}: ${report.failed}`));
      else serverExited(report.exited);
    });
    gone.then(() => {
      reject(new Error('the reaper ended before it started the server'));
      serverExited('reaper gone');
    }, reject);
  });
  const tell = (message: unknown) => reaper.stdin.write(`${JSON.stringify(message)}\n`);
  tell(order);
  try {
    const pid = await started;
    holdProcess(reaper, false);
    return {
      pid,
      exited,
      async stop({ signal, keepFolder = false }) {
        holdProcess(reaper, true);
        tell({ signal });
        await exited;
        if (keepFolder) tell({ release: true });
        reaper.stdin.end();
        await gone;
      },
    };
  } catch (error) {
    reaper.stdin.end();
    await gone;
    throw error;
  }
}

/**
 * Whether a running reaper keeps this process from ending. Only while it is waited for: a starter
 * that forgets to stop its server may end all the same, the reaper does the rest.
 */
function holdProcess(reaper: ChildProcess, hold: boolean): void {
  const pipes = [reaper.stdin, reaper.stdout] as unknown as readonly Socket[];
  for (const handle of [reaper, ...pipes]) hold ? handle.ref() : handle.unref();
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
