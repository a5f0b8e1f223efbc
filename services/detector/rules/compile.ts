/**
 * Owns: a parsed rule to a predicate over one event, and the keys by which match.ts finds the rule.
 * Does not own: parsing (parse.ts), choosing which rules to try (match.ts).
 */
import { isInNetwork, readNetwork } from '../../../shared/domain/ip.ts';
import { AUDIT_ROOT, auditFieldPath, type FieldPath, isForAudit } from './fields.ts';
import { testsOf } from './model.ts';
import type {
  CidrTest,
  CompareTest,
  Comparison,
  Condition,
  EqualsTest,
  KeywordTest,
  Quantifier,
  Rule,
  Selection,
} from './model.ts';
import { compilePattern, exactText, foldCase, isAnything } from './pattern.ts';
import type { EventView, Field, FieldValues } from './view.ts';

export type Predicate = (view: EventView) => boolean;

/** "The field has this text", folded. */
interface Key {
  readonly field: Field;
  readonly text: string;
}

interface Compiled {
  readonly test: Predicate;
  /** Where the predicate is true at least one of these holds; undefined: nothing is known. */
  readonly keys: readonly Key[] | undefined;
}

/** Gives every path one slot, so that rules share what a view has read. */
interface FieldTable {
  readonly field: (path: FieldPath) => Field;
  readonly size: () => number;
}

export function createFieldTable(): FieldTable {
  const fields = new Map<string, Field>();
  return {
    field: (path) => {
      const name = JSON.stringify(path);
      const field = fields.get(name) ?? { slot: fields.size, path };
      fields.set(name, field);
      return field;
    },
    size: () => fields.size,
  };
}

/**
 * Where the rule's field lies. A rule for audit events is resolved by fields.ts; one for any other
 * log source names the document's own keys. Undefined for a name that can not occur.
 */
function fieldPathOf(rule: Rule, name: string): FieldPath | undefined {
  return isForAudit(rule.logsource) ? auditFieldPath(name) : name.split('.');
}

/** Requires that every field of the rule has a path (load.ts reports those that have none). */
export function compileRule(rule: Rule, table: FieldTable): Compiled {
  const root = isForAudit(rule.logsource) ? AUDIT_ROOT : [];
  const fieldOf = (name: string): Field => table.field(fieldPathOf(rule, name) ?? [name]);
  const selections = new Map(
    Object.entries(rule.selections).map(([name, selection]) => [
      name,
      compileSelection(selection, fieldOf, root),
    ]),
  );
  return compileCondition(rule.condition, selections);
}

/** The fields of a rule without a path, with the tests that name them. */
export function unknownFields(rule: Rule) {
  return Object.values(rule.selections)
    .flatMap(testsOf)
    .filter((test) => test.kind !== 'keywords')
    .filter((test) => fieldPathOf(rule, test.field) === undefined);
}

function compileCondition(
  condition: Condition,
  selections: ReadonlyMap<string, Compiled>,
): Compiled {
  if (condition.kind === 'selection') {
    const selection = selections.get(condition.name);
    if (selection === undefined) throw new Error(`no selection ${condition.name}`);
    return selection;
  }
  if (condition.kind === 'not') {
    const { test } = compileCondition(condition.operand, selections);
    return { test: (view) => !test(view), keys: undefined };
  }
  const operands = condition.operands.map((operand) => compileCondition(operand, selections));
  return condition.kind === 'and' ? allOf(operands) : anyOf(operands);
}

function compileSelection(
  selection: Selection,
  fieldOf: (name: string) => Field,
  root: FieldPath,
): Compiled {
  if ('of' in selection) {
    const parts = selection.of.map((part) => compileSelection(part, fieldOf, root));
    return selection.kind === 'all' ? allOf(parts) : anyOf(parts);
  }
  if (selection.kind === 'keywords') return { test: keywords(selection, root), keys: undefined };
  const field = fieldOf(selection.field);
  if (selection.kind === 'exists') {
    const { expected } = selection;
    return { test: (view) => view.values(field).isPresent === expected, keys: undefined };
  }
  const plain = valueTest(selection);
  if (selection.negated) return { test: (view) => !plain(view.values(field)), keys: undefined };
  const test: Predicate = (view) => plain(view.values(field));
  return { test, keys: selection.kind === 'equals' ? keysOf(selection, field) : undefined };
}

function allOf(parts: readonly Compiled[]): Compiled {
  const tests = parts.map((part) => part.test);
  const known = parts.flatMap((part) => (part.keys === undefined ? [] : [part.keys]));
  const keys = known.reduce<readonly Key[] | undefined>(
    (best, next) => (best === undefined || costOf(next) < costOf(best) ? next : best),
    undefined,
  );
  return { test: (view) => tests.every((test) => test(view)), keys };
}

