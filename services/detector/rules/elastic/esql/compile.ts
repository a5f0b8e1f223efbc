/**
 * Owns: an ES|QL query to a condition on one event, and every reason why it is not one.
 * Does not own: rule files (../load.ts), evaluating conditions (../../engine).
 */
import type { Expression } from '../../expression.ts';
import type { Position } from '../../position.ts';

/** A fault of the query, with its place in it. */
export interface EsqlProblem extends Position {
  readonly kind: 'problem';
  readonly reason: string;
  readonly remedy: string;
  /** The query is right; it needs something that this engine does not have. */
  readonly unsupported?: boolean;
}

/** What became of a query: `state` needs more than one event; its condition is what one event can show. */
export type CompiledEsql =
  | { readonly kind: 'stream'; readonly condition: Expression }
  | { readonly kind: 'state'; readonly reason: string; readonly condition?: Expression }
  | EsqlProblem;

/** Never throws. */
export function compileEsql(query: string): CompiledEsql {
  const reason = `ES|QL is not read yet (${query.length} characters)`;
  return {
    kind: 'problem',
    line: 1,
    column: 1,
    reason,
    remedy: 'Leave it out.',
    unsupported: true,
  };
}
