/**
 * Owns: Elastic's rule files (TOML, NDJSON exports) to rules, and every reason why one is not.
 */
import type { Loaded, RuleFile } from '../model.ts';
import { readNdjson } from './ndjson.ts';
import { toRule } from './to-rule.ts';
import { readToml } from './toml.ts';

export function loadElastic(file: RuleFile): Loaded {
  const raw = file.path.endsWith('.toml') ? readToml(file) : readNdjson(file);
  const loaded = raw.rules.map(toRule);
  return {
    rules: loaded.flatMap(({ rules }) => rules),
    problems: [...raw.problems, ...loaded.flatMap(({ problems }) => problems)],
  };
}
