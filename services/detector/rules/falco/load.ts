/**
 * Owns: Falco's rule files to rules, and every reason why one is not: read, put together, compiled.
 */
import type { Loaded, Problem, RuleFile } from '../model.ts';
import type { RuleOptions } from '../options.ts';
import type { Position } from '../position.ts';
import { readSource } from '../source.ts';
import type { Condition } from './ast.ts';
import { type Collection, createCollection } from './collection.ts';
import { type CompiledRule, compileRule, type ReadCondition, type Report } from './compile.ts';
import type { ResolveField } from './fields/field.ts';
import { resolveAudit, resolveNode } from './fields/resolve.ts';
import { expandLists, resolveLists } from './lists.ts';
import { createMacros, type Macro } from './macros.ts';
import { parseFilter } from './parse.ts';
import { PlacedError } from './placed-error.ts';
import { readItems } from './read-items.ts';
import { type Pieces, placesIn, textOfPieces } from './text.ts';
import { ItemError } from './yaml.ts';

interface CompiledFiles {
  readonly rules: readonly CompiledRule[];
  readonly problems: readonly Problem[];
}

/** @param files in the order in which they build on each other */
export function loadFalco(files: readonly RuleFile[], options: RuleOptions): Loaded {
  const { problems, rules } = compileFalco(files, options.falco);
  return { rules: rules.map(({ rule }) => rule), problems };
}

/** The same, with conditions as Falco would print them. */
export function compileFalco(
  files: readonly RuleFile[],
  options: RuleOptions['falco'],
): CompiledFiles {
  const problems: Problem[] = [];
  const report: Report = (path, { column, line }, problem) => {
    problems.push({ path, line, column, ...problem });
  };
  const audit = resolveAudit(options.meaning);
  const resolverOf = (source: string): ResolveField | undefined => {
    if (source === 'k8s_audit') return audit;
    return source === 'syscall' ? resolveNode : undefined;
  };
  const collection = createCollection(resolverOf);
  for (const file of files) addFile(file, collection, problems);
  const used: Used = { lists: new Set(), macros: new Set() };
  const readCondition = createReader(collection, used, report);
  const rules = [...collection.rules.values()].flatMap(
    (defined) => compileRule(defined, { options, resolverOf, readCondition, report }) ?? [],
  );
  reportUnused(collection, used, report);
  return { rules, problems };
}

function addFile(file: RuleFile, collection: Collection, problems: Problem[]): void {
  const source = readSource(file);
  for (const item of readItems(source)) {
    try {
      collection.add(item);
    } catch (error) {
      if (!(error instanceof ItemError)) throw error;
      source.report(error.at, 'invalid', error.message, error.remedy);
    }
  }
  problems.push(...source.problems);
}

interface Used {
  readonly lists: Set<string>;
  readonly macros: Set<string>;
}

/** Conditions of rules: lists put into their text, macros into their trees. */
function createReader(collection: Collection, used: Used, report: Report): ReadCondition {
  const lists = resolveLists(collection.lists);
  const parse = (pieces: Pieces): Condition => {
    const expanded = expandLists(pieces, lists, (name) => used.lists.add(name));
    const placeOf = placesIn(expanded);
    const parsed = parseFilter(textOfPieces(expanded));
    if (parsed.ok) return withPlaces(parsed.value, placeOf);
    const { at, reason } = parsed.problem;
    throw new PlacedError(reason, placeOf(at));
  };
  const attempt = <T>(path: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof PlacedError)) throw error;
      const remedy = 'Mend the macro; rules that use it are not in use.';
      report(path, error.place, { kind: 'invalid', reason: error.message, remedy });
      return undefined;
    }
  };
  const macros = new Map<string, Macro>();
  for (const { condition, name, path, ...order } of collection.macros.values()) {
    macros.set(name, { name, condition: attempt(path, () => parse(condition)), ...order });
  }
  const resolve = createMacros(macros, (name) => used.macros.add(name));
  for (const { name, path, visibility } of collection.macros.values()) {
    const condition = macros.get(name)?.condition;
    if (condition !== undefined) attempt(path, () => resolve(condition, visibility));
  }
  return (pieces) => resolve(parse(pieces), Number.POSITIVE_INFINITY);
}

function withPlaces(condition: Condition, placeOf: (at: number) => Position): Condition {
  const place = placeOf(condition.at);
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const operands = condition.operands.map((operand) => withPlaces(operand, placeOf));
      return { ...condition, operands, place };
    }
    case 'not':
      return { ...condition, operand: withPlaces(condition.operand, placeOf), place };
    default:
      return { ...condition, place };
  }
}

function reportUnused({ lists, macros }: Collection, used: Used, report: Report): void {
  const remedy = 'Leave it out, if no other file is to use it.';
  for (const { at, name, path } of macros.values()) {
    if (used.macros.has(name)) continue;
    const reason = 'Macro not referred to by any other rule/macro';
    report(path, at, { kind: 'warning', reason: `${reason}: ${name}`, remedy });
  }
  const inLists = new Set([...lists.values()].flatMap(({ items }) => items));
  for (const { at, name, path } of lists.values()) {
    if (used.lists.has(name) || inLists.has(name)) continue;
    const reason = 'List not referred to by any other rule/macro';
    report(path, at, { kind: 'warning', reason: `${reason}: ${name}`, remedy });
  }
}
