/**
 * Owns: macros: their conditions put where others name them. A macro is seen by conditions that come
 * after it, and by those that were changed after it (falco, rule_loader_compiler.cpp).
 */
import type { Position } from '../position.ts';
import type { Check, Condition, Exists, MacroRef, ResolvedCondition } from './ast.ts';
import { PlacedError } from './placed-error.ts';

export interface Macro {
  readonly name: string;
  /** With its problem told already, where it has none. */
  readonly condition: Condition | undefined;
  /** When it was defined first. */
  readonly index: number;
  /** When it was last changed: it sees what was defined before. */
  readonly visibility: number;
}

/** Macros in macros grow fast; beyond this a condition is no rule that anybody wrote. */
const MAX_NODES = 200_000;
/** Macros in macros that were not met before. */
const MAX_NESTING = 200;
/** Of the whole tree, far below what the stack takes. */
const MAX_DEPTH = 1000;

interface Sized {
  readonly condition: ResolvedCondition;
  readonly nodes: number;
  readonly depth: number;
}

/** @returns resolves a condition; throws PlacedError */
export function createMacros(
  macros: ReadonlyMap<string, Macro>,
  onUse: (name: string) => void,
): (condition: Condition, visibility: number) => ResolvedCondition {
  const known = new Map<string, Sized>();
  const open = new Set<string>();

  function resolveRef({ name, place }: MacroRef, visibility: number): Sized {
    const macro = macros.get(name);
    if (macro === undefined || macro.index >= visibility) {
      throw new PlacedError(`Undefined macro '${name}' used in filter.`, place);
    }
    onUse(name);
    const resolved = known.get(name) ?? resolveMacro(macro, place);
    known.set(name, resolved);
    return resolved;
  }

  function resolveMacro({ condition, name, visibility }: Macro, place?: Position): Sized {
    if (open.size >= MAX_NESTING) throw new PlacedError('macros are nested too deep', place);
    if (open.has(name)) throw new PlacedError(`reference loop in macro '${name}'`, place);
    if (condition === undefined) throw new PlacedError(`macro '${name}' has an error`, place);
    open.add(name);
    try {
      return resolve(condition, visibility);
    } finally {
      open.delete(name);
    }
  }

  function resolve(condition: Condition, visibility: number): Sized {
    switch (condition.kind) {
      case 'macro':
        return resolveRef(condition, visibility);
      case 'not': {
        const operand = resolve(condition.operand, visibility);
        return sized({ ...condition, operand: operand.condition }, [operand]);
      }
      case 'and':
      case 'or': {
        const operands = condition.operands.map((operand) => resolve(operand, visibility));
        const conditions = operands.map((operand) => operand.condition);
        return sized({ ...condition, operands: conditions }, operands);
      }
      default:
        return { condition, nodes: 1, depth: 1 };
    }
  }
  return (condition, visibility) => resolve(condition, visibility).condition;
}

function sized(condition: ResolvedCondition, operands: readonly Sized[]): Sized {
  const nodes = operands.reduce((sum, operand) => sum + operand.nodes, 1);
  const depth = operands.reduce((most, operand) => Math.max(most, operand.depth), 0) + 1;
  const { place } = condition;
  if (depth > MAX_DEPTH) throw new PlacedError(`exceeded max depth limit of ${MAX_DEPTH}`, place);
  if (nodes > MAX_NODES) throw new PlacedError(`more than ${MAX_NODES} checks in a rule`, place);
  return { condition, nodes, depth };
}

/** Every check of a condition, in the order in which they are written. */
export function checksOf(condition: ResolvedCondition): readonly (Check | Exists)[] {
  if (condition.kind === 'not') return checksOf(condition.operand);
  if (condition.kind === 'check' || condition.kind === 'exists') return [condition];
  return condition.operands.flatMap(checksOf);
}
