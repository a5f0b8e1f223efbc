/**
 * Owns: the check of exceptions: whether they still hold, and for rules that there are.
 */
import { nearestName } from '../../../../shared/domain/nearest.ts';
import type { Rule } from '../model.ts';
import type { LintFinding } from './finding.ts';

/** As services/detector/exceptions.ts reads them. */
export interface CheckedException {
  /** Ids and titles. */
  readonly rules: readonly string[];
  /** The last day on which it holds, as 2027-03-31. */
  readonly expires: string;
  readonly path: string;
  readonly line: number;
}

/** `today` as 2027-03-31. */
export function checkExceptions(
  exceptions: readonly CheckedException[],
  rules: readonly Rule[],
  today: string,
): readonly LintFinding[] {
  const names = new Set(rules.flatMap(({ id, title }) => [id, title]));
  return exceptions.flatMap((exception) => [
    ...(exception.expires < today ? [expired(exception)] : []),
    ...exception.rules
      .filter((name) => !names.has(name))
      .map((name) => unknownRule(exception, name, names)),
  ]);
}

function finding({ line, path }: CheckedException, reason: string, remedy: string): LintFinding {
  return { severity: 'warning', check: 'exception', path, line, column: 1, reason, remedy };
}

function expired(exception: CheckedException): LintFinding {
  const reason = `the exception ended on ${exception.expires}`;
  return finding(
    exception,
    reason,
    'Take it out, or give it a new day after a look at its reason.',
  );
}

function unknownRule(
  exception: CheckedException,
  name: string,
  names: Iterable<string>,
): LintFinding {
  const guess = nearestName(name, names);
  const remedy = guess === undefined ? 'Name it by id or title.' : `Did you mean "${guess}"?`;
  return finding(exception, `there is no rule "${name}"`, remedy);
}
