/**
 * Owns: podwitness over a simulation, as a user runs it: `podwitness scan` of dist, a process for each
 * cluster; what it told, and what it used.
 */
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../dist/services/cli/main.js', import.meta.url));

/** Prints what the process used when it ends, behind all that it says itself. */
const METER = `data:text/javascript,process.on('exit',()=>{const u=process.resourceUsage();process.stderr.write('\\n@used '+JSON.stringify({cpuSeconds:(u.userCPUTime+u.systemCPUTime)/1e6,peakMiB:Math.round(u.maxRSS/1024)})+'\\n')})`;

export interface Used {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly wallSeconds: number;
}

export interface Scanned {
  readonly documents: readonly unknown[];
  readonly used: Used;
}

function usedOf(said: string, wallSeconds: number): Used {
  const found = /@used (\{.*\})/.exec(said)?.[1];
  const used: Omit<Used, 'wallSeconds'> =
    found === undefined ? { cpuSeconds: 0, peakMiB: 0 } : JSON.parse(found);
  return { ...used, wallSeconds };
}

/** One JSON value a line. */
export async function readLines<T>(path: string): Promise<readonly T[]> {
  const rows: T[] = [];
  const lines = createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) if (line !== '') rows.push(JSON.parse(line));
  return rows;
}

/** Throws with what it said where it fails. `files` are one input. */
export async function scan(
  cluster: string,
  files: readonly string[],
  out: string,
): Promise<Scanned> {
  const path = join(out, `told-${cluster}.ndjson`);
  const told = await open(path, 'w');
  const started = performance.now();
  const args = [
    'scan',
    '--cluster',
    cluster,
    '--emit',
    'sessions,findings',
    '--output',
    'ndjson',
    ...files,
  ];
  const child = spawn(process.execPath, ['--import', METER, PROGRAM, ...args], {
    stdio: ['ignore', told.fd, 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  await told.close();
  if (code !== 0) throw new Error(`podwitness scan ended with ${code}:\n${said.slice(-4000)}`);
  const wallSeconds = (performance.now() - started) / 1000;
  return { documents: await readLines<unknown>(path), used: usedOf(said, wallSeconds) };
}
