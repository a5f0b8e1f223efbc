/**
 * Owns: the bundled rules and the test data beside the repository, read for tests.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RuleFile } from '../../../../services/detector/rules/model.ts';

const ROOT = new URL('../../../../', import.meta.url);
/** Recordings and published rules; not part of the repository. */
const DATA = new URL('../shared/data/', ROOT);

export const BUNDLED_RULES = new URL('services/detector/bundled-rules/', ROOT);

export function bundledFiles(): readonly RuleFile[] {
  return ruleFiles(BUNDLED_RULES).map((file) => ({ ...file, ruleset: 'bundled' as const }));
}

export function ruleFiles(folder: URL): readonly RuleFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => ({
      path: name,
      text: readFileSync(new URL(name, folder), 'utf8'),
      ruleset: 'sigma' as const,
    }));
}

export function readLines<T>(file: URL): readonly T[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

/** The folder, or why its tests are skipped. Throws where the data are required and missing. */
export function dataFolder(name: string): { readonly url: URL; readonly skip: string | undefined } {
  const url = new URL(`${name}/`, DATA);
  if (existsSync(url)) return { url, skip: undefined };
  const reason = `no test data in ../shared/data/${name}`;
  if (process.env['PODWITNESS_DATA'] === 'require') {
    throw new Error(`${reason} (looked in ${fileURLToPath(url)})`);
  }
  return { url, skip: reason };
}
