/**
 * Owns: the modifiers of Sigma v2.1.0: which there are, which this engine has, which go together.
 * Does not own: applying them to values (selection.ts).
 */
import type { Comparison } from '../expression.ts';
import { nearestName } from '../../../../shared/domain/nearest.ts';

const COMPARISONS: ReadonlySet<string> = new Set(['lt', 'lte', 'gt', 'gte']);
const OPENINGS: ReadonlySet<string> = new Set(['contains', 'startswith', 'endswith']);
const SUPPORTED: ReadonlySet<string> = new Set([
  ...OPENINGS,
  ...COMPARISONS,
  'all',
  'cased',
  'cidr',
  'exists',
  'neq',
]);
const UNSUPPORTED: ReadonlySet<string> = new Set([
  ...['re', 'i', 'm', 's', 'windash', 'base64', 'base64offset', 'utf16le', 'utf16be', 'utf16'],
  ...['wide', 'expand', 'fieldref', 'minute', 'hour', 'day', 'week', 'month', 'year'],
]);

export interface Modifiers {
  readonly kind: 'equals' | 'exists' | 'cidr' | Comparison;
  readonly open: { readonly start: boolean; readonly end: boolean };
  readonly all: boolean;
  readonly cased: boolean;
  readonly negated: boolean;
}
interface ModifierProblem {
  readonly kind: 'invalid' | 'unsupported';
  readonly reason: string;
  readonly remedy: string;
}

/** @param names what follows the field name, `field|name|name` */
export function readModifiers(names: readonly string[]): Modifiers | ModifierProblem {
  for (const name of names) {
    const problem = problemWith(name);
    if (problem !== undefined) return problem;
  }
  const has = (name: string): boolean => names.includes(name);
  const typed = names.filter(
    (name) => COMPARISONS.has(name) || name === 'cidr' || name === 'exists',
  );
  const [type] = typed;
  const clash = type === undefined ? undefined : names.find((name) => isClash(type, name));
  if (typed.length > 1 || clash !== undefined) {
    return {
      kind: 'invalid',
      reason: `the modifiers ${names.join(', ')} do not go together`,
      remedy: `Use ${type ?? 'one of them'} alone; negate in the condition.`,
    };
  }
  return {
    kind: (type as Modifiers['kind'] | undefined) ?? 'equals',
    open: { start: has('contains') || has('endswith'), end: has('contains') || has('startswith') },
    all: has('all'),
    cased: has('cased'),
    negated: has('neq'),
  };
}

function isClash(type: string, other: string): boolean {
  if (other === type) return false;
  if (type === 'exists') return true;
  return OPENINGS.has(other) || other === 'cased';
}

function problemWith(name: string): ModifierProblem | undefined {
  if (SUPPORTED.has(name)) return undefined;
  if (UNSUPPORTED.has(name)) {
    return {
      kind: 'unsupported',
      reason: `the rule needs the modifier "${name}", which is not supported yet`,
      remedy: 'Rewrite the test with contains, startswith, endswith or wildcards.',
    };
  }
  const guess = nearestName(name, [...SUPPORTED, ...UNSUPPORTED]);
  return {
    kind: 'invalid',
    reason: `Sigma has no modifier "${name}"`,
    remedy: guess === undefined ? 'Take it out.' : `Did you mean "${guess}"?`,
  };
}
