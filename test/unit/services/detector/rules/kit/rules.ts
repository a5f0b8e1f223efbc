/**
 * Owns: rules for tests of the kit: Sigma files as text, and rules made of expressions.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type {
  Expression,
  Predicate,
  Test,
} from '../../../../../../services/detector/rules/expression.ts';
import { auditFieldPath, fieldAt } from '../../../../../../services/detector/rules/fields.ts';
import { loadRules } from '../../../../../../services/detector/rules/load.ts';
import { fieldTypes } from '../../../../../../shared/adapters/elasticsearch/field-types.ts';
import { readTemplates } from '../../../../../../shared/adapters/elasticsearch/templates.ts';
import { packageRoot } from '../../../../../../shared/config/package-root.ts';
import type { Rule, RuleFile } from '../../../../../../services/detector/rules/model.ts';

export const FIELDS = fieldTypes(readTemplates(`${packageRoot()}/infra/elastic`));

/** A rule with all that lint asks for; `selection` is the body of its detection, indented by 8. */
export function sigma(selection: string, more = ''): string {
  return `title: A Rule
id: 6ee2e7f4-0402-4396-aa3e-5306067b3ec6
description: What it sees
tags: [attack.t1609]
falsepositives: [None]
level: high
logsource: {product: kubernetes, service: audit}
detection:
    selection:
${selection.replace(/^/gm, '        ')}
    condition: selection
${more}`;
}

export function load(...texts: readonly string[]) {
  const files = texts.map((text, i) => ({ path: `rule-${i}.yml`, text }));
  return loadRules(files);
}

export function is(name: string, ...texts: readonly string[]): Predicate {
  return some(name, { kind: 'equals', texts, cased: false }, `is ${texts.join(' or ')}`);
}

export function some(name: string, test: Test, text: string = test.kind): Predicate {
  return {
    kind: 'predicate',
    field: fieldAt(auditFieldPath(name) ?? []),
    question: { kind: 'some', test },
    text: `${name} ${text}`,
  };
}

export function and(...operands: readonly Expression[]): Expression {
  return { kind: 'and', operands };
}

export function or(...operands: readonly Expression[]): Expression {
  return { kind: 'or', operands };
}

export function not(operand: Expression): Expression {
  return { kind: 'not', operand };
}

export function ruleOf(condition: Expression, more: Partial<Rule> = {}): Rule {
  return {
    ...{ id: 'id', title: 'Title', ruleset: 'sigma', language: 'sigma', path: 'rule.yml' },
    ...{ at: { line: 1, column: 1 }, level: 'high', kinds: ['audit'], description: 'What it sees' },
    ...{ references: [], tags: ['attack.t1609'], falsePositives: ['None'], condition },
    ...more,
  };
}

/** The bundled rule files by their place on disk. */
export function bundledRuleFiles(): readonly RuleFile[] {
  const folder = `${packageRoot()}/services/detector/bundled-rules`;
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `${folder}/${basename(name)}`)
    .map((path) => ({ path, text: readFileSync(path, 'utf8'), ruleset: 'bundled' }));
}
