/**
 * Owns: which keys Falco's rule files have where (falco, rule_json_schema.h and rule_loader_reader.cpp).
 */
import { nearestName } from '../../../../shared/domain/nearest.ts';
import { type Item, placeOfKey } from './yaml.ts';

export const KNOWN_KEYS = {
  list: ['list', 'items', 'append', 'override'],
  macro: ['macro', 'condition', 'append', 'override'],
  rule: [
    ...['rule', 'condition', 'output', 'desc', 'priority', 'source', 'enabled', 'tags'],
    ...['warn_evttypes', 'skip-if-unknown-filter', 'exceptions', 'append', 'override'],
    ...['capture', 'capture_duration'],
  ],
  exception: ['name', 'fields', 'comps', 'values'],
  required_engine_version: ['required_engine_version'],
  required_plugin_versions: ['required_plugin_versions'],
} as const;

export const APPENDABLE = ['condition', 'output', 'desc', 'tags', 'exceptions'] as const;
export const REPLACEABLE = [
  ...APPENDABLE,
  ...(['priority', 'enabled', 'warn_evttypes', 'skip-if-unknown-filter'] as const),
  ...(['capture', 'capture_duration'] as const),
] as const;

export function warnOfUnknownKeys(item: Item, known: readonly string[]): void {
  for (const key of item.entries.keys()) {
    if (known.includes(key)) continue;
    const guess = key.length > 80 ? undefined : nearestName(key, known);
    const remedy = guess === undefined ? 'Leave it out.' : `Did you mean "${guess}"?`;
    item.source.report(placeOfKey(item, key), 'warning', `Unknown key '${key}'`, remedy);
  }
}
