/**
 * Owns: which files hold samples of which rules: `<rule>.samples.jsonl` beside a rule file, and such
 * files in folders that the user names.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { Rule } from '../../detector/rules/model.ts';

export interface SampleFile {
  readonly path: string;
  readonly text: string;
  /** Rules of the rule file that it belongs to; a sample may name any other. */
  readonly rules: readonly Rule[];
}

const SUFFIX = '.samples.jsonl';

function stemOf(path: string): string {
  return path.replace(/\.(?:ya?ml|toml|ndjson)$/, '');
}

function unreadable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const text = `Can't read the samples in ${path} (${code})`;
  return new FatalError(text, { code: 'unreadable_input', cause: error });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true });
    return entries
      .filter((entry) => entry.endsWith(SUFFIX))
      .sort()
      .map((entry) => join(folder, entry));
  } catch (error) {
    throw unreadable(folder, error);
  }
}

/** In the order of the rules, then of the folders. Throws FatalError (`unreadable_input`). */
export async function findSamples(
  rules: readonly Rule[],
  folders: readonly string[],
): Promise<readonly SampleFile[]> {
  const byFile = new Map<string, Rule[]>();
  for (const rule of rules) {
    const others = byFile.get(rule.path);
    if (others === undefined) byFile.set(rule.path, [rule]);
    else others.push(rule);
  }
  const found: SampleFile[] = [];
  for (const [rulePath, owned] of byFile) {
    const path = `${stemOf(rulePath)}${SUFFIX}`;
    const text = await readIfThere(path);
    if (text !== undefined) found.push({ path, text, rules: owned });
  }
  const beside = new Set(found.map(({ path }) => path));
  for (const path of (await Promise.all(folders.map(filesIn))).flat()) {
    if (beside.has(path)) continue;
    const name = basename(path, SUFFIX);
    const owned = rules.filter((rule) => basename(stemOf(rule.path)) === name);
    found.push({ path, text: (await readIfThere(path)) ?? '', rules: owned });
  }
  return found;
}
