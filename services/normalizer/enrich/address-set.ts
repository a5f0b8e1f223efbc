/**
 * Owns: sets of networks, made for a million of them. Of version 4 ranges in order, none of which
 * overlap, found by halving: eight bytes each. Of version 6 a set of prefixes for each length that
 * occurs: a list has few lengths, and a million addresses take seconds to sort.
 * Does not own: what an address is (shared/domain/ip.ts), how lists are written (address-list.ts).
 */
import type { Address, Network } from '../../../shared/domain/ip.ts';

export interface AddressSet {
  has(address: Address): boolean;
}

export interface AddressSetBuilder {
  add(network: Network): void;
  build(): AddressSet;
}

/** Ranges by their first addresses. */
interface Ranges {
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

const V6_UNITS = 8;
const UNIT_BITS = 16;

/** `packed`: first address times 64, and how many of 32 bits the size leaves unused; so it sorts fast. */
function rangesOf(packed: readonly number[]): Ranges {
  const first = new Uint32Array(packed.length);
  const last = new Uint32Array(packed.length);
  let count = 0;
  for (const network of Float64Array.from(packed).sort()) {
    const unused = network % 64;
    const from = (network - unused) / 64;
    const to = from + 2 ** (32 - unused) - 1;
    if (count === 0 || from > (last[count - 1] ?? 0)) {
      first[count] = from;
      last[count] = to;
      count += 1;
    } else if (to > (last[count - 1] ?? 0)) last[count - 1] = to;
  }
  return { first: first.slice(0, count), last: last.slice(0, count) };
}

function isInRanges({ first, last }: Ranges, address: number): boolean {
  let low = 0;
  let high = first.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((first[middle] ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  return low > 0 && address <= (last[low - 1] ?? 0);
}

/** How many of its bits all addresses of a network share. */
function sharedBits(first: string, last: string): number {
  for (let unit = 0; unit < V6_UNITS; unit += 1) {
    const differing = first.charCodeAt(unit) ^ last.charCodeAt(unit);
    if (differing !== 0) return unit * UNIT_BITS + Math.clz32(differing) - UNIT_BITS;
  }
  return V6_UNITS * UNIT_BITS;
}

/** The first bits of an address of version 6, as a text. */
function prefixOf(address: string, bits: number): string {
  const units = bits >>> 4;
  const rest = bits % UNIT_BITS;
  const whole = address.slice(0, units);
  if (rest === 0) return whole;
  const free = UNIT_BITS - rest;
  return whole + String.fromCharCode((address.charCodeAt(units) >>> free) << free);
}

type Prefixes = ReadonlyMap<number, ReadonlySet<string>>;

function isInPrefixes(prefixes: Prefixes, address: string): boolean {
  for (const [bits, known] of prefixes) if (known.has(prefixOf(address, bits))) return true;
  return false;
}

export function buildAddressSet(): AddressSetBuilder {
  const packed: number[] = [];
  const prefixes = new Map<number, Set<string>>();
  return {
    add({ first, last }) {
      if (typeof first === 'number' && typeof last === 'number') {
        packed.push(first * 64 + Math.clz32(last - first));
      } else if (typeof first === 'string' && typeof last === 'string') {
        const bits = sharedBits(first, last);
        const known = prefixes.get(bits) ?? new Set();
        prefixes.set(bits, known.add(prefixOf(first, bits)));
      }
    },
    build() {
      const ranges = rangesOf(packed.splice(0));
      return {
        has: (address) =>
          typeof address === 'number'
            ? isInRanges(ranges, address)
            : isInPrefixes(prefixes, address),
      };
    },
  };
}
