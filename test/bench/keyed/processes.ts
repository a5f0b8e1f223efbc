/**
 * Owns: running many-cells.ts, to its end or until it is killed, and reading what it says.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Found, MANY_CELLS, type Used } from './many-cells.ts';

export interface Load {
  readonly folder: string;
  readonly cells: number;
  readonly touches: number;
}

const start = promisify(execFile);

async function run(
  mode: 'fill' | 'verify',
  { cells, folder, touches }: Load,
  killAt?: number,
): Promise<string> {
  const numbers = [cells, touches, ...(killAt === undefined ? [] : [killAt])].map(String);
  const args = ['--import', 'tsx', MANY_CELLS, mode, folder, ...numbers];
  return (await start(process.execPath, args)).stdout;
}

/** It dies when so many records are committed, and the next ones are about to be. */
export async function fillAndKill(load: Load, killAt: number): Promise<void> {
  const ended: unknown = await run('fill', load, killAt).catch((error: unknown) => error);
  const isKilled = ended instanceof Error && 'signal' in ended && ended.signal === 'SIGKILL';
  if (!isKilled) throw new Error('It was not killed', { cause: ended });
}

export async function fill(load: Load): Promise<Used> {
  return JSON.parse(await run('fill', load)) as Used;
}

export async function verify(load: Load): Promise<Found> {
  return JSON.parse(await run('verify', load)) as Found;
}
