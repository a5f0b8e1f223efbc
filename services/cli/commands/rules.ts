/**
 * Owns: `podwitness rules`: the kit for people who write rules.
 */
import type { Command } from 'commander';
import type { Run } from '../exit.ts';
import { addRulesExplain } from './rules-explain.ts';
import { addRulesLint } from './rules-lint.ts';
import { addRulesList } from './rules-list.ts';
import { addRulesTest } from './rules-test.ts';

const HELP = `
Rules are Sigma, Falco or Elastic files, each told by its content; docs/rules.md is the guide.

  podwitness rules list                          what is in use, and how serious
  podwitness rules lint --rules ./rules          what is wrong or odd, with file and line
  podwitness rules test --rules ./rules          samples beside the rules, as a test run
  podwitness rules explain 6ee2e7f4 --event e.json   why a rule matches an event, or does not`;

export function addRules(program: Command, run: Run): void {
  const rules = program
    .command('rules')
    .description('The rule kit: list, lint, test and explain detection rules')
    .addHelpText('after', HELP);
  addRulesList(rules, run);
  addRulesLint(rules, run);
  addRulesTest(rules, run);
  addRulesExplain(rules, run);
}
