/**
 * Owns: what all items together define, in their order: later ones replace, append to or change those
 * before them (falco, rule_loader_collector.cpp).
 * Does not own: what the definitions mean (compile.ts).
 */
import type { Position } from '../position.ts';
import type {
  DefinitionItem,
  EnableItem,
  ExceptionItem,
  ListItem,
  MacroItem,
  RuleItem,
  RuleParts,
  UpdateItem,
} from './definitions.ts';
import { checkException, type Exception } from './exceptions.ts';
import type { ResolveField } from './fields/field.ts';
import { joinPieces } from './text.ts';
import { ItemError } from './yaml.ts';

interface Ordered {
  /** When it was defined first. */
  readonly index: number;
  /** When it was last changed. */
  readonly visibility: number;
}
export type DefinedList = Omit<ListItem, 'kind' | 'isAppended'> & Ordered;
export type DefinedMacro = Omit<MacroItem, 'kind' | 'isAppended'> & Ordered;
export interface DefinedRule {
  readonly name: string;
  readonly path: string;
  readonly at: Position;
  readonly source: string;
  readonly parts: RuleItem['parts'];
  readonly exceptions: readonly Exception[];
}

export interface Collection {
  readonly lists: ReadonlyMap<string, DefinedList>;
  readonly macros: ReadonlyMap<string, DefinedMacro>;
  /** In the order in which they were defined first. */
  readonly rules: ReadonlyMap<string, DefinedRule>;
  /** @throws ItemError and changes nothing, where the item can't be */
  add(item: DefinitionItem): void;
}

/** @param resolverOf fields of a source; undefined for one that is not known */
export function createCollection(
  resolverOf: (source: string) => ResolveField | undefined,
): Collection {
  const lists = new Map<string, DefinedList>();
  const macros = new Map<string, DefinedMacro>();
  const rules = new Map<string, DefinedRule>();
  let count = 0;
  return {
    lists,
    macros,
    rules,
    add(item) {
      const order = count++;
      switch (item.kind) {
        case 'list':
          lists.set(item.name, listWith(lists.get(item.name), item, order));
          break;
        case 'macro':
          macros.set(item.name, macroWith(macros.get(item.name), item, order));
          break;
        default: {
          const before = rules.get(item.name);
          rules.set(item.name, ruleWith(before, item, resolverOf));
        }
      }
    },
  };
}

function listWith(before: DefinedList | undefined, item: ListItem, order: number): DefinedList {
  const { isAppended, kind: _, ...list } = item;
  if (!isAppended) return { ...list, index: before?.index ?? order, visibility: order };
  if (before === undefined) {
    throw new ItemError(
      "List uses 'append' or 'override.items: append' but no list by that name already exists",
      item.at,
    );
  }
  return { ...before, items: [...before.items, ...item.items], visibility: order };
}

function macroWith(before: DefinedMacro | undefined, item: MacroItem, order: number): DefinedMacro {
  const { isAppended, kind: _, ...macro } = item;
  if (!isAppended) return { ...macro, index: before?.index ?? order, visibility: order };
  if (before === undefined) {
    throw new ItemError(
      "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists",
      item.at,
    );
  }
  return {
    ...before,
    condition: joinPieces(before.condition, item.condition),
    visibility: order,
  };
}

function ruleWith(
  before: DefinedRule | undefined,
  item: RuleItem | UpdateItem | EnableItem,
  resolverOf: (source: string) => ResolveField | undefined,
): DefinedRule {
  if (item.kind === 'enable') return enabledRule(before, item);
  const source = item.source ?? before?.source;
  if (before !== undefined && source !== before.source) {
    throw new ItemError('Rule has been re-defined with a different source', item.at);
  }
  if (item.kind === 'update') return updatedRule(before, item, resolverOf);
  const { at, name, parts, path } = item;
  const resolve = resolverOf(item.source);
  const exceptions = (parts.exceptions ?? []).map((each) => checkException(each, resolve));
  return { name, path, at, source: item.source, parts, exceptions };
}

function enabledRule(before: DefinedRule | undefined, item: EnableItem): DefinedRule {
  if (before !== undefined) {
    return { ...before, parts: { ...before.parts, enabled: item.enabled } };
  }
  throw new ItemError("Rule has 'enabled' key but no rule by that name already exists", item.at);
}

function updatedRule(
  before: DefinedRule | undefined,
  item: UpdateItem,
  resolverOf: (source: string) => ResolveField | undefined,
): DefinedRule {
  if (before === undefined) {
    throw new ItemError(
      item.hasAppend
        ? "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists"
        : "An 'override.<key>: replace' to a rule was requested but no rule by that name already " +
            'exists',
      item.at,
    );
  }
  if (item.hasAppend && Object.keys(item.append).length === 0) {
    throw new ItemError('Appended rule must have exceptions or condition property', item.at);
  }
  const resolve = resolverOf(before.source);
  const { append, replace } = item;
  const replaced = replace.exceptions?.map((each) => checkException(each, resolve));
  const exceptions = appendExceptions(before.exceptions, append.exceptions ?? [], resolve);
  return {
    ...before,
    parts: { ...appendParts(before.parts, append), ...replace },
    exceptions: replaced ?? exceptions,
  };
}

function appendParts(parts: RuleItem['parts'], added: RuleParts): RuleItem['parts'] {
  const { condition, desc, output, tags } = added;
  return {
    ...parts,
    ...(condition && { condition: joinPieces(parts.condition, condition) }),
    ...(output && { output: { ...parts.output, text: `${parts.output.text} ${output.text}` } }),
    ...(desc !== undefined && { desc: `${parts.desc ?? ''} ${desc}`.trim() }),
    ...(tags && { tags: [...new Set([...(parts.tags ?? []), ...tags])] }),
  };
}

/** To an exception that is there come values alone; a new one comes whole. */
function appendExceptions(
  before: readonly Exception[],
  added: readonly ExceptionItem[],
  resolve: ResolveField | undefined,
): readonly Exception[] {
  const exceptions = [...before];
  for (const item of added) {
    const at = exceptions.findIndex(({ name }) => name === item.name);
    const old = exceptions[at];
    if (old === undefined) exceptions.push(newException(item, resolve));
    else {
      for (const part of ['fields', 'comps'] as const) {
        if (item[part] === undefined) continue;
        throw new ItemError(
          `Can not append exception ${part} to existing exception, only values`,
          item.at,
        );
      }
      exceptions[at] = { ...old, values: [...old.values, ...item.values] };
    }
  }
  return exceptions;
}

function newException(item: ExceptionItem, resolve: ResolveField | undefined): Exception {
  if (item.fields === undefined) {
    throw new ItemError('Rule exception must have fields property with a list of fields', item.at);
  }
  if (item.values.length > 0) return checkException(item, resolve);
  throw new ItemError('Rule exception must have values property with a list of values', item.at);
}
