/**
 * Owns: `npm run check`: every gate on the product, two at a time, one line each with its time and
 * the output of those that fail. Does not own: the gates (commands.ts and the files it names).
 */
import {
  biomeArgs,
  boundaryArgs,
  eslintArgs,
  GATES_DIR,
  ROOT,
  runTool,
  SOURCE_FOLDERS,
  typeArgs,
} from './commands.ts';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

interface Gate {
  readonly name: string;
  readonly tool: string;
  readonly args: readonly string[];
}

const folders = SOURCE_FOLDERS.filter((folder) => existsSync(join(ROOT, folder)));

/** Longest first, so that the last ones to end are short. */
const GATES: readonly Gate[] = [
  { name: 'unit tests', tool: 'vitest', args: unitTestArgs() },
  {
    name: 'typed lint',
    tool: 'eslint',
    args: eslintArgs(folders, '--ignore-pattern', '**/known-bad/**'),
  },
  { name: 'known-bad samples', tool: 'tsx', args: [join(GATES_DIR, 'prove.ts')] },
  { name: 'types', tool: 'tsc', args: typeArgs(join(GATES_DIR, 'tsconfig.check.json')) },
  { name: 'boundaries', tool: 'depcruise', args: boundaryArgs(folders) },
  { name: 'dead code', tool: 'knip', args: ['--config', join(GATES_DIR, 'knip.json')] },
  { name: 'docs drift', tool: 'tsx', args: [join(GATES_DIR, 'tools/docs-gen.ts'), '--check'] },
  { name: 'schema compat', tool: 'tsx', args: [join(GATES_DIR, 'tools/schema-compat.ts')] },
  { name: 'format and lint', tool: 'biome', args: biomeArgs(['.']) },
];

function unitTestArgs(): string[] {
  const config = join(ROOT, 'test/vitest.config.ts');
  // One process for many files: half the time. `npm test` gives each file its own.
  return ['run', '--config', config, '--project', 'unit', '--no-isolate', 'test/unit'];
}

async function runGate(gate: Gate): Promise<boolean> {
  const started = performance.now();
  const run = await runTool(gate.tool, gate.args);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const passed = run.exitCode === 0;
  console.log(`${passed ? 'pass' : 'FAIL'}  ${gate.name.padEnd(18)} ${seconds.padStart(5)} s`);
  if (!passed) console.log(`${run.stdout}${run.stderr}`.trimEnd().replace(/^/gm, '      '));
  return passed;
}

/** Runs `gates` in order, never more than `width` at once. */
async function runAll(gates: readonly Gate[], width: number): Promise<readonly boolean[]> {
  const waiting = [...gates];
  const results: boolean[] = [];
  const worker = async (): Promise<void> => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      results.push(await runGate(gate));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

const only = process.argv[2];
const chosen = only === undefined ? GATES : GATES.filter((gate) => gate.name.startsWith(only));
const started = performance.now();
const results = await runAll(chosen, Math.max(2, availableParallelism()));
const failed = results.filter((passed) => !passed).length;
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${results.length - failed} gates passed, ${failed} failed in ${seconds} s`);
process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
