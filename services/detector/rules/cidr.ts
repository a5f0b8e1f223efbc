/**
 * Owns: IP addresses and networks as numbers, version 4 and 6.
 * Does not own: which field holds an address.
 */

const V4_BITS = 32;
const V6_BITS = 128;
const V6_GROUPS = 8;
/** ::ffff:0:0/96, under which version 4 addresses are written as version 6. */
const MAPPED_PREFIX = 0xffffn;

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}
interface Network extends Address {
  readonly prefixLength: number;
}

/** `10.0.0.0/8`, `fd00::/8`; a bare address is a network of one. Undefined where it is none. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim());
  const address = match?.[1] === undefined ? undefined : readAddress(match[1]);
  if (address === undefined) return undefined;
  const prefixLength = match?.[2] === undefined ? address.bits : Number(match[2]);
  return prefixLength > address.bits ? undefined : { ...address, prefixLength };
}

/** Whether the text is an address in the network; a mapped version 4 address counts as version 4. */
export function isInNetwork(text: string, network: Network): boolean {
  const address = readAddress(text);
  if (address === undefined) return false;
  if (address.bits === network.bits) return sharesPrefix(address, network);
  const plain = unmap(address);
  return plain !== undefined && plain.bits === network.bits && sharesPrefix(plain, network);
}

function sharesPrefix(address: Address, network: Network): boolean {
  const rest = BigInt(network.bits - network.prefixLength);
  return address.value >> rest === network.value >> rest;
}

function unmap(address: Address): Address | undefined {
  if (address.bits !== V6_BITS || address.value >> BigInt(V4_BITS) !== MAPPED_PREFIX) {
    return undefined;
  }
  return { bits: V4_BITS, value: address.value & 0xffff_ffffn };
}

function readAddress(text: string): Address | undefined {
  const bits = text.includes(':') ? V6_BITS : V4_BITS;
  const value = bits === V6_BITS ? readV6(text) : readV4(text);
  return value === undefined ? undefined : { bits, value };
}

function readV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

/** RFC 4291 §2.2, all three forms; a zone (`%eth0`) is not part of an address here. */
function readV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 1 ? [] : readGroups(halves[1] ?? '', true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = V6_GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** 16-bit groups; the last one may be a version 4 address where the address ends here. */
function readGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const words = text.split(':');
  for (const [index, word] of words.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(word)) groups.push(Number.parseInt(word, 16));
    else {
      const v4 = isEnd && index === words.length - 1 ? readV4(word) : undefined;
      if (v4 === undefined) return undefined;
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    }
  }
  return groups;
}
