/**
 * Owns: for tests: Falco's own cases, in whatever files of these two forms lie beside the repository,
 * and its rules.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dataFolder, readLines } from '../../bundled.ts';

export interface FilterCase {
  readonly filter: string;
  readonly expected: 'parse_ok' | 'parse_error' | boolean;
  readonly error_message?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

interface Step {
  readonly op: string;
  readonly ok?: boolean;
  readonly file?: string;
  readonly rules?: string;
  readonly rule?: string;
  readonly equals?: string;
  readonly text?: string;
  readonly present?: boolean;
  readonly status?: string;
}
export interface LoaderCase {
  readonly test: string;
  readonly steps: readonly Step[];
}

export const { skip, url } = dataFolder('falco');

function casesOf(folder: URL): readonly unknown[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('cases.jsonl'));
  return files.flatMap((name) => readLines(new URL(name, folder)));
}

function isFilterCase(value: unknown): value is FilterCase {
  return typeof value === 'object' && value !== null && 'filter' in value;
}

function isLoaderCase(value: unknown): value is LoaderCase {
  return typeof value === 'object' && value !== null && 'steps' in value;
}

const ALL = casesOf(url);
export const FILTER_CASES = ALL.filter(isFilterCase);
export const LOADER_CASES = ALL.filter(isLoaderCase);

/** The published rules for the audit log. */
export function publishedRules(): string {
  return readFileSync(new URL('k8s_audit_rules.yaml', url), 'utf8');
}
