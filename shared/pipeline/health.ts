/**
 * Owns: what /readyz says: the parts of a process that can't serve now, and why.
 */
export interface Health {
  /** `reason` undefined: the part is well. A part counts from its first call on. */
  set(part: string, reason: string | undefined): void;
  /** Parts that are not well, with reasons; empty when ready. */
  troubles(): Readonly<Record<string, string>>;
}

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
