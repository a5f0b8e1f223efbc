/**
 * Owns: a second, slow reading of the rules' meaning, to compare the compiled one with: straight
 * from the specification, on the raw document, without views, slots, index or folding tables.
 */
import { isInNetwork, readNetwork } from '../../../../../../shared/domain/ip.ts';
import { auditFieldPath } from '../../../../../../services/detector/rules/fields.ts';
import type { Comparison } from '../../../../../../services/detector/rules/expression.ts';
import type { Pattern } from '../../../../../../services/detector/rules/pattern.ts';
import type {
  Condition,
  Selection,
  SigmaRule,
  Test,
} from '../../../../../../services/detector/rules/sigma/model.ts';

export function naiveMatch(pattern: Pattern, characters: readonly string[]): boolean {
  const [part, ...rest] = pattern;
  if (part === undefined) return characters.length === 0;
  if (part.kind === 'any') {
    return characters.concat('').some((_, skip) => naiveMatch(rest, characters.slice(skip)));
  }
  if (part.kind === 'one') return characters.length > 0 && naiveMatch(rest, characters.slice(1));
  const text = [...part.text];
  const isSame = text.every((character, i) => character === characters[i]);
  return isSame && naiveMatch(rest, characters.slice(text.length));
}

export function naiveRule(rule: SigmaRule, document: unknown): boolean {
  return naiveCondition(rule.condition, rule, document);
}

function naiveCondition(condition: Condition, rule: SigmaRule, document: unknown): boolean {
  if (condition.kind === 'selection') {
    const selection = rule.selections[condition.name];
    return selection !== undefined && naiveSelection(selection, document);
  }
  if (condition.kind === 'not') return !naiveCondition(condition.operand, rule, document);
  const results = condition.operands.map((operand) => naiveCondition(operand, rule, document));
  return condition.kind === 'and' ? !results.includes(false) : results.includes(true);
}

function naiveSelection(selection: Selection, document: unknown): boolean {
  if (!('of' in selection)) return naiveTest(selection, document);
  const results = selection.of.map((part) => naiveSelection(part, document));
  return selection.kind === 'all' ? !results.includes(false) : results.includes(true);
}

/** Every place that the path leads to, through arrays. */
function places(node: unknown, path: readonly string[]): unknown[] {
  const [key, ...rest] = path;
  if (key === undefined) return [node];
  if (Array.isArray(node)) return node.flatMap((item) => places(item, path));
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return [];
  return places((node as Record<string, unknown>)[key], rest);
}

function flat(values: readonly unknown[]): unknown[] {
  return values.flatMap((value) => (Array.isArray(value) ? flat(value) : [value]));
}

function leaves(node: unknown): unknown[] {
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(leaves) : [node];
}

function text(value: unknown, cased: boolean): string | undefined {
  if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
  return cased ? String(value) : String(value).toLowerCase();
}

function naiveTest(test: Test, document: unknown): boolean {
  if (test.kind === 'keywords') {
    const audit = places(document, ['kubernetes', 'audit']);
    return quantified(test.quantifier, test.values, (value) =>
      fits(value, leaves(audit), test.cased),
    );
  }
  const found = places(document, auditFieldPath(test.field) ?? ['nowhere']);
  if (test.kind === 'exists') return found.length > 0 === test.expected;
  const values = flat(found);
  return positive(test, values) !== test.negated;
}

function positive(
  test: Exclude<Test, { kind: 'keywords' } | { kind: 'exists' }>,
  values: readonly unknown[],
): boolean {
  if (test.kind === 'equals') {
    return quantified(test.quantifier, test.values, (value) => {
      if (value === null) return values.length === 0 || values.some((item) => item === null);
      const isStar = value.length > 0 && value.every((part) => part.kind === 'any');
      return isStar ? values.some((item) => item !== null) : fits(value, values, test.cased);
    });
  }
  if (test.kind === 'cidr') {
    return quantified(test.quantifier, test.values, (value) => {
      const network = readNetwork(value);
      return values.some((item) => network !== undefined && isInNetwork(String(item), network));
    });
  }
  return quantified(test.quantifier, test.values, (bound) =>
    values
      .map(numberOf)
      .some((value) => value !== undefined && compares(value, test.operator, bound)),
  );
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const isText = typeof value === 'string' && value.trim() === value && value !== '';
  return isText && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

function compares(value: number, operator: Comparison, bound: number): boolean {
  if (value === bound) return operator === 'lte' || operator === 'gte';
  return value < bound ? operator.startsWith('l') : operator.startsWith('g');
}

function fits(pattern: Pattern, values: readonly unknown[], cased: boolean): boolean {
  const wanted = pattern.map((part) =>
    part.kind === 'text' && !cased ? { ...part, text: part.text.toLowerCase() } : part,
  );
  return values.some((value) => {
    const candidate = text(value, cased);
    return candidate !== undefined && naiveMatch(wanted, [...candidate]);
  });
}

function quantified<T>(
  quantifier: 'any' | 'all',
  values: readonly T[],
  test: (value: T) => boolean,
): boolean {
  return quantifier === 'all' ? values.every(test) : values.some(test);
}
