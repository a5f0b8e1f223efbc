/**
 * Owns: rule files to the rules in use, and every reason why one is not.
 * Does not own: reading folders (the caller's), one file's syntax (parse.ts).
 */
import { unknownFields } from './compile.ts';
import { isForAudit, knownFieldNames } from './fields.ts';
import { compileRules, type RuleSet } from './match.ts';
import type { Position, Problem, Rule, RuleFile } from './model.ts';
import { nearestName } from '../../../shared/domain/nearest.ts';
import { parseRules } from './parse.ts';

interface LoadedRules {
  readonly ruleSet: RuleSet;
  readonly problems: readonly Problem[];
}

/**
 * Reads, checks and compiles the rules of all files, in their order. A rule with a problem is not
 * among the result; whether that ends the program is the caller's to decide.
 */
export function loadRules(files: readonly RuleFile[]): LoadedRules {
  const problems: Problem[] = [];
  const byId = new Map<string, Rule>();
  for (const file of files) {
    const parsed = parseRules(file);
    problems.push(...parsed.problems);
    for (const rule of parsed.rules) {
      const found = problemsOf(rule, byId.get(rule.id));
      problems.push(...found);
      if (found.length === 0) byId.set(rule.id, rule);
    }
  }
  return { ruleSet: compileRules([...byId.values()]), problems };
}

function problemsOf(rule: Rule, twin: Rule | undefined): readonly Problem[] {
  const problem = (
    at: Position,
    kind: Problem['kind'],
    reason: string,
    remedy: string,
  ): Problem => ({
    ...{ kind, path: rule.path, line: at.line, column: at.column, reason, remedy },
  });
  if (!isForAudit(rule.logsource)) {
    const { category, product, service } = rule.logsource;
    const wanted = [category, product, service].filter((part) => part !== undefined).join('/');
    const reason = `the rule is for other events (${wanted === '' ? 'no log source' : wanted})`;
    const remedy = 'Leave it out; rules for product kubernetes, service audit are used.';
    return [problem(rule.at, 'not-applicable', reason, remedy)];
  }
  if (twin !== undefined) {
    const reason = `the id ${rule.id} is already that of "${twin.title}" (${twin.path}:${twin.at.line})`;
    return [problem(rule.at, 'invalid', reason, 'Give the rule an id of its own.')];
  }
  return unknownFields(rule).map(({ field, at }) => {
    const guess = nearestName(field.split('.')[0] ?? '', knownFieldNames());
    const reason = `no event has a field "${field}"`;
    const remedy =
      guess === undefined
        ? 'Use a field of the audit event or of ECS.'
        : `Did you mean "${guess}"?`;
    return problem(at, 'invalid', reason, remedy);
  });
}
