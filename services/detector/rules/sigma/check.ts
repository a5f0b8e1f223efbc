/**
 * Owns: whether what a detection asks for is in the events of its log source.
 * Does not own: which names and values there are (routing.ts, domains.ts).
 */
import { nearestName } from '../../../../shared/domain/nearest.ts';
import type { Problem } from '../model.ts';
import { neverMatching } from './domains.ts';
import { type Detection, type Test, testsOf } from './model.ts';
import type { Route } from './routing.ts';

/** Names that no event has, and values that none has (a warning). */
export function problemsOf(
  { selections }: Detection,
  path: string,
  route: Route,
): readonly Problem[] {
  return Object.values(selections)
    .flatMap(testsOf)
    .flatMap((test) => {
      const unknown = fieldsOf(test).filter((name) => route.fieldOf(name) === undefined);
      const vain = route.isAudit ? neverMatching(test) : [];
      return [
        ...unknown.map((name) => ({
          ...{ kind: 'invalid' as const, path, ...test.at },
          reason: `no event has a field "${name}"`,
          remedy: guess(name, route),
        })),
        ...vain.map((about) => ({ kind: 'warning' as const, path, ...test.at, ...about })),
      ];
    });
}

function fieldsOf(test: Test): readonly string[] {
  if (test.kind === 'keywords') return [];
  return test.kind === 'field' ? [test.field, ...test.values] : [test.field];
}

function guess(name: string, { names }: Route): string {
  const nearest = nearestName(name.split('.')[0] ?? '', names);
  return nearest === undefined
    ? 'Use a field of the audit event or of ECS.'
    : `Did you mean "${nearest}"?`;
}
