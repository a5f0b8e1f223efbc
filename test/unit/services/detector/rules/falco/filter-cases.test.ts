/** Falco's own cases of its condition language, read and evaluated. */
import { describe, expect, it } from 'vitest';
import {
  compileRules,
  evaluateRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import type {
  Check,
  Condition,
  Exists,
  ResolvedCondition,
} from '../../../../../../services/detector/rules/falco/ast.ts';
import type { ResolveField } from '../../../../../../services/detector/rules/falco/fields/field.ts';
import { lowerCondition } from '../../../../../../services/detector/rules/falco/lower.ts';
import { parseFilter } from '../../../../../../services/detector/rules/falco/parse.ts';
import { FILTER_CASES, type FilterCase, skip } from './cases.ts';
import { auditRule } from './rule.ts';

/** A text that is a number stands for one: the cases do not say which type a field has. */
const resolve =
  (fields: Readonly<Record<string, unknown>>): ResolveField =>
  ({ name }) => {
    const isNumber = /^-?\d+(?:\.\d+)?$/.test(String(fields[name]));
    return {
      ok: true,
      field: {
        field: { kind: 'path', paths: [['fields', name]] },
        ...{ isList: Array.isArray(fields[name]), type: isNumber ? 'number' : 'text' },
        needsAuditId: false,
      },
    };
  };

/** Fields of Falco's tests that say yes, or no, to whatever is asked. */
function mocked(leaf: Check | Exists, fields: Readonly<Record<string, unknown>>): Check | Exists {
  const name = leaf.subject.kind === 'field' ? leaf.subject.name : '';
  const answer = /^<any op -> (true|false)>$/.exec(String(fields[name]))?.[1];
  if (answer === undefined) return leaf;
  const subject = { kind: 'field', name: answer === 'true' ? name : 'absent', at: 0 } as const;
  return { kind: 'exists', subject, at: 0 };
}

function withMocks(
  condition: Condition,
  fields: Readonly<Record<string, unknown>>,
): ResolvedCondition {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return {
        ...condition,
        operands: condition.operands.map((operand) => withMocks(operand, fields)),
      };
    case 'not':
      return { ...condition, operand: withMocks(condition.operand, fields) };
    case 'macro':
      throw new Error(`a macro in a case: ${condition.name}`);
    default:
      return mocked(condition, fields);
  }
}

function evaluate({ fields = {}, filter }: FilterCase): boolean {
  const parsed = parseFilter(filter);
  if (!parsed.ok) throw new Error(parsed.problem.reason);
  const condition = withMocks(parsed.value, fields);
  const lowered = lowerCondition(condition, { resolve: resolve(fields), meaning: 'falco' });
  const set = compileRules([auditRule(lowered)]);
  return evaluateRules(set, 'audit', { fields }).matched.length === 1;
}

describe("Falco's cases of its condition language", () => {
  it('are there', (context) => {
    if (skip !== undefined) context.skip(skip);
    expect(FILTER_CASES.length).toBeGreaterThanOrEqual(376);
  });

  it('are read, or refused', () => {
    const wrong = FILTER_CASES.flatMap((one) => {
      const parsed = parseFilter(one.filter);
      const told = parsed.ok ? '' : parsed.problem.reason;
      const isAsExpected = parsed.ok === (one.expected !== 'parse_error');
      const isTold = one.error_message === undefined || told.includes(one.error_message);
      return isAsExpected && isTold ? [] : [{ ...one, told }];
    });
    expect(wrong).toEqual([]);
  });

  it('are evaluated', () => {
    const wrong = FILTER_CASES.filter(
      (one) => typeof one.expected === 'boolean' && evaluate(one) !== one.expected,
    );
    expect(wrong).toEqual([]);
  });
});
