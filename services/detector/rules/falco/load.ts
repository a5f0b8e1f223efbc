/**
 * Owns: Falco's rule files to rules, and every reason why one is not.
 */
import type { Loaded, RuleFile } from '../model.ts';
import type { RuleOptions } from '../options.ts';

/** @param files in the order in which they build on each other */
export function loadFalco(files: readonly RuleFile[], _options: RuleOptions): Loaded {
  const problems = files.map(({ path }) => ({
    ...{ kind: 'unsupported' as const, path, line: 1, column: 1 },
    reason: "Falco's rules are not read yet",
    remedy: 'Leave the file out.',
  }));
  return { rules: [], problems };
}
