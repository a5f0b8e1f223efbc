/**
 * Owns: `podwitness rules lint`.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { type FieldTypes, fieldTypes } from '../../../shared/adapters/elasticsearch/field-types.ts';
import { readTemplates } from '../../../shared/adapters/elasticsearch/templates.ts';
import { packageRoot } from '../../../shared/config/package-root.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { outputFormat } from '../output/documents.ts';
import { write } from '../output/write.ts';
import { countsOf, formatFindings, formatSummary } from '../rules/lint-report.ts';
import { type KitOptions, openKit, withRules } from '../rules/open-kit.ts';

interface LintOptions extends KitOptions {
  readonly strict?: boolean;
}

function knownFields(): FieldTypes {
  return fieldTypes(readTemplates(join(packageRoot(), 'infra/elastic')));
}

async function lint(options: LintOptions): Promise<ExitCode> {
  const format = outputFormat(options.output, process.stdout.isTTY === true);
  const { kit, problems } = await openKit(options);
  const today = new Date(systemClock.now()).toISOString().slice(0, 'yyyy-mm-dd'.length);
  const findings = kit.lint(problems, knownFields(), today);
  await write(formatFindings(findings, format));
  const counts = countsOf(findings);
  process.stderr.write(formatSummary(kit.rules.length, counts));
  const isWrong = counts.error > 0 || (options.strict === true && counts.warning > 0);
  return isWrong ? EXIT.config : EXIT.done;
}

const HELP = `
Each line is path:line:column: severity check: reason. remedy
  error    the rule does not do what it says: it can't be read, asks for a field or a type that no
           event has, can never match or always does
  warning  it works, and something about it is odd: a value that no event has among others, a part
           that can never be true, the same condition twice, no description, every event tried
  note     it is for other events than ours, and left out

Exit codes: 0 no error; 78 an error, or with --strict a warning. 78 is also what check, scan and the
workers give for a rule that can't be read.

  podwitness rules lint
  podwitness rules lint --rules ./rules --no-bundled-rules --strict
  podwitness rules lint --rules ./rules --output ndjson | jq -r 'select(.severity == "error").path'`;

export function addRulesLint(rules: Command, run: Run): void {
  withRules(rules.command('lint'))
    .description('Everything that is wrong or odd about rules, with file, line and remedy')
    .option('--strict', 'warnings are errors, too')
    .addHelpText('after', HELP)
    .action((options: LintOptions) => run(lint(options)));
}
