/**
 * Owns: rules, exceptions and placeholders from disk: the bundled folder, and files and folders of the
 * user's.
 */
import { join, resolve, sep } from 'node:path';
import type { Config } from '../../shared/config/load.ts';
import { packageRoot } from '../../shared/config/package-root.ts';
import { FatalError } from '../../shared/errors/fault.ts';
import { readTexts, statesOf } from './edge/rule-files.ts';
import { loadExceptions } from './exceptions.ts';
import type { Detection } from './judge.ts';
import { loadPlaceholders } from './placeholders.ts';
import { loadRules } from './rules/load.ts';
import type { Problem, Rule, RuleFile, Ruleset } from './rules/model.ts';
import { DEFAULT_OPTIONS, type RuleOptions } from './rules/options.ts';
import { stagedSessionRules } from './sessions/evasion/rules.ts';

export interface RuleSources {
  readonly bundled: boolean;
  /** Files, and folders that are searched for .yml, .yaml, .toml and .ndjson files; not what is hidden. */
  readonly paths: readonly string[];
  readonly exceptionPaths?: readonly string[];
  /** Ids, titles, and files and folders of rules on trial. */
  readonly staged?: readonly string[];
  readonly placeholdersPath?: string;
  readonly falco?: RuleOptions['falco'] & { readonly ruleMatching: 'first' | 'all' };
}

/** What the configuration wants. */
export function ruleSources({ detector }: Pick<Config, 'detector'>): RuleSources {
  const { bundledRules, exceptionPaths, falco, rules, stagedRules } = detector;
  const { sigmaPlaceholdersPath: placeholdersPath } = detector;
  return {
    ...{ bundled: bundledRules, paths: rules, exceptionPaths, staged: stagedRules, falco },
    ...(placeholdersPath === undefined ? {} : { placeholdersPath }),
  };
}

async function readAll(path: string, ruleset?: Ruleset): Promise<readonly RuleFile[]> {
  const files = await readTexts(path);
  return ruleset === undefined ? files : files.map((file) => ({ ...file, ruleset }));
}

/** One line for each file that counts: it changes when one of them does. The bundled ones never do. */
export async function fingerprint(sources: RuleSources): Promise<string> {
  const { exceptionPaths = [], paths, placeholdersPath } = sources;
  const wanted = [...paths, ...exceptionPaths, ...(placeholdersPath ? [placeholdersPath] : [])];
  return (await Promise.all(wanted.map(statesOf))).flat().join('\n');
}

export function describeProblem({ column, line, path, reason, remedy }: Problem): string {
  return `${path}:${line}:${column}: ${reason}. ${remedy}`;
}

async function optionsOf({ falco, placeholdersPath }: RuleSources) {
  const files = placeholdersPath === undefined ? [] : await readAll(placeholdersPath);
  const { placeholders, problems } = loadPlaceholders(files);
  const options: RuleOptions = {
    falco: falco ?? DEFAULT_OPTIONS.falco,
    sigma: { placeholders },
  };
  return { options, problems };
}

/** All rule files that the sources name, in their order. */
export async function readFiles(sources: RuleSources): Promise<readonly RuleFile[]> {
  const bundled = join(packageRoot(), 'services/detector/bundled-rules');
  const files = await Promise.all([
    ...(sources.bundled ? [readAll(bundled, 'bundled')] : []),
    ...sources.paths.map((path) => readAll(path)),
  ]);
  return files.flat();
}

/** All rules and exceptions, with what keeps some from being used. */
export async function inspectRules(
  sources: RuleSources,
): Promise<{ readonly detection: Detection; readonly problems: readonly Problem[] }> {
  const { options, problems } = await optionsOf(sources);
  const loaded = loadRules(await readFiles(sources), options);
  const { exceptionPaths = [], falco, staged = [] } = sources;
  const excepted = loadExceptions(
    (await Promise.all(exceptionPaths.map((p) => readAll(p)))).flat(),
  );
  const { rules } = loaded.ruleSet;
  const detection = {
    ruleSet: loaded.ruleSet,
    exceptions: excepted.exceptions,
    staged: new Set([...stagedOf(rules, staged), ...stagedSessionRules(staged)]),
    falcoMatching: falco?.ruleMatching ?? 'first',
  };
  const isRules = (name: string) => rules.some((rule) => isNamed(rule, name));
  const isSessions = (name: string) => stagedSessionRules([name]).size > 0;
  const vain = staged.filter((name) => !isRules(name) && !isSessions(name)).map(namesNoRule);
  return { detection, problems: [...problems, ...loaded.problems, ...excepted.problems, ...vain] };
}

function stagedOf(rules: readonly Rule[], names: readonly string[]): ReadonlySet<string> {
  const staged = rules.filter((rule) => names.some((name) => isNamed(rule, name)));
  return new Set(staged.map(({ id }) => id));
}

function isNamed(rule: Rule, name: string): boolean {
  return name === rule.id || name === rule.title || isWithin(rule.path, resolve(name));
}

/** Whoever put a rule on trial under a wrong name would be woken by it. */
function namesNoRule(name: string): Problem {
  return {
    ...{ kind: 'warning', path: 'detector.stagedRules', line: 1, column: 1 },
    reason: `no rule is called "${name}"`,
    remedy: 'Write its id, its title, or the path of its file or folder.',
  };
}

function isWithin(path: string, folder: string): boolean {
  const full = resolve(path);
  return full === folder || full.startsWith(folder + sep);
}

/**
 * What is in use. Throws FatalError invalid_rule with all that is wrong, file and line. Rules that are
 * right, and that this engine can't run, take nothing from the others: `tell` hears of each.
 */
export async function readRules(
  sources: RuleSources,
  tell: (problem: Problem) => void = () => {},
): Promise<Detection> {
  const { detection, problems } = await inspectRules(sources);
  const invalid = problems.filter(({ kind }) => kind === 'invalid');
  for (const problem of problems) if (problem.kind !== 'invalid') tell(problem);
  if (invalid.length === 0) return detection;
  throw new FatalError(`Rules that can't be used:\n${invalid.map(describeProblem).join('\n')}`, {
    code: 'invalid_rule',
  });
}
