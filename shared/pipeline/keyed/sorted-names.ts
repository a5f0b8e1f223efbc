/**
 * Owns: finding a place in a sorted list of names. Pure.
 */

/** Position of `name` in `sorted`, or where it belongs. */
export function positionOf(sorted: readonly string[], name: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = sorted[middle];
    if (found !== undefined && found < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
