/** Owns: a KQL query to a condition, or to its fault. */
import type { Expression } from '../../expression.ts';
import type { Position } from '../../position.ts';
import { type Attempt, attempt } from '../fault.ts';
import { lowerKql } from './lower.ts';
import { parseKql } from './parse.ts';

/**
 * Never throws.
 * @param place where a character of the query (from 0) stands in the rule file
 */
export function compileKql(
  source: string,
  place: (offset: number) => Position,
): Attempt<Expression> {
  return attempt(() => lowerKql(parseKql(source), place));
}
