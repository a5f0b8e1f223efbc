/**
 * Owns: the command line of every gate, one place for check.ts (on the product) and prove.ts (on
 * the known-bad samples), so that what is proven is what guards.
 * Does not own: what the gates demand (their configuration files beside this one).
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const GATES_DIR = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(GATES_DIR, '../..');
export const SOURCE_FOLDERS = ['services', 'shared', 'schemas', 'infra', 'test'] as const;

export interface GateRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `tool` is a name in node_modules/.bin. Resolves whatever the exit code is. */
export function runTool(
  tool: string,
  args: readonly string[],
  cwd: string = ROOT,
): Promise<GateRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(ROOT, 'node_modules/.bin', tool), args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 70, stdout, stderr }));
  });
}

/** Format and the lint rules that need no types. */
export function biomeArgs(paths: readonly string[], ...more: readonly string[]): string[] {
  return ['check', `--config-path=${GATES_DIR}`, '--error-on-warnings', ...more, ...paths];
}

/** The lint rules that need types. */
export function eslintArgs(paths: readonly string[], ...more: readonly string[]): string[] {
  const config = join(GATES_DIR, 'eslint.config.js');
  return ['--config', config, '--max-warnings', '0', ...more, ...paths];
}

/** Import directions; the folders are relative to the working directory. */
export function boundaryArgs(folders: readonly string[], ...more: readonly string[]): string[] {
  return ['--config', join(GATES_DIR, 'dependency-cruiser.cjs'), ...more, ...folders];
}

export function typeArgs(project: string): string[] {
  return ['--project', project, '--noEmit', '--pretty', 'false'];
}
