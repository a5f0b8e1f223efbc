/**
 * Owns: making the program runnable in a checkout: dist/ from the sources, and
 * node_modules/.bin/podwitness, which npm makes for dependencies but not for a project's own bin.
 * Does not own: the compiler's settings (tsconfig.json), images (infra/images).
 *
 * Runs after `npm ci` and before `npm start` and `npm test`. Without development packages there is
 * no compiler: what was built before is then used as it is.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = join(root, 'node_modules');

/** The compiler's exit code; 0 when there is none. Compiles only what changed since `program`. */
function build(program) {
  const compiler = join(modules, 'typescript/bin/tsc');
  if (!existsSync(compiler)) return 0;
  // Where the output was taken away, the compiler's memory of it has to go as well.
  if (!existsSync(program)) rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.json')], {
    stdio: 'inherit',
  });
  return status ?? 70;
}

/** A link where the file system has links; elsewhere `npm start` works without. */
function linkBin(name, program) {
  const link = join(modules, '.bin', name);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  if (process.platform !== 'win32') symlinkSync(relative(dirname(link), program), link);
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [[name, path]] = Object.entries(manifest.bin);
const program = join(root, path);
const isDryRun = process.env.npm_config_dry_run === 'true';
process.exitCode = isDryRun ? 0 : build(program);
if (isDryRun) {
  console.log('A dry run builds nothing');
} else if (existsSync(program)) {
  chmodSync(program, 0o755);
  linkBin(name, program);
} else if (process.env.npm_lifecycle_event !== 'prepare') {
  console.error(`${path} is missing and can not be built: run \`npm ci\` without --omit=dev`);
  process.exitCode = 1;
}
