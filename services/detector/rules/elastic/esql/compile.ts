/**
 * Owns: an ES|QL query to a condition on one event, and every reason why it is not one.
 * Does not own: rule files (../load.ts), evaluating conditions (../../engine).
 */
import type { Expression } from '../../expression.ts';
import type { Position } from '../../position.ts';
import type { Query } from './ast.ts';
import { QueryFault } from '../fault.ts';
import { lowerConditions } from './lower.ts';
import { parseQuery } from './parse.ts';
import { planQuery, stateOf } from './pipeline.ts';

/** A fault of the query, with its place in it. */
interface EsqlProblem extends Position {
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

/** Never throws, whatever the text. Same query, same result. */
export function compileEsql(source: string): CompiledEsql {
  try {
    return compileQuery(parseQuery(source), source);
  } catch (error) {
    if (!(error instanceof QueryFault)) throw error;
    const { kind, offset, reason, remedy } = error.fault;
    const problem = { kind: 'problem', ...positionOf(source, offset), reason, remedy } as const;
    return kind === 'unsupported' ? { ...problem, unsupported: true } : problem;
  }
}

/** What counts over events is listed as such, even where a part before the count is not supported. */
function compileQuery(query: Query, source: string): CompiledEsql {
  try {
    const { conditions, state } = planQuery(query, source);
    const condition = lowerConditions(conditions);
    return state === undefined
      ? { kind: 'stream', condition }
      : { kind: 'state', reason: state, condition };
  } catch (error) {
    const state = query.commands.flatMap((command) => stateOf(command) ?? [])[0];
    const isUnsupported = error instanceof QueryFault && error.fault.kind === 'unsupported';
    if (!isUnsupported || state === undefined) throw error;
    return { kind: 'state', reason: `${state}; ${error.message}` };
  }
}

/** Line and column of an offset; lines end with LF. */
function positionOf(source: string, offset: number): Position {
  const lines = source.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
