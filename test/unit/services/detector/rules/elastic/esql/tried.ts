/**
 * Owns: for tests of ES|QL: one expression or one query tried on one document.
 */
import type { EventDocument } from '../../../../../../../services/detector/rules/expression.ts';
import {
  compileRules,
  evaluateRules,
} from '../../../../../../../services/detector/rules/engine/rule-set.ts';
import type { Rule } from '../../../../../../../services/detector/rules/model.ts';
import { bind } from '../../../../../../../services/detector/rules/elastic/esql/bind.ts';
import { createColumns } from '../../../../../../../services/detector/rules/elastic/esql/columns.ts';
import { compileEsql } from '../../../../../../../services/detector/rules/elastic/esql/compile.ts';
import { resultOf } from '../../../../../../../services/detector/rules/elastic/esql/evaluate.ts';
import { parseQuery } from '../../../../../../../services/detector/rules/elastic/esql/parse.ts';
import {
  plainText,
  type Value,
} from '../../../../../../../services/detector/rules/elastic/esql/value.ts';

/** What is written in a table of expected values: dates and addresses as text, whole numbers as bigint. */
type Shown = undefined | null | string | bigint | number | boolean;

function shown(value: Value): Shown | readonly Shown[] {
  if (Array.isArray(value)) return value.map((one: Value) => shown(one)) as Shown[];
  if (typeof value !== 'object' || value === null) return value;
  const { type } = value as { type: string };
  return type === 'object'
    ? '(object)'
    : plainText(value as Exclude<Value, readonly unknown[] | null | undefined>);
}

/** The value of an expression; undefined where it can't be told. */
export function computed(expression: string, document: EventDocument = {}): unknown {
  const source = `FROM logs | EVAL it = ${expression}`;
  const [, command] = parseQuery(source).commands;
  const ast = command?.kind === 'eval' ? command.assignments[0]?.value : undefined;
  if (ast === undefined) throw new Error(`no expression: ${expression}`);
  return shown(resultOf(bind(ast, { source, columns: createColumns([]), depth: 0 }), document));
}

export type Verdict = 'match' | 'no match' | 'cannot tell';

/** What the engine says of a query on a document. Throws where the query is no condition on one event. */
export function verdict(query: string, document: EventDocument): Verdict {
  const compiled = compileEsql(query);
  if (compiled.kind !== 'stream') throw new Error(`${compiled.kind}: ${compiled.reason}`);
  const rule: Rule = {
    ...{ id: 'one', title: 'One', ruleset: 'elastic', language: 'esql', path: 'one.toml' },
    ...{ at: { line: 1, column: 1 }, references: [], tags: [], falsePositives: [], level: 'low' },
    ...{ kinds: ['audit'], condition: compiled.condition },
  };
  const { matched, undecided } = evaluateRules(compileRules([rule]), 'audit', document);
  if (matched.length > 0) return 'match';
  return undecided.length > 0 ? 'cannot tell' : 'no match';
}

/** A document with audit fields. */
export function audit(
  fields: Readonly<Record<string, unknown>>,
  rest: EventDocument = {},
): EventDocument {
  return { kubernetes: { audit: fields }, ...rest };
}
