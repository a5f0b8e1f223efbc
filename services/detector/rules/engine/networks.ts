/**
 * Owns: which of many networks an address is in. Networks nest and never overlap otherwise, so all
 * that hold an address are one chain: the innermost and those around it.
 */
import {
  type Address,
  type Network,
  readAddress,
  readNetwork,
} from '../../../../shared/domain/ip.ts';
import type { Marks } from './marks.ts';

interface Entry extends Network {
  readonly atom: number;
  /** The next one around it, or -1. */
  around: number;
}

export class Networks {
  readonly #v4: readonly Entry[];
  readonly #v6: readonly Entry[];

  /** From the text of each network to its atom. */
  constructor(networks: ReadonlyMap<string, number>) {
    const entries = [...networks].flatMap(([text, atom]): Entry[] => {
      const network = readNetwork(text);
      return network === undefined ? [] : [{ ...network, atom, around: -1 }];
    });
    this.#v4 = nested(entries.filter(({ first }) => typeof first === 'number'));
    this.#v6 = nested(entries.filter(({ first }) => typeof first === 'string'));
  }

  mark(text: string, marks: Marks): void {
    const address = readAddress(text);
    if (address === undefined) return;
    const entries = typeof address === 'number' ? this.#v4 : this.#v6;
    let at = lastFrom(entries, address);
    for (let entry = entries[at]; entry !== undefined; entry = entries[at]) {
      if (address <= entry.last) marks.mark(entry.atom);
      at = entry.around;
    }
  }
}

/** Outer networks before those in them. */
function nested(entries: Entry[]): readonly Entry[] {
  entries.sort((a, b) => compare(a.first, b.first) || compare(b.last, a.last));
  const open: number[] = [];
  for (const [index, entry] of entries.entries()) {
    let around = open.at(-1);
    while (around !== undefined && (entries[around] as Entry).last < entry.first) {
      open.pop();
      around = open.at(-1);
    }
    entry.around = around ?? -1;
    open.push(index);
  }
  return entries;
}

function compare(a: Address, b: Address): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The last network that begins at or before the address, or -1. */
function lastFrom(entries: readonly Entry[], address: Address): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as Entry).first <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
