/**
 * Owns: that fields of the k8saudit plugin are absent where an event has no auditID (extract.go), for
 * those that the engine reads by their path.
 */
import type { Expression, Predicate } from '../expression.ts';
import type { Tree } from './ast.ts';
import { AUDIT_ID } from './fields/field.ts';

interface GuardedLeaf {
  readonly kind: 'leaf';
  readonly expression: Expression;
  readonly needsAuditId: boolean;
}
export type GuardedTree = Tree<GuardedLeaf>;

const HAS_AUDIT_ID: Predicate = {
  kind: 'predicate',
  field: { kind: 'path', paths: [AUDIT_ID] },
  question: { kind: 'filled' },
  text: 'ka.auditid exists',
};

/**
 * Asks for the auditID once, where nothing can be true without it, which is nearly always at the top;
 * elsewhere with each leaf that needs it.
 */
export function withGuards(tree: GuardedTree): Expression {
  const needing = new Set<GuardedTree>();
  markNeeding(tree, needing);
  return assemble(tree, needing, false);
}

/** Marks what is false without the auditID. */
function markNeeding(tree: GuardedTree, needing: Set<GuardedTree>): void {
  if (tree.kind === 'leaf') {
    if (tree.needsAuditId) needing.add(tree);
    return;
  }
  const operands = tree.kind === 'not' ? [tree.operand] : tree.operands;
  for (const operand of operands) markNeeding(operand, needing);
  const needs = (operand: GuardedTree): boolean => needing.has(operand);
  if (tree.kind === 'and' && operands.some(needs)) needing.add(tree);
  if (tree.kind === 'or' && operands.every(needs)) needing.add(tree);
}

function assemble(
  tree: GuardedTree,
  needing: ReadonlySet<GuardedTree>,
  isGuarded: boolean,
): Expression {
  if (!isGuarded && needing.has(tree)) {
    const inner = assemble(tree, needing, true);
    const operands = inner.kind === 'and' ? inner.operands : [inner];
    return { kind: 'and', operands: [HAS_AUDIT_ID, ...operands] };
  }
  if (tree.kind === 'leaf') return tree.expression;
  if (tree.kind === 'not') {
    return { kind: 'not', operand: assemble(tree.operand, needing, isGuarded) };
  }
  const operands = tree.operands.map((operand) => assemble(operand, needing, isGuarded));
  return { kind: tree.kind, operands };
}
