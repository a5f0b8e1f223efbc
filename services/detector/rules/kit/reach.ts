/**
 * Owns: what must hold of an event for a condition to be true, and that nothing can: contradictions
 * between its predicates, and with what every audit event is like.
 * Does not own: saying so (lint-reach.ts), the words of audit events (vocabulary.ts).
 *
 * Sound, not complete: what is called impossible is so; much that is impossible is not seen, such as
 * two regular expressions that exclude each other.
 */
import type { Expression } from '../expression.ts';
import { type Dead, type Facts, joinFacts, NO_FACTS } from './facts.ts';
import { assume } from './assume.ts';
import { placeOf } from './finding.ts';

export type Reach = Facts | Dead;

export function isDead(reach: Reach): reach is Dead {
  return 'dead' in reach;
}

/** An alternative of an `or` that can't be true beside the rest, while another can. */
export interface DeadPart extends Dead {
  readonly part: Expression;
}

interface Task {
  /** Whether the condition is to be true, or false. */
  readonly wanted: boolean;
  /** Receives the dead alternatives on the way. */
  readonly parts: DeadPart[];
}

/** What is known of every event for which the condition has the wanted truth, beside `facts`. */
export function reachOf(
  expression: Expression,
  wanted = true,
  facts: Facts = NO_FACTS,
): { readonly reach: Reach; readonly deadParts: readonly DeadPart[] } {
  const parts: DeadPart[] = [];
  const reach = narrow(expression, facts, { wanted, parts });
  return { reach, deadParts: isDead(reach) ? [] : parts };
}

function narrow(expression: Expression, facts: Facts, task: Task): Reach {
  switch (expression.kind) {
    case 'always':
    case 'never':
      return (expression.kind === 'always') === task.wanted
        ? facts
        : { dead: 'a part of it is never true' };
    case 'predicate':
      return assume(expression, task.wanted, facts);
    case 'as-recorded':
      return narrow(expression.operand, facts, task);
    case 'not':
      return narrow(expression.operand, facts, { ...task, wanted: !task.wanted });
    default:
      return (expression.kind === 'and') === task.wanted
        ? allOf(expression.operands, facts, task)
        : oneOf(expression.operands, facts, task);
  }
}

/** What leaves no choice comes first, so that alternatives are judged beside all of it. */
function allOf(operands: readonly Expression[], facts: Facts, task: Task): Reach {
  const isChoice = (operand: Expression) => operand.kind !== 'predicate';
  let known = facts;
  for (const operand of [...operands.filter((o) => !isChoice(o)), ...operands.filter(isChoice)]) {
    const reach = narrow(operand, known, task);
    if (isDead(reach)) return reach;
    known = reach;
  }
  return known;
}

function oneOf(operands: readonly Expression[], facts: Facts, task: Task): Reach {
  const live: Facts[] = [];
  const dead: DeadPart[] = [];
  for (const part of operands) {
    const reach = narrow(part, facts, task);
    if (isDead(reach)) dead.push({ ...reach, part, at: reach.at ?? placeOf(part) });
    else live.push(reach);
  }
  const [first] = live;
  if (first === undefined) return dead[0] ?? { dead: 'it has a list without an item' };
  // What can't be false in a negation is no alternative that anybody wrote.
  if (task.wanted) task.parts.push(...dead);
  return live.length === 1 ? first : joinFacts(facts, live);
}

/** The values that a field of a matching event may have; undefined: any, or none. */
export function valuesOf(facts: Facts, field: string): ReadonlySet<string> | undefined {
  const known = facts.fields.get(field);
  return known?.isPresent === true ? known.allowed : undefined;
}
