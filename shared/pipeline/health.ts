/**
 * Owns: keeping what /readyz says, and since when.
 */
import type { Health } from '../ports/telemetry.ts';

interface Trouble {
  readonly reason: string;
  readonly sinceMs: number | undefined;
}

/** `now` in milliseconds since the epoch; absent: no times are told. */
export function createHealth(now?: () => number): Health {
  const troubles = new Map<string, Trouble>();
  const weaknesses = new Map<string, Trouble>();
  const keep = (list: Map<string, Trouble>, part: string, reason: string | undefined) => {
    if (reason === undefined) list.delete(part);
    // Another reason is not another beginning.
    else list.set(part, { reason, sinceMs: list.get(part)?.sinceMs ?? now?.() });
  };
  return {
    set: (part, reason) => keep(troubles, part, reason),
    degrade: (part, reason) => keep(weaknesses, part, reason),
    troubles: () => told(troubles),
    weaknesses: () => told(weaknesses),
  };
}

function told(list: ReadonlyMap<string, Trouble>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...list].map(([part, { reason, sinceMs }]) => {
      const since = sinceMs === undefined ? '' : ` (since ${new Date(sinceMs).toISOString()})`;
      return [part, `${reason}${since}`];
    }),
  );
}
