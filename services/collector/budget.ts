/**
 * Owns: how many bytes of bodies one process holds at a time.
 */
export interface Hold {
  /** One more who needs the bytes, and releases them, too. */
  share(): void;
  release(): void;
}

export interface Budget {
  /** Undefined: not now, it would be too much. The caller releases what it took. */
  take(bytes: number): Hold | undefined;
}

export function createBudget(maxBytes: number): Budget {
  let heldBytes = 0;
  return {
    take(bytes) {
      if (heldBytes + bytes > maxBytes) return undefined;
      heldBytes += bytes;
      let holders = 1;
      return {
        share() {
          holders++;
        },
        release() {
          holders--;
          if (holders === 0) heldBytes -= bytes;
        },
      };
    },
  };
}
