/**
 * Owns: rules, exceptions and placeholders from disk: the bundled folder, and files and folders of the
 * user's.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { Config } from '../../shared/config/load.ts';
import { packageRoot } from '../../shared/config/package-root.ts';
import { FatalError } from '../../shared/errors/fault.ts';
import { loadExceptions } from './exceptions.ts';
import type { Detection } from './judge.ts';
import { loadPlaceholders } from './placeholders.ts';
import { loadRules } from './rules/load.ts';
import type { Problem, Rule, RuleFile, Ruleset } from './rules/model.ts';
import { DEFAULT_OPTIONS, type RuleOptions } from './rules/options.ts';

export interface RuleSources {
  readonly bundled: boolean;
  /** Files, and folders that are searched for .yml, .yaml, .toml and .ndjson files. */
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

const RULE_FILE = /\.(?:ya?ml|toml|ndjson)$/;

async function filesUnder(path: string): Promise<readonly string[]> {
  const found = await stat(path);
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true });
  return entries
    .filter((entry) => RULE_FILE.test(entry))
    .sort()
    .map((entry) => join(path, entry));
}

/** Runs a reading of `path`; what the file system has against it is told to the user. */
async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new FatalError(`Can't read the rules in ${path} (${code})`, {
      code: 'invalid_rule',
      cause: error,
    });
  }
}

function readAll(path: string, ruleset?: Ruleset): Promise<readonly RuleFile[]> {
  return reading(path, async () => {
    const files = await filesUnder(path);
    return Promise.all(
      files.map(async (file) => ({
        ...{ path: file, text: await readFile(file, 'utf8') },
        ...(ruleset === undefined ? {} : { ruleset }),
      })),
    );
  });
}

/** One line for each file that counts: it changes when one of them does. The bundled ones never do. */
export async function fingerprint(sources: RuleSources): Promise<string> {
  const { exceptionPaths = [], paths, placeholdersPath } = sources;
  const wanted = [...paths, ...exceptionPaths, ...(placeholdersPath ? [placeholdersPath] : [])];
  const states = wanted.map((path) =>
    reading(path, async () => {
      const files = await filesUnder(path);
      return Promise.all(files.map(stateOf));
    }).catch((error: unknown) => [String(error)]),
  );
  return (await Promise.all(states)).flat().join('\n');
}

async function stateOf(file: string): Promise<string> {
  const { ctimeNs, dev, ino, mtimeNs, size } = await stat(file, { bigint: true });
  return [file, dev, ino, size, mtimeNs, ctimeNs].join();
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
  const detection = {
    ruleSet: loaded.ruleSet,
    exceptions: excepted.exceptions,
    staged: stagedOf(loaded.ruleSet.rules, staged),
    falcoMatching: falco?.ruleMatching ?? 'first',
  };
  return { detection, problems: [...problems, ...loaded.problems, ...excepted.problems] };
}

function stagedOf(rules: readonly Rule[], names: readonly string[]): ReadonlySet<string> {
  const isNamed = (rule: Rule): boolean =>
    names.some(
      (name) => name === rule.id || name === rule.title || isWithin(rule.path, resolve(name)),
    );
  return new Set(rules.filter(isNamed).map(({ id }) => id));
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