function anyOf(parts: readonly Compiled[]): Compiled {
  const tests = parts.map((part) => part.test);
  const isKnown = parts.every((part) => part.keys !== undefined);
  const keys = isKnown ? parts.flatMap((part) => part.keys ?? []) : undefined;
  return { test: (view) => tests.some((test) => test(view)), keys };
}

/** Texts that are rare among audit events make the better keys; anything not listed costs 4. */
const COSTS: Readonly<Record<string, number>> = {
  'kubernetes.audit.objectRef.subresource': 1,
  'kubernetes.audit.objectRef.name': 2,
  'kubernetes.audit.objectRef.resource': 3,
  'kubernetes.audit.responseStatus.code': 6,
  'kubernetes.audit.verb': 12,
  'kubernetes.audit.annotations.authorization_k8s_io/decision': 50,
  'kubernetes.audit.level': 50,
  'kubernetes.audit.stage': 50,
};
const DEFAULT_COST = 4;
/** Nearly every answered request has one of these. */
const COMMON_CODES: ReadonlySet<string> = new Set(['200', '201']);
const COMMON_COST = 50;

function costOf(keys: readonly Key[]): number {
  const costs = keys.map(({ field, text }) => {
    const isCommon = COMMON_CODES.has(text);
    return isCommon ? COMMON_COST : (COSTS[field.path.join('.')] ?? DEFAULT_COST);
  });
  return costs.reduce((sum, cost) => sum + cost, 0);
}

function keysOf(test: EqualsTest, field: Field): readonly Key[] | undefined {
  const texts = test.values.map((value) => (value === null ? undefined : exactText(value)));
  const known = texts.filter((text) => text !== undefined);
  if (test.quantifier === 'any' && known.length < texts.length) return undefined;
  const needed = test.quantifier === 'any' ? known : known.slice(0, 1);
  return needed.length === 0 ? undefined : needed.map((text) => ({ field, text: foldCase(text) }));
}

type ValuePredicate = (values: FieldValues) => boolean;

function valueTest(test: EqualsTest | CompareTest | CidrTest): ValuePredicate {
  if (test.kind === 'equals') return equals(test);
  if (test.kind === 'compare') {
    const compare = COMPARE[test.operator];
    const bounds = test.values.map(
      (bound): ValuePredicate =>
        (values) =>
          values.texts.some((text) => isNumber(text) && compare(Number(text), bound)),
    );
    return quantified(test.quantifier, bounds);
  }
  const networks = test.values.map((text): ValuePredicate => {
    const network = readNetwork(text);
    if (network === undefined) throw new Error(`no network ${text}`);
    return (values) => values.texts.some((address) => isInNetwork(address, network));
  });
  return quantified(test.quantifier, networks);
}

function equals(test: EqualsTest): ValuePredicate {
  const texts = test.values.map((value) => (value === null ? undefined : exactText(value)));
  const exact = texts.filter((text) => text !== undefined);
  if (exact.length === texts.length && test.quantifier === 'any') {
    const set = new Set(test.cased ? exact : exact.map(foldCase));
    return (values) => textsFor(values, test.cased).some((text) => set.has(text));
  }
  const each = test.values.map((value): ValuePredicate => {
    if (value === null) {
      return (values) => values.items.length === 0 || values.items.includes(null);
    }
    if (isAnything(value)) return (values) => values.items.some((item) => item !== null);
    const matches = compilePattern(value, test.cased);
    return (values) => textsFor(values, test.cased).some(matches);
  });
  return quantified(test.quantifier, each);
}

function keywords(test: KeywordTest, root: FieldPath): Predicate {
  const each = test.values.map((value): ValuePredicate => {
    const matches = compilePattern(value, test.cased);
    return (values) => textsFor(values, test.cased).some(matches);
  });
  const all = quantified(test.quantifier, each);
  return (view) => all(view.words(root));
}

function quantified(quantifier: Quantifier, tests: readonly ValuePredicate[]): ValuePredicate {
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return quantifier === 'all'
    ? (values) => tests.every((test) => test(values))
    : (values) => tests.some((test) => test(values));
}

function textsFor(values: FieldValues, cased: boolean): readonly string[] {
  return cased ? values.texts : values.folded();
}

const COMPARE: Readonly<Record<Comparison, (value: number, bound: number) => boolean>> = {
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
};

/** Decimal numbers only: Number() would take '', ' 1 ' and '0x10', too. */
function isNumber(text: string): boolean {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text);
}
