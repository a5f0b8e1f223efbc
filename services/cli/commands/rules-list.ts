/**
 * Owns: `podwitness rules list`.
 */
import type { Command } from 'commander';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { RuleKit } from '../../detector/kit.ts';
import type { RuleCoverage } from '../../detector/rules/kit/coverage.ts';
import type { ListedRule } from '../../detector/rules/kit/list.ts';
import { LEVELS } from '../../detector/rules/model.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { readAll } from '../offline/read-all.ts';
import { outputFormat } from '../output/documents.ts';
import { write } from '../output/write.ts';
import { eventsOf, openOffline } from '../rules/events.ts';
import { formatList } from '../rules/list-table.ts';
import { collect } from './options.ts';
import { type KitOptions, openKit, tellProblems, withRules } from '../rules/open-kit.ts';

interface ListOptions extends KitOptions {
  readonly level?: string;
  readonly language: readonly string[];
  readonly technique: readonly string[];
  readonly needsState?: boolean;
  readonly coverage?: readonly string[];
}

/** Every filter that is given must let the rule through. */
function filterOf(options: ListOptions): (listed: ListedRule) => boolean {
  const { language, level, needsState = false, technique } = options;
  const least = level === undefined ? 0 : LEVELS.map(String).indexOf(level);
  if (least === -1) {
    throw new FatalError(`--level ${level}: choose from ${LEVELS.join(', ')}`, { code: 'usage' });
  }
  const wanted = technique.map((name) => name.toUpperCase());
  const has = (id: string) => wanted.some((name) => id === name || id.startsWith(`${name}.`));
  return ({ mode, rule, techniques }) =>
    LEVELS.indexOf(rule.level) >= least &&
    (language.length === 0 || language.some((name) => name === rule.language)) &&
    (wanted.length === 0 || techniques.some(has)) &&
    (!needsState || mode === 'needs state');
}

async function countFiles(
  kit: RuleKit,
  files: readonly string[],
): Promise<ReadonlyMap<string, RuleCoverage>> {
  const offline = openOffline();
  await readAll(offline, files);
  const count = kit.countCoverage();
  for (const { document, kind } of eventsOf(offline)) count.add(kind, document);
  return new Map(count.result().map((coverage) => [coverage.rule.id, coverage]));
}

async function list(options: ListOptions): Promise<ExitCode> {
  const format = outputFormat(options.output, process.stdout.isTTY === true);
  const isWanted = filterOf(options);
  const { kit, problems } = await openKit(options);
  const coverage = options.coverage && (await countFiles(kit, options.coverage));
  const lines = kit.list().filter(isWanted);
  const counted = lines.map((line) => {
    const found = coverage?.get(line.rule.id);
    return found === undefined ? line : { ...line, coverage: found };
  });
  await write(formatList(counted, format));
  tellProblems(problems);
  return EXIT.done;
}

const HELP = `
MODE: active; test (on trial: findings are marked, and never alerted); disabled (by the rule or the
configuration); needs state (it is about more than one event, which is not counted yet).
NEEDS: the least level of the audit policy at which the rule can be told.
FOUND BY: what in an event makes the index try the rule; "every event" is what costs.

With --coverage the files are read as by scan, and each rule says how many events it is for, was
tried with (its cost), matched, and could not tell, for want of which part, at which level. POLICY: were the requests that the
rule is about recorded at the level that it needs?

  podwitness rules list --level high
  podwitness rules list --technique T1609 --rules ./rules --no-bundled-rules
  podwitness rules list --coverage /var/log/kubernetes/audit.log
  podwitness rules list --needs-state --output ndjson`;

export function addRulesList(rules: Command, run: Run): void {
  withRules(rules.command('list'))
    .description('The rules in use, and those that are not')
    .option('--level <level>', `of this level or above: ${LEVELS.join(', ')}`)
    .option('--language <name>', 'sigma, falco, kql, eql, esql or session; repeatable', collect, [])
    .option('--technique <id>', 'of this ATT&CK technique, as T1609; repeatable', collect, [])
    .option('--needs-state', 'only rules about more than one event')
    .option(
      '--coverage <file...>',
      'count what the rules say of recorded files; - for standard input',
    )
    .addHelpText('after', HELP)
    .action((options: ListOptions) => run(list(options)));
}
