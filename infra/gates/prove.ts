/**
 * Owns: the proof that the gates look: each one must refuse its sample under known-bad/, with its
 * real configuration, and name every rule that the sample's expected.json lists.
 * Does not own: the gates' command lines (commands.ts) and rules.
 */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  biomeArgs,
  boundaryArgs,
  eslintArgs,
  GATES_DIR,
  type GateRun,
  ROOT,
  runTool,
  SOURCE_FOLDERS,
  typeArgs,
} from './commands.ts';

interface Proof {
  readonly exitCode: number;
  /** What the gate complained about, each beginning with the rule's name. */
  readonly findings: readonly string[];
}

const sampleDir = (gate: string): string => join(GATES_DIR, 'known-bad', gate);

/** biome.json leaves known-bad out, so the sample is checked where it is not called that. */
async function proveBiome(): Promise<Proof> {
  const copy = mkdtempSync(join(tmpdir(), 'podwitness-gate-'));
  try {
    cpSync(sampleDir('biome'), copy, { recursive: true });
    const run = await runTool('biome', biomeArgs(['.'], '--colors=off'), copy);
    const words = `${run.stdout}\n${run.stderr}`.split(/\s+/);
    return { exitCode: run.exitCode, findings: words };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

interface EslintFile {
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

async function proveEslint(): Promise<Proof> {
  const run = await runTool('eslint', eslintArgs([sampleDir('eslint')], '--format', 'json'));
  const files = JSON.parse(run.stdout) as readonly EslintFile[];
  const findings = files.flatMap((f) => f.messages.map((m) => `${m.ruleId ?? ''}: ${m.message}`));
  return { exitCode: run.exitCode, findings };
}

async function proveTypes(): Promise<Proof> {
  const run = await runTool('tsc', typeArgs(join(sampleDir('tsc'), 'tsconfig.json')));
  const findings = [...run.stdout.matchAll(/error (TS\d+)/g)].map((match) => match[1] ?? '');
  return { exitCode: run.exitCode, findings };
}

interface CruiseReport {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly rule: { readonly name: string } }[];
  };
}

/** depcruise ends with 0 when it writes JSON, so the exit code comes from a second run. */
async function proveBoundaries(): Promise<Proof> {
  const folders = ['services', 'shared', 'schemas', 'infra'];
  const [plain, json] = await Promise.all([
    runTool('depcruise', boundaryArgs(folders), sampleDir('depcruise')),
    runTool('depcruise', boundaryArgs(folders, '--output-type', 'json'), sampleDir('depcruise')),
  ]);
  const report = JSON.parse(json.stdout) as CruiseReport;
  return { exitCode: plain.exitCode, findings: report.summary.violations.map((v) => v.rule.name) };
}

interface KnipIssue {
  readonly file: string;
  readonly dependencies: readonly { readonly name: string }[];
  readonly exports: readonly { readonly name: string }[];
}

async function proveKnip(): Promise<Proof> {
  const run = await runTool('knip', ['--directory', sampleDir('knip'), '--reporter', 'json']);
  const report = JSON.parse(run.stdout) as {
    readonly files: readonly string[];
    readonly issues: readonly KnipIssue[];
  };
  const findings = [
    ...report.files.map((file) => `files: ${file}`),
    ...report.issues.flatMap((i) => i.exports.map((e) => `exports: ${e.name}`)),
    ...report.issues.flatMap((i) => i.dependencies.map((d) => `dependencies: ${d.name}`)),
  ];
  return { exitCode: run.exitCode, findings };
}

/** A tool of ours, on its sample: every line that it writes is a finding. */
async function proveTool(tool: string, ...args: readonly string[]): Promise<Proof> {
  const run = await runTool('tsx', [join(GATES_DIR, 'tools', tool), ...args]);
  return { exitCode: run.exitCode, findings: run.stderr.split('\n') };
}

/** Rules that the sample must break: the folder's list; for boundaries, every rule there is. */
function expectedOf(gate: string): readonly string[] {
  if (gate === 'depcruise') {
    const config = createRequire(import.meta.url)('./dependency-cruiser.cjs') as {
      readonly forbidden: readonly { readonly name: string }[];
    };
    return config.forbidden.map((rule) => rule.name);
  }
  return JSON.parse(readFileSync(join(sampleDir(gate), 'expected.json'), 'utf8')) as string[];
}

/** What is wrong with the gate; empty when it refused the sample as it should. */
async function problemsOf(gate: string, prove: () => Promise<Proof>): Promise<readonly string[]> {
  const proof = await prove();
  const passed = proof.exitCode === 0 ? [`${gate}: passed its known-bad sample`] : [];
  const missing = expectedOf(gate).filter(
    (rule) => !proof.findings.some((f) => f.startsWith(rule)),
  );
  return [...passed, ...missing.map((rule) => `${gate}: did not report ${rule}`)];
}

function countSources(folder: string): number {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return entries.filter((name) => name.endsWith('.ts') && !name.includes('known-bad')).length;
}

/** A compiler that depcruise can not use makes it see nothing and report success. */
async function proveCoverage(): Promise<readonly string[]> {
  const run: GateRun = await runTool('depcruise', boundaryArgs(SOURCE_FOLDERS, '-T', 'json'));
  const { totalCruised } = (JSON.parse(run.stdout) as CruiseReport).summary;
  const sources = SOURCE_FOLDERS.map(countSources).reduce((sum, count) => sum + count, 0);
  return totalCruised >= sources
    ? []
    : [`depcruise: looked at ${totalCruised} modules, but there are ${sources} TypeScript files`];
}

const problems = (
  await Promise.all([
    problemsOf('biome', proveBiome),
    problemsOf('eslint', proveEslint),
    problemsOf('tsc', proveTypes),
    problemsOf('depcruise', proveBoundaries),
    problemsOf('knip', proveKnip),
    problemsOf('docs', () => proveTool('docs-gen.ts', sampleDir('docs'), '--check')),
    problemsOf('schema-compat', () => proveTool('schema-compat.ts', sampleDir('schema-compat'))),
    proveCoverage(),
  ])
).flat();
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'Every gate refuses its sample.' : 'A gate does not guard.');
process.exitCode = problems.length === 0 ? 0 : 1;
