/**
 * Owns: answers that are kept, as many as there is room for.
 */

/** Longer keys are nobody's that comes often, and would fill the memory. */
const MAX_KEY_CHARS = 256;

/**
 * `answer`, asked once for a key that comes often. Between `limit` and twice `limit` of the keys seen
 * last are kept: when there are `limit` new ones, those before them go. That costs one look-up where a
 * list in order of use costs several writes. `answer` is pure.
 */
export function remembered<V extends object>(
  limit: number,
  answer: (key: string) => V | undefined,
): (key: string) => V | undefined {
  let recent = new Map<string, V | null>();
  let older = recent;
  return (key) => {
    const known = recent.get(key);
    if (known !== undefined) return known ?? undefined;
    if (key.length > MAX_KEY_CHARS) return answer(key);
    const before = older.get(key);
    const value = before === undefined ? (answer(key) ?? null) : before;
    if (recent.size >= limit) {
      older = recent;
      recent = new Map();
    }
    recent.set(key, value);
    return value ?? undefined;
  };
}
