/** Owns: for tests: a rule around a condition, and events and rules of Falco through the loader. */
import {
  compileRules,
  evaluateRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import type {
  EventDocument,
  Expression,
} from '../../../../../../services/detector/rules/expression.ts';
import { loadFalco } from '../../../../../../services/detector/rules/falco/load.ts';
import type { EventKind, Loaded, Rule } from '../../../../../../services/detector/rules/model.ts';
import {
  DEFAULT_OPTIONS,
  type RuleOptions,
} from '../../../../../../services/detector/rules/options.ts';

export function auditRule(condition: Expression, id = 'x'): Rule {
  return {
    ...{ id, title: id, ruleset: 'falco', language: 'falco', path: 'x', references: [] },
    ...{ at: { line: 1, column: 1 }, tags: [], falsePositives: [], level: 'low' },
    ...{ kinds: ['audit'], condition },
  };
}

export function load(text: string, options: Partial<RuleOptions['falco']> = {}): Loaded {
  const falco = { ...DEFAULT_OPTIONS.falco, ...options };
  return loadFalco([{ path: 'rules.yaml', text }], { ...DEFAULT_OPTIONS, falco });
}

/** A rule for the audit log with this condition, as a file. */
export function auditFile(condition: string, output = 'x'): string {
  const fields = { desc: 'x', condition, output, priority: 'INFO', source: 'k8s_audit' };
  const lines = Object.entries(fields).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  return ['- rule: x', ...lines].join('\n');
}

/** Whether a condition is true of a document, false of it, or can't be told. Throws for its problems. */
export function verdictOf(
  condition: string,
  document: EventDocument,
  options: Partial<RuleOptions['falco']> = {},
): boolean | undefined {
  const { problems, rules } = load(auditFile(condition), options);
  const [problem] = problems.filter(({ kind }) => kind === 'invalid');
  if (problem !== undefined) throw new Error(problem.reason);
  const { matched, undecided } = evaluateRules(compileRules(rules), 'audit', document);
  return undecided.length === 1 ? undefined : matched.length === 1;
}

/** Titles of the rules that match, in the order in which they were loaded. */
export function titlesOf(
  rules: readonly Rule[],
  document: EventDocument,
  kind: EventKind = 'audit',
): readonly string[] {
  return evaluateRules(compileRules(rules), kind, document).matched.map(({ title }) => title);
}
