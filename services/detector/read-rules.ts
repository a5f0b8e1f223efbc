/**
 * Owns: rule files from disk: the bundled folder, and files and folders of the user's.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../shared/config/package-root.ts';
import { FatalError } from '../../shared/errors/fault.ts';
import { loadRules } from './rules/load.ts';
import type { RuleSet } from './rules/engine/rule-set.ts';
import type { Problem, RuleFile, Ruleset } from './rules/model.ts';

export interface RuleSources {
  readonly bundled: boolean;
  /** Files, and folders that are searched for .yml, .yaml, .toml and .ndjson files. */
  readonly paths: readonly string[];
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

async function readAll(path: string, ruleset?: Ruleset): Promise<readonly RuleFile[]> {
  try {
    const files = await filesUnder(path);
    return await Promise.all(
      files.map(async (file) => ({
        path: file,
        text: await readFile(file, 'utf8'),
        ...(ruleset && { ruleset }),
      })),
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new FatalError(`Can't read the rules in ${path} (${code})`, {
      code: 'invalid_rule',
      cause: error,
    });
  }
}

function describe(problem: Problem): string {
  const { column, line, path, reason, remedy } = problem;
  return `${path}:${line}:${column}: ${reason}. ${remedy}`;
}

/** All rules, with what keeps some from being used. */
export async function inspectRules(sources: RuleSources) {
  const bundled = join(packageRoot(), 'services/detector/bundled-rules');
  const files = await Promise.all([
    ...(sources.bundled ? [readAll(bundled, 'bundled')] : []),
    ...sources.paths.map((path) => readAll(path)),
  ]);
  return loadRules(files.flat());
}

/** The rules in use. Throws FatalError invalid_rule with all that is wrong, file and line. */
export async function readRules(sources: RuleSources): Promise<RuleSet> {
  const { problems, ruleSet } = await inspectRules(sources);
  const invalid = problems.filter(({ kind }) => kind === 'invalid' || kind === 'unsupported');
  if (invalid.length === 0) return ruleSet;
  throw new FatalError(`Rules that can't be used:\n${invalid.map(describe).join('\n')}`, {
    code: 'invalid_rule',
  });
}
