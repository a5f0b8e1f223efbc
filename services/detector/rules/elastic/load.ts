/**
 * Owns: Elastic's rule files (TOML, NDJSON exports) to rules, and every reason why one is not.
 */
import type { Loaded, RuleFile } from '../model.ts';

export function loadElastic({ path }: RuleFile): Loaded {
  const reason = "Elastic's rules are not read yet";
  const remedy = 'Leave the file out.';
  return {
    rules: [],
    problems: [{ kind: 'unsupported', path, line: 1, column: 1, reason, remedy }],
  };
}
