/**
 * Owns: the rules that a command of the rule kit looks at: those of the configuration, and those that
 * the command line adds.
 */
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { createRuleKit, type RuleKit } from '../../detector/kit.ts';
import { describeProblem, inspectRules, ruleSources } from '../../detector/read-rules.ts';
import type { Problem } from '../../detector/rules/model.ts';
import {
  type ConfigOptions,
  readOptions,
  type RuleFileOptions,
  withConfig,
  withRuleFiles,
} from '../commands/options.ts';
import { escapeForTerminal } from '../output/escape.ts';

export interface KitOptions extends ConfigOptions, RuleFileOptions {
  readonly output?: string;
}

export interface OpenKit {
  readonly kit: RuleKit;
  readonly problems: readonly Problem[];
}

export function withRules(command: Command): Command {
  return withRuleFiles(withConfig(command)).option(
    '--output <format>',
    'table or ndjson (default: table on a terminal)',
  );
}

/** Throws FatalError where the configuration or a path can't be read; problems in rules are told. */
export async function openKit(options: KitOptions): Promise<OpenKit> {
  const sources = ruleSources(await readOptions(options));
  const { detection, problems } = await inspectRules({
    ...sources,
    bundled: options.bundledRules && sources.bundled,
    paths: distinct([...sources.paths, ...options.rules]),
    exceptionPaths: distinct([...(sources.exceptionPaths ?? []), ...options.exceptions]),
  });
  return { kit: createRuleKit(detection), problems };
}

/** A rule that is read twice is in its own way. */
function distinct(paths: readonly string[]): readonly string[] {
  return [...new Map(paths.map((path) => [resolve(path), path])).values()];
}

/** As short as it can be opened from here. */
export function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}

export function isBroken(problems: readonly Problem[]): boolean {
  return problems.some(({ kind }) => kind === 'invalid');
}

/** Says on standard error which rules are not among those that are looked at. */
export function tellProblems(problems: readonly Problem[]): void {
  for (const problem of problems.filter(({ kind }) => kind === 'invalid')) {
    process.stderr.write(`${escapeForTerminal(describeProblem(problem))}\n`);
  }
  const others = problems.filter(({ kind }) => kind !== 'invalid').length;
  if (others > 0) process.stderr.write(`${others} remarks: see podwitness rules lint\n`);
}
