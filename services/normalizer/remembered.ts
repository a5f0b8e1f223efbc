/**
 * Owns: not working out the same twice: clusters have few users, programs and addresses, and each
 * stands in thousands of events.
 */

const LIMIT = 1024;
/** Longer keys are nobody's that comes often, and would fill the memory. */
const MAX_KEY_CHARS = 256;

/**
 * `answer` with a memory. It must be pure and give what nobody changes: then nobody can tell that it
 * was not called. Between `limit` and twice `limit` of the keys seen last are kept: when there are
 * `limit` new ones, those before them go. That costs one look-up where a list in order of use costs
 * several writes.
 */
export function remembered<V>(answer: (key: string) => V, limit = LIMIT): (key: string) => V {
  let recent = new Map<string, V>();
  let older = recent;
  return (key) => {
    const known = recent.get(key);
    if (known !== undefined || recent.has(key)) return known as V;
    if (key.length > MAX_KEY_CHARS) return answer(key);
    const value = older.has(key) ? (older.get(key) as V) : answer(key);
    if (recent.size >= limit) {
      older = recent;
      recent = new Map();
    }
    recent.set(key, value);
    return value;
  };
}
