/**
 * Owns: JSON values as the k8saudit and json plugins read them (valyala/fastjson; extract.go).
 */

/** A member of an object, or an item of a list by its number; undefined where there is none. */
export function get(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

export function getAll(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce(get, value);
}

/** A text as it is; all else, null too, as its JSON. */
export function textOfJson(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Values at the keys (an empty key: the value itself), through lists on the way: all of their items, or
 * the one with `index`. An item
 * that lacks a key gives undefined in its place; undefined as a whole: there is nothing at all. What
 * stands at the end is taken as it is, be it a list.
 */
export function valuesAt(
  value: unknown,
  keys: readonly string[],
  index: number | undefined,
): readonly unknown[] | undefined {
  let node = value;
  for (let i = 0; i < keys.length; i++) {
    if (Array.isArray(node)) {
      if (index === undefined) {
        return node.flatMap((item) => valuesAt(item, keys.slice(i), index) ?? [undefined]);
      }
      node = node[index];
    }
    const key = keys[i] ?? '';
    if (key !== '') node = get(node, key);
    if (node === undefined) return undefined;
  }
  return [node];
}

/** What is there, as texts; undefined where nothing is. */
export function textsOf(values: readonly unknown[] | undefined): readonly string[] | undefined {
  const texts = values?.filter((value) => value !== undefined).map(textOfJson) ?? [];
  return texts.length === 0 ? undefined : texts;
}
