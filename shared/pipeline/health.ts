/**
 * Owns: keeping what /readyz says.
 */
import type { Health } from '../ports/telemetry.ts';

export function createHealth(): Health {
  const reasons = new Map<string, string>();
  return {
    set(part, reason) {
      if (reason === undefined) reasons.delete(part);
      else reasons.set(part, reason);
    },
    troubles: () => Object.fromEntries(reasons),
  };
}
