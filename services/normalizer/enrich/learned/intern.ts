/**
 * Owns: one copy in memory of texts that stand in thousands of places: nodes, images, accounts.
 */
import type { Observation, Says } from './fact.ts';

const MOST_TEXTS = 50_000;
/** Different in each pod. */
const OWN = 'uid';

/** The same observation, of texts that are in memory already as far as they are known. */
export function createInterning(): (observation: Observation) => Observation {
  const texts = new Map<string, string>();
  const one = (text: string): string => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    if (texts.size >= MOST_TEXTS) texts.clear();
    texts.set(text, text);
    return text;
  };
  return ({ atMs, change, says }) => {
    const entries = Object.entries(says).map(([name, value]): [string, Says[string]] => [
      one(name),
      typeof value === 'string' && name !== OWN ? one(value) : value,
    ]);
    return { atMs, change, says: Object.fromEntries(entries) };
  };
}
