/**
 * Owns: other people's programs for the examples in infra/consumers: Python with its packages, Java
 * with its libraries, kcat, Kafka Connect. What can't be had here is told with a reason.
 * Does not own: the servers they read from.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchOnce } from '../../infra/local/downloads.ts';

export const CONSUMERS = fileURLToPath(new URL('../../infra/consumers', import.meta.url));
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const TIMEOUT_MS = 240_000;

export type Tool<T> = { readonly ok: true; readonly tool: T } | { readonly skip: string };

export async function runProgram(
  command: string,
  args: readonly string[],
  timeoutMs = TIMEOUT_MS,
): Promise<string> {
  const options = { timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024, cwd: CONSUMERS };
  return (await promisify(execFile)(command, [...args], options)).stdout;
}

async function attempt<T>(what: string, make: () => Promise<T>): Promise<Tool<T>> {
  try {
    return { ok: true, tool: await make() };
  } catch (error) {
    return { skip: `${what}: ${String(error).split('\n')[0]}` };
  }
}

/** Python with the packages of the examples, in an environment of its own. */
export function findPython(cacheDir: string): Promise<Tool<string>> {
  return attempt('no Python with the examples’ packages', async () => {
    const home = join(cacheDir, 'consumers', 'python');
    const python = join(home, 'bin', 'python');
    if (!existsSync(python)) await runProgram('python3', ['-m', 'venv', home]);
    const requirements = join(CONSUMERS, 'python', 'requirements.txt');
    await runProgram(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements]);
    return python;
  });
}

export function findKcat(): Promise<Tool<string>> {
  return attempt('no kcat', async () => {
    await runProgram('kcat', ['-V']);
    return 'kcat';
  });
}

/** Folder of the jars that a POM names. */
export function findJars(cacheDir: string, name: string, pom: string): Promise<Tool<string>> {
  return attempt(`no jars for ${name}`, async () => {
    await mkdir(join(cacheDir, 'consumers'), { recursive: true });
    return fetchOnce(join(cacheDir, 'consumers', name), async (folder) => {
      const out = join(folder, 'out');
      await runProgram('mvn', ['--batch-mode', '-q', '-f', pom, COPY, `-DoutputDirectory=${out}`]);
      return out;
    });
  });
}
