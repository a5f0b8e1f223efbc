/**
 * Owns: an export of Kibana (one JSON object per line) to raw rules: rules; exception lists and
 * connectors, which are passed over; the summary at the end.
 */
import type { Problem, RuleFile } from '../model.ts';
import type { Position } from '../position.ts';
import {
  isObject,
  type RawFile,
  type RawObject,
  type RawRule,
  textOf,
  memberOf,
} from './raw-rule.ts';

type Line =
  | { readonly kind: 'rule'; readonly rule: RawRule }
  | { readonly kind: 'summary'; readonly rules: unknown; readonly at: Position }
  | { readonly kind: 'other' }
  | { readonly kind: 'bad'; readonly problem: Problem };

export function readNdjson(file: RuleFile): RawFile {
  const rules: RawRule[] = [];
  const problems: Problem[] = [];
  let found = 0;
  for (const [i, text] of file.text.split('\n').entries()) {
    if (text.trim() === '') continue;
    const line = readLine(file, text, i + 1);
    if (line.kind === 'rule') rules.push(line.rule);
    if (line.kind === 'rule' || line.kind === 'bad') found += 1;
    if (line.kind === 'bad') problems.push(line.problem);
    if (line.kind === 'summary' && typeof line.rules === 'number' && line.rules !== found) {
      problems.push(cut(file, line.at, line.rules, found));
    }
  }
  return { rules, problems };
}

function cut({ path }: RuleFile, at: Position, expected: number, found: number): Problem {
  const reason = `the export says that it has ${expected} rules, and ${found} are there`;
  return { kind: 'warning', path, ...at, reason, remedy: 'Export the rules again.' };
}

function readLine(file: RuleFile, text: string, line: number): Line {
  const at = { line, column: 1 };
  const value = parsed(text);
  if (!isObject(value))
    return bad(file, at, 'the line is no JSON object', 'Export the rules again.');
  if (textOf(memberOf(value, 'rule_id')) !== undefined) {
    return { kind: 'rule', rule: rawRule(file, value, text, at) };
  }
  const has = (key: string) => Object.hasOwn(value, key);
  if (has('exported_count') || has('exported_rules_count')) {
    const rules = memberOf(value, 'exported_rules_count') ?? memberOf(value, 'exported_count');
    return { kind: 'summary', rules, at };
  }
  if (has('list_id') || has('attributes')) return { kind: 'other' };
  return bad(file, at, 'the line is no rule: it has no rule_id', 'Export the rules again.');
}

function bad({ path }: RuleFile, at: Position, reason: string, remedy: string): Line {
  return { kind: 'bad', problem: { kind: 'invalid', path, ...at, reason, remedy } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function rawRule(file: RuleFile, values: RawObject, text: string, at: Position): RawRule {
  const columnOf = (mark: string): number => text.indexOf(mark) + 1;
  const placeOf = (key: string): Position => {
    const column = columnOf(`"${key}":`);
    return column === 0 ? at : { ...at, column };
  };
  return {
    ...{ path: file.path, at, values, placeOf },
    isDisabled: memberOf(values, 'enabled') === false,
    // Exports are on one line each: the query's beginning says more than a column in its JSON text.
    placeInQuery: () => placeOf('query'),
  };
}
