/**
 * Owns: not working out the same text twice: clusters have few users and programs, and each stands in
 * thousands of events.
 */

const MAX_ENTRIES = 1024;
/** Longer texts are rare, and whoever sends many of them should not fill the memory. */
const MAX_CHARS = 256;

/**
 * `make` with a memory. It must be a pure function of its text and give what nobody changes: then
 * nobody can tell that it was not called.
 */
export function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (text.length > MAX_CHARS) return made;
    if (known.size === MAX_ENTRIES) known.clear();
    known.set(text, made);
    return made;
  };
}
