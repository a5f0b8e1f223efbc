/**
 * Owns: a Sigma file to rules, and every reason why one is not.
 */
import { nearestName } from '../../../../shared/domain/nearest.ts';
import type { Loaded, Problem, Rule, RuleFile } from '../model.ts';
import type { Position } from '../position.ts';
import type { RuleOptions } from '../options.ts';
import { lowerRule } from './lower.ts';
import { type SigmaRule, testsOf } from './model.ts';
import { parseRules } from './parse.ts';
import { routeOf } from './routing.ts';

export function loadSigma(file: RuleFile, _options: RuleOptions): Loaded {
  const parsed = parseRules(file);
  const problems = [...parsed.problems];
  const rules: Rule[] = [];
  for (const rule of parsed.rules) {
    const found = problemsOf(rule);
    problems.push(...found);
    if (found.length === 0) rules.push(lowerRule(rule));
  }
  return { rules, problems };
}

function problemsOf(rule: SigmaRule): readonly Problem[] {
  const problem = (
    at: Position,
    kind: Problem['kind'],
    reason: string,
    remedy: string,
  ): Problem => ({
    ...{ kind, path: rule.path, line: at.line, column: at.column, reason, remedy },
  });
  const route = routeOf(rule.logsource);
  if (route.kinds.length === 0) {
    const { category, product, service } = rule.logsource;
    const wanted = [category, product, service].filter((part) => part !== undefined).join('/');
    const reason = `the rule is for other events (${wanted === '' ? 'no log source' : wanted})`;
    const remedy = 'Leave it out; see docs/rules-sigma.md for the log sources that there are.';
    return [problem(rule.at, 'not-applicable', reason, remedy)];
  }
  return Object.values(rule.selections)
    .flatMap(testsOf)
    .filter((test) => test.kind !== 'keywords')
    .filter((test) => route.fieldOf(test.field) === undefined)
    .map(({ field, at }) => {
      const guess = nearestName(field.split('.')[0] ?? '', route.names);
      const reason = `no event has a field "${field}"`;
      const remedy =
        guess === undefined
          ? 'Use a field of the audit event or of ECS.'
          : `Did you mean "${guess}"?`;
      return problem(at, 'invalid', reason, remedy);
    });
}
