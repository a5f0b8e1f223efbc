/**
 * Owns: the buffers of large bodies, used again for the next ones. A new one for each costs page
 * faults and makes the garbage collector run ten times a second: a fifth of the collector's CPU.
 * Does not own: how many bytes may be held (budget.ts); what lies here is free, and bounded.
 */
export interface BodyPool {
  /** `parts` in one piece. */
  join(parts: readonly Buffer[], bytes: number): Buffer;
  /** For a body that nobody holds any more; others than those of `join` are let go. */
  giveBack(body: Buffer): void;
}

const SMALLEST_BYTES = 64 * 1024;
const LARGEST_BYTES = 2 * 1024 * 1024;
const MAX_FREE_BYTES = 16 * 1024 * 1024;

function sizeFor(bytes: number): number {
  let size = SMALLEST_BYTES;
  while (size < bytes) size *= 2;
  return size;
}

export function createBodyPool(): BodyPool {
  const free = new Map<number, Buffer[]>();
  const whole = new WeakMap<Buffer, Buffer>();
  let freeBytes = 0;

  const take = (size: number): Buffer => {
    const found = free.get(size)?.pop();
    if (found === undefined) return Buffer.allocUnsafeSlow(size);
    freeBytes -= size;
    return found;
  };

  return {
    join(parts, bytes) {
      if (bytes < SMALLEST_BYTES || bytes > LARGEST_BYTES) return Buffer.concat(parts, bytes);
      const buffer = take(sizeFor(bytes));
      let at = 0;
      for (const part of parts) at += part.copy(buffer, at);
      const body = buffer.subarray(0, at);
      whole.set(body, buffer);
      return body;
    },
    giveBack(body) {
      const buffer = whole.get(body);
      if (buffer === undefined) return;
      // A second time is ignored: it may be somebody else's by then.
      whole.delete(body);
      if (freeBytes + buffer.length > MAX_FREE_BYTES) return;
      freeBytes += buffer.length;
      const same = free.get(buffer.length);
      if (same === undefined) free.set(buffer.length, [buffer]);
      else same.push(buffer);
    },
  };
}
