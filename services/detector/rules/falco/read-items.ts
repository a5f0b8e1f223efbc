/**
 * Owns: a rule file of Falco to its items, and every reason why one is not (falco,
 * rule_loader_reader.cpp).
 * Does not own: rules (read-rule.ts), what the items make together (collection.ts).
 */
import { isScalar, isSeq } from 'yaml';
import type { Node, Source } from '../source.ts';
import type { DefinitionItem, ListItem, MacroItem } from './definitions.ts';
import { KNOWN_KEYS, warnOfUnknownKeys } from './known-keys.ts';
import { isAppended, readOverrides } from './read-override.ts';
import { readRule } from './read-rule.ts';
import { checkEngineVersion, checkPluginVersions } from './versions.ts';
import { has, type Item, ItemError, itemOf, pieceOf, textAt, textsAt } from './yaml.ts';

/** Items in their order; those with an error are left out, and told. */
export function readItems(source: Source): readonly DefinitionItem[] {
  return source.documents.flatMap((document) => {
    if (isNothing(document)) return [];
    if (isSeq(document)) return document.items.flatMap((node) => readItem(source, node));
    const reason = 'Rules content is not yaml array of objects';
    source.report(source.at(document), 'invalid', reason, 'Begin each rule with "- rule:".');
    return [];
  });
}

function isNothing(node: Node): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function readItem(source: Source, node: Node): readonly DefinitionItem[] {
  if (isNothing(node)) return [];
  const item = itemOf(source, node, 'an item of the file');
  if (item === undefined) return [];
  try {
    return readKind(item);
  } catch (error) {
    if (!(error instanceof ItemError)) throw error;
    source.report(error.at, 'invalid', error.message, error.remedy);
    return [];
  }
}

function readKind(item: Item): readonly DefinitionItem[] {
  if (has(item, 'required_engine_version')) {
    warnOfUnknownKeys(item, KNOWN_KEYS.required_engine_version);
    checkEngineVersion(item);
    return [];
  }
  if (has(item, 'required_plugin_versions')) {
    warnOfUnknownKeys(item, KNOWN_KEYS.required_plugin_versions);
    checkPluginVersions(item);
    return [];
  }
  if (has(item, 'list')) return [readList(item)];
  if (has(item, 'macro')) return [readMacro(item)];
  if (has(item, 'rule')) return [readRule(item)];
  const remedy = 'Falco knows rule, macro, list and required versions.';
  item.source.report(item.at, 'warning', 'Unknown top level item', remedy);
  return [];
}

const LIST_NAME = /^[^()"'\s=,]+$/;
const MACRO_NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;

function readList(item: Item): ListItem {
  const name = textAt(item, 'list');
  warnOfUnknownKeys(item, KNOWN_KEYS.list);
  if (!LIST_NAME.test(name)) {
    warnOfName(item, 'List has an invalid name. List', `([^()"'[:space:]=,]+)`);
  }
  const items = textsAt(item, 'items');
  return { ...named(item, name), kind: 'list', items, isAppended: appends(item, 'items') };
}

function readMacro(item: Item): MacroItem {
  const name = textAt(item, 'macro');
  warnOfUnknownKeys(item, KNOWN_KEYS.macro);
  if (!MACRO_NAME.test(name)) {
    warnOfName(item, 'Macro has an invalid name. Macro', '([a-zA-Z]+[a-zA-Z0-9_]*)');
  }
  const condition = [pieceOf(item, 'condition')];
  return { ...named(item, name), kind: 'macro', condition, isAppended: appends(item, 'condition') };
}

function named(item: Item, name: string): Pick<ListItem, 'name' | 'path' | 'at'> {
  return { name, path: item.source.file.path, at: item.at };
}

function warnOfName(item: Item, what: string, pattern: string): void {
  const reason = `${what} names should match a regular expression: ${pattern}`;
  item.source.report(item.at, 'warning', reason, 'Rename it.');
}

function appends(item: Item, key: string): boolean {
  if (isAppended(item)) return true;
  return readOverrides(item, [key], [key])?.append.includes(key) === true;
}
