/**
 * Owns: how sure a session is, from its commands and alerts.
 */
import type { Confidence } from '../model.ts';

/** From sure to unsure. `none` is no degree of it: nothing lies in the session. */
const DEGREES: readonly Confidence[] = ['exact', 'inferred', 'ambiguous', 'conflict'];

/** As sure as the least sure of them; `none` where there is none. */
export function sessionConfidence(commands: Iterable<Confidence>): Confidence {
  let degree = -1;
  for (const confidence of commands) degree = Math.max(degree, DEGREES.indexOf(confidence));
  return DEGREES[degree] ?? 'none';
}
