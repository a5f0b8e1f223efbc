/**
 * Owns: saying a thing once in a while: what repeats with every request must not fill the log.
 */
const MAX_KEYS = 1_000;

/** `says(key, now)` is true for the first time in each window. Forgets all when it knows too many. */
export function createOnce(windowMs: number): (key: string, nowMs: number) => boolean {
  const saidAtMs = new Map<string, number>();
  return (key, nowMs) => {
    const last = saidAtMs.get(key);
    if (last !== undefined && nowMs - last < windowMs) return false;
    if (saidAtMs.size >= MAX_KEYS) {
      for (const [other, at] of saidAtMs) if (nowMs - at >= windowMs) saidAtMs.delete(other);
      // As many at once are one attack: one line of each window is enough for it.
      if (saidAtMs.size >= MAX_KEYS) return false;
    }
    saidAtMs.set(key, nowMs);
    return true;
  };
}
