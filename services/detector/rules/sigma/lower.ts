/**
 * Owns: a Sigma rule's tree to the form that all rules share.
 * Does not own: the tree (parse.ts), its tests (lower-test.ts), where its fields lie (routing.ts).
 */
import type { Expression } from '../expression.ts';
import type { Rule } from '../model.ts';
import { lowerTest } from './lower-test.ts';
import type { Condition, Detection, Selection, SigmaRule } from './model.ts';
import { type Route, routeOf } from './routing.ts';

/** Requires that every field of the rule has a place (load.ts reports those that have none). */
export function lowerRule(rule: SigmaRule): Rule {
  const { condition, filters = [], logsource, selections, ...rest } = rule;
  const route = routeOf(logsource);
  const own = lowerDetection({ condition, selections }, route);
  const others = filters.map((filter) => lowerDetection(filter, route));
  const all: Expression = others.length === 0 ? own : { kind: 'and', operands: [own, ...others] };
  return { ...rest, kinds: route.kinds, condition: all };
}

function lowerDetection({ condition, selections }: Detection, route: Route): Expression {
  return lowerCondition(condition, selections, route);
}

function lowerCondition(
  condition: Condition,
  selections: Detection['selections'],
  route: Route,
): Expression {
  if (condition.kind === 'selection') {
    const selection = selections[condition.name];
    if (selection === undefined) throw new Error(`no selection ${condition.name}`);
    return lowerSelection(selection, route);
  }
  if (condition.kind === 'not') {
    return { kind: 'not', operand: lowerCondition(condition.operand, selections, route) };
  }
  const operands = condition.operands.map((part) => lowerCondition(part, selections, route));
  return { kind: condition.kind, operands };
}

function lowerSelection(selection: Selection, route: Route): Expression {
  if (!('of' in selection)) return lowerTest(selection, route);
  const operands = selection.of.map((part) => lowerSelection(part, route));
  return { kind: selection.kind === 'all' ? 'and' : 'or', operands };
}
