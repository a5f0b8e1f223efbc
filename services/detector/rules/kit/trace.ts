/**
 * Owns: what each part of a condition says of an event, and which values it saw.
 * Does not own: evaluating: each part is asked of the engine as a rule of its own.
 */
import { compileRules, evaluateRules } from '../engine/rule-set.ts';
import type { EventDocument, Expression, Field, FieldPath, Predicate } from '../expression.ts';
import { isMissing, type Part, partOf } from '../fields.ts';
import type { EventKind, Rule } from '../model.ts';
import { switchedOn } from './switched-on.ts';

export interface TraceNode {
  readonly kind: 'and' | 'or' | 'not' | 'always' | 'never' | 'predicate';
  /** A predicate's own words. */
  readonly text?: string;
  /** Undefined: it can't be told. Absent: no event was looked at. */
  readonly truth?: boolean | undefined;
  /** What the event has in the predicate's field; a few of many. */
  readonly values?: readonly unknown[];
  /** Parts of the event that were not recorded, and that the predicate is about. */
  readonly missing?: readonly Part[];
  /** Its truth is why the whole has its own. */
  readonly isDecisive?: true;
  readonly operands: readonly TraceNode[];
}

/** More values than these tell a person nothing. */
const MAX_VALUES = 10;

/** The condition as a tree, without an event. */
export function outline(expression: Expression): TraceNode {
  return build(expression, () => ({}));
}

export type Trace = (kind: EventKind, document: EventDocument) => TraceNode;

/** Every part is looked at, whether it still matters or not. */
export function createTrace(rule: Rule): Trace {
  const on = switchedOn(rule);
  const parts = partsOf(rule.condition, false);
  const set = compileRules(parts.map(({ condition }, i) => ({ ...on, id: String(i), condition })));
  return (kind, document) => {
    const { matched, undecided } = evaluateRules(set, kind, document);
    const [isTrue, isUnknown] = [idsOf(matched), idsOf(undecided)];
    const facts = new Map(
      parts.map(({ expression }, i) => {
        const truth = isUnknown.has(String(i)) ? undefined : isTrue.has(String(i));
        const seen = expression.kind === 'predicate' ? seenBy(expression, document, truth) : {};
        return [expression, { truth, ...seen }] as const;
      }),
    );
    return decisive(build(rule.condition, (part) => facts.get(part) ?? {}));
  };
}

/** Marks the predicates, and only them, that give the node its truth. */
function decisive(node: TraceNode): TraceNode {
  if (node.operands.length === 0) return { ...node, isDecisive: true };
  const operands = node.operands.map((operand) =>
    node.kind === 'not' || operand.truth === node.truth ? decisive(operand) : operand,
  );
  return { ...node, operands };
}

function idsOf(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(rules.map(({ id }) => id));
}

interface PartOfRule {
  readonly expression: Expression;
  /** With what stands around it and changes its meaning. */
  readonly condition: Expression;
}

function partsOf(expression: Expression, asRecorded: boolean): readonly PartOfRule[] {
  const condition: Expression = asRecorded
    ? { kind: 'as-recorded', operand: expression }
    : expression;
  const own = { expression, condition };
  switch (expression.kind) {
    case 'as-recorded':
      return [own, ...partsOf(expression.operand, true)];
    case 'not':
      return [own, ...partsOf(expression.operand, asRecorded)];
    case 'and':
    case 'or':
      return [own, ...expression.operands.flatMap((operand) => partsOf(operand, asRecorded))];
    default:
      return [own];
  }
}

type Seen = Pick<TraceNode, 'truth' | 'values' | 'missing'>;

function build(expression: Expression, seen: (part: Expression) => Seen): TraceNode {
  switch (expression.kind) {
    case 'as-recorded':
      return build(expression.operand, seen);
    case 'predicate':
      return { kind: 'predicate', text: expression.text, ...seen(expression), operands: [] };
    case 'not':
      return { kind: 'not', ...seen(expression), operands: [build(expression.operand, seen)] };
    case 'and':
    case 'or': {
      const operands = expression.operands.map((operand) => build(operand, seen));
      return { kind: expression.kind, ...seen(expression), operands };
    }
    default:
      return { kind: expression.kind, ...seen(expression), operands: [] };
  }
}

function seenBy({ field }: Predicate, document: EventDocument, truth: boolean | undefined): Seen {
  const values = valuesOf(field, document).slice(0, MAX_VALUES);
  const paths = field.kind === 'path' ? field.paths : field.kind === 'computed' ? field.from : [];
  const parts = truth === undefined ? paths.flatMap((path) => partOf(path) ?? []) : [];
  const missing = [...new Set(parts)].filter((part) => isMissing(document, part));
  return { values, ...(missing.length > 0 && { missing }) };
}

function valuesOf(field: Field, document: EventDocument): readonly unknown[] {
  if (field.kind === 'computed') return field.read(document) ?? [];
  // All texts of an event are too many to show.
  if (field.kind === 'words') return [];
  for (const path of field.paths) {
    const values = valuesAt(document, path);
    if (values.length > 0) return values;
  }
  return [];
}

function valuesAt(document: EventDocument, path: FieldPath): readonly unknown[] {
  let nodes: readonly unknown[] = [document];
  for (const key of path) {
    nodes = nodes.flat().flatMap((node) => {
      const isObject = typeof node === 'object' && node !== null && Object.hasOwn(node, key);
      return isObject ? [(node as EventDocument)[key]] : [];
    });
  }
  return nodes.flat();
}
