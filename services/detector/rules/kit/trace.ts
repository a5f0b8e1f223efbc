/**
 * Owns: a condition as a tree for people: its parts, what each says of an event, what it saw, and
 * which of them decided.
 * Does not own: evaluating (engine/trace.ts).
 */
import { type Trace, trace } from '../engine/trace.ts';
import type { EventDocument, Expression, Predicate } from '../expression.ts';
import { isMissing, type Part, partOf } from '../fields.ts';

export interface TraceNode {
  readonly kind: 'and' | 'or' | 'not' | 'always' | 'never' | 'predicate';
  /** A predicate's own words. */
  readonly text?: string;
  /** Undefined: it can't be told. Absent: no event was looked at. */
  readonly truth?: boolean | undefined;
  /** What the event has in the predicate's field, as JSON; a few of many. */
  readonly values?: readonly string[];
  /** Parts of the event that were not recorded, and that the predicate is about. */
  readonly missing?: readonly Part[];
  /** Its truth is why the whole has its own. */
  readonly isDecisive?: true;
  readonly operands: readonly TraceNode[];
}

/** The condition as a tree, without an event. */
export function outline(expression: Expression): TraceNode {
  if (expression.kind === 'as-recorded') return outline(expression.operand);
  const operands = operandsOf(expression).map(outline);
  const { kind } = expression;
  return { kind, ...(kind === 'predicate' && { text: expression.text }), operands };
}

/** Every part is looked at, whether it still matters or not. */
export function traceTree(expression: Expression, document: EventDocument): TraceNode {
  return decisive(join(expression, trace(expression, document), document));
}

function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.operands;
    case 'not':
    case 'as-recorded':
      return [expression.operand];
    default:
      return [];
  }
}

/** The trace mirrors the expression. */
function join(expression: Expression, traced: Trace, document: EventDocument): TraceNode {
  const parts = operandsOf(expression);
  const operands = traced.operands.flatMap((operand, i) => {
    const part = parts[i];
    return part === undefined ? [] : [join(part, operand, document)];
  });
  const [only] = operands;
  if (expression.kind === 'as-recorded' && only !== undefined) return only;
  const { text, truth, values } = traced;
  const kind = expression.kind === 'as-recorded' ? 'never' : expression.kind;
  const isUnknown = expression.kind === 'predicate' && truth === undefined;
  return {
    ...{ kind, truth, operands },
    ...(text !== undefined && { text }),
    ...(values !== undefined && { values }),
    ...(isUnknown && { missing: missingFor(expression, document) }),
  };
}

function missingFor({ field }: Predicate, document: EventDocument): readonly Part[] {
  const paths = field.kind === 'path' ? field.paths : field.kind === 'computed' ? field.from : [];
  const parts = new Set(paths.flatMap((path) => partOf(path) ?? []));
  return [...parts].filter((part) => isMissing(document, part));
}

/** Marks the predicates, and only them, that give the node its truth. */
function decisive(node: TraceNode): TraceNode {
  if (node.operands.length === 0) return { ...node, isDecisive: true };
  const operands = node.operands.map((operand) =>
    node.kind === 'not' || operand.truth === node.truth ? decisive(operand) : operand,
  );
  return { ...node, operands };
}
