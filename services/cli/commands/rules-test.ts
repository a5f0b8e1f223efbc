/**
 * Owns: `podwitness rules test`.
 */
import { collect } from './options.ts';
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { FatalError } from '../../../shared/errors/fault.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { outputFormat } from '../output/documents.ts';
import { write } from '../output/write.ts';
import { formatJunit } from '../rules/junit.ts';
import {
  isBroken,
  type KitOptions,
  openKit,
  shortPath,
  tellProblems,
  withRules,
} from '../rules/open-kit.ts';
import { findSamples } from '../rules/sample-files.ts';
import { formatRun } from '../rules/test-report.ts';
import { resultsOf, runSamples, type TestRun } from '../rules/test-run.ts';

interface TestOptions extends KitOptions {
  readonly samples: readonly string[];
  readonly junit?: string;
  readonly requireSamples?: boolean;
}

async function writeJunit(path: string, run: TestRun): Promise<void> {
  try {
    await writeFile(path, formatJunit(run));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new FatalError(`Can't write ${path} (${code})`, { code: 'usage', cause: error });
  }
}

function tell(run: TestRun): void {
  const { problems, untested } = run;
  for (const { line, path, reason, remedy } of problems) {
    process.stderr.write(escapeForTerminal(`${shortPath(path)}:${line}: ${reason}. ${remedy}`));
    process.stderr.write('\n');
  }
  const { all, failed } = resultsOf(run);
  process.stderr.write(
    `${all.length} samples, ${failed.length} failed, ${problems.length} unreadable; ` +
      `${untested.length} rules without samples\n`,
  );
}

async function test(options: TestOptions): Promise<ExitCode> {
  const { junit, requireSamples = false, samples } = options;
  const format = outputFormat(options.output, process.stdout.isTTY === true);
  const { kit, problems } = await openKit(options);
  const run = runSamples(kit, await findSamples(kit.rules, samples));
  if (junit !== undefined) await writeJunit(junit, run);
  await write(formatRun(run, format));
  tellProblems(problems);
  tell(run);
  // A rule that can't be read has no samples that could fail: it must not look like a green run.
  if (isBroken(problems)) return EXIT.config;
  if (run.problems.length > 0) return EXIT.unreadableInput;
  const isMissing = requireSamples && run.untested.length > 0;
  return isMissing || resultsOf(run).failed.length > 0 ? EXIT.failOn : EXIT.done;
}

const HELP = `
Samples stand beside a rule file: rules/exec.yml has rules/exec.samples.jsonl, one sample a line:
  {"name": "a shell", "expect": "match", "event": {"kind": "Event", "stage": "ResponseStarted", …}}
expect: match, no match, or cannot tell (the audit policy recorded too little). event: the record as it
is sent: an audit event, a line of the Security Profiles Operator, an alert of Falco. In a file for
several rules each line says whose it is: "rule": its id or title. They go through the real normalizer
and all rules. Rules that need state, or are switched off, are asked what they say of one event.

Exit codes: 0 all pass; 2 a sample fails, or with --require-samples a rule has none; 65 a line is no
sample; 78 a rule can't be read.

  podwitness rules test
  podwitness rules test --rules ./rules --no-bundled-rules --junit report.xml --require-samples`;

export function addRulesTest(rules: Command, run: Run): void {
  withRules(rules.command('test'))
    .description('Samples of rules: does each rule say of them what it should?')
    .option('--samples <dir>', 'also the samples in this folder; repeatable', collect, [])
    .option('--junit <file>', 'write the results as JUnit XML, too')
    .option('--require-samples', 'rules without samples fail')
    .addHelpText('after', HELP)
    .action((options: TestOptions) => run(test(options)));
}
