/**
 * Owns: an order for a server that starts in milliseconds, has a child of its own and heeds
 * SIGTERM only when asked to. Does not own: supervision (infra/local/supervised.ts).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerOrder } from '../../infra/local/supervised.ts';

const PROGRAM = `
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const idle = 'setInterval(() => undefined, 60000)';
const child = spawn(process.execPath, ['-e', idle], { stdio: 'inherit' });
if (process.argv[1] === 'stubborn') process.on('SIGTERM', () => undefined);
else process.on('SIGTERM', () => process.exit(3));
setInterval(() => undefined, 60000);
process.stdout.write('child ' + child.pid + '\\n');
`;

/** Logs into `folder`; the run folder is `<folder>/run`. */
export function fakeServer(
  folder: string,
  mode: 'obedient' | 'stubborn' = 'obedient',
): ServerOrder {
  return {
    command: process.execPath,
    args: ['-e', PROGRAM, mode],
    cwd: folder,
    env: {},
    logFile: join(folder, 'server.log'),
    folder: join(folder, 'run'),
  };
}

/** The pid of the fake server's child, from its log. Throws until it is there. */
export async function childPid(folder: string): Promise<number> {
  const match = /child (\d+)/.exec(await readFile(join(folder, 'server.log'), 'utf8'));
  if (match === null) throw new Error('the fake server has not said who its child is');
  return Number(match[1]);
}
