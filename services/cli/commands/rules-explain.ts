/**
 * Owns: `podwitness rules explain`.
 */
import type { Command } from 'commander';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { RuleKit } from '../../detector/kit.ts';
import type { Explainer, Verdict } from '../../detector/rules/kit/explain.ts';
import type { NormalEvent } from '../../detector/rules/kit/event.ts';
import type { Rule } from '../../detector/rules/model.ts';
import type { SessionRule } from '../../detector/sessions/evasion/rules.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { outputFormat } from '../output/documents.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { write } from '../output/write.ts';
import { formatExplanation } from '../rules/explanation.ts';
import { formatSessionRule } from '../rules/session-rule.ts';
import { type KitOptions, openKit, tellProblems, withRules } from '../rules/open-kit.ts';
import { readEvents } from '../rules/read-events.ts';

interface ExplainOptions extends KitOptions {
  readonly event?: string;
  readonly all?: boolean;
}

const MAX_LISTED = 20;

function ruleCalled(kit: RuleKit, name: string): Rule | SessionRule {
  const found = kit.findAny(name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    throw usage(`No rule is called '${name}': see podwitness rules list`);
  }
  const listed = found.slice(0, MAX_LISTED).map((rule) => `  ${rule.id}  ${rule.title}`);
  const more = found.length > MAX_LISTED ? [`  and ${found.length - MAX_LISTED} more`] : [];
  throw usage([`${found.length} rules are called '${name}':`, ...listed, ...more].join('\n'));
}

/** Titles come from files of others. */
function usage(text: string): FatalError {
  const lines = text.split('\n').map(escapeForTerminal);
  return new FatalError(lines.join('\n'), { code: 'usage' });
}

/** What is asked most: the first that matches, else that can't be told, else that the rule is for. */
const BEST_FIRST: readonly Verdict[] = ['match', 'cannot tell', 'no match', 'not for such events'];

function bestOf(explainer: Explainer, events: readonly NormalEvent[]): readonly NormalEvent[] {
  let best: NormalEvent | undefined;
  let bestRank = BEST_FIRST.length;
  for (const event of events) {
    const rank = BEST_FIRST.indexOf(explainer.verdict(event));
    if (rank >= bestRank) continue;
    best = event;
    bestRank = rank;
  }
  return best === undefined ? [] : [best];
}

async function explain(name: string, options: ExplainOptions): Promise<ExitCode> {
  const format = outputFormat(options.output, process.stdout.isTTY === true);
  const { kit, problems } = await openKit(options);
  tellProblems(problems);
  const rule = ruleCalled(kit, name);
  if ('needs' in rule) {
    if (options.event !== undefined) {
      throw usage(`'${rule.title}' is about sessions, not about one event: leave --event away`);
    }
    await write(formatSessionRule(rule, format));
    return EXIT.done;
  }
  const explainer = kit.explainer(rule);
  if (options.event === undefined) {
    await write(formatExplanation(explainer.outline(), format));
    return EXIT.done;
  }
  const events = await readEvents(options.event);
  const shown = options.all === true ? events : bestOf(explainer, events);
  for (const event of shown) await write(formatExplanation(explainer.explain(event), format));
  process.stderr.write(`${shown.length} of ${events.length} events shown\n`);
  return EXIT.done;
}

const HELP = `
The condition as a tree: ✓ true, ✗ false, ? can't be told because the audit policy recorded too little;
behind each test the values that the event has, and ← at what decided. Of several events the first that
matches is shown, else the first that can't be told, else the first that the rule is for. Without
--event the condition alone. A rule on sessions says what must hold. ID is an id, the beginning of one,
or a title.

  podwitness rules explain 6ee2e7f4
  podwitness rules explain 'Command Started In A Pod' --event audit.log --all
  podwitness query events --where event.id=ID --output ndjson | podwitness rules explain 6ee2e7f4 --event -`;

export function addRulesExplain(rules: Command, run: Run): void {
  withRules(rules.command('explain'))
    .description('Why a rule matches an event, or does not, or what it asks for')
    .argument('<id>', 'id of the rule, its beginning, or the title')
    .option(
      '--event <file>',
      'records of any kind, or documents of query events; - for standard input',
    )
    .option('--all', 'every event of the file')
    .addHelpText('after', HELP)
    .action((id: string, options: ExplainOptions) => run(explain(id, options)));
}
