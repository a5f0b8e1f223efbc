/**
 * Owns: `append: true` and `override` of an item (falco, rule_loader_reader.cpp, decode_overrides).
 */
import { booleanAt, has, type Item, ItemError, itemOf, placeOfKey, textAt } from './yaml.ts';

export interface Overrides {
  readonly append: readonly string[];
  readonly replace: readonly string[];
}

const INSTEAD = "Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";

export function isAppended(item: Item): boolean {
  if (booleanAt(item, 'append') !== true) return false;
  const at = placeOfKey(item, 'append');
  const reason = `'append' key is deprecated. ${INSTEAD}`;
  item.source.report(at, 'warning', reason, 'Use override.');
  if (has(item, 'override')) {
    throw new ItemError(
      `Keys 'override' and 'append: true' cannot be used together. ${INSTEAD}`,
      at,
      'Take append out.',
    );
  }
  return true;
}

/** Undefined where the item has none. */
export function readOverrides(
  item: Item,
  appendable: readonly string[],
  replaceable: readonly string[],
): Overrides | undefined {
  const entry = item.entries.get('override');
  if (entry === undefined) return undefined;
  const override = itemOf(item.source, entry.value, 'override');
  if (override === undefined) return undefined;
  const append: string[] = [];
  const replace: string[] = [];
  for (const key of override.entries.keys()) {
    const operation = textAt(override, key);
    if (operation === 'append') {
      allow(override, key, appendable, `Key '${key}' cannot be appended to, use 'replace' instead`);
      append.push(key);
    } else if (operation === 'replace') {
      allow(override, key, replaceable, `Key '${key}' cannot be replaced`);
      replace.push(key);
    } else {
      const allowed = [
        ...(appendable.includes(key) ? ['append'] : []),
        ...(replaceable.includes(key) ? ['replace'] : []),
      ].join(' ');
      throw new ItemError(
        `Invalid override operation for key '${key}': '${operation}'. Allowed values are: ${allowed}`,
        placeOfKey(override, key),
      );
    }
  }
  return append.length + replace.length === 0 ? undefined : { append, replace };
}

function allow(override: Item, key: string, allowed: readonly string[], reason: string): void {
  if (!allowed.includes(key)) throw new ItemError(reason, placeOfKey(override, key));
}
