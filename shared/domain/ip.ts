/**
 * Owns: IP addresses and networks, version 4 and 6, as values that compare as addresses do.
 * Does not own: which field holds an address, sets of networks.
 */

/**
 * Version 4: its 32 bits as a number. Version 6: a text of its eight 16-bit groups, one UTF-16 unit
 * each; `<` on such texts is `<` on the addresses, at a tenth of what BigInt takes. A version 4
 * address that is written as version 6 (`::ffff:10.0.0.1`) is the version 4 address.
 */
export type Address = number | string;

/** All addresses from the first to the last, both of one version. */
export interface Network {
  readonly first: Address;
  readonly last: Address;
}

const V6_GROUPS = 8;
const ZERO = 48;
const DOT = 46;
const COLON = 58;
const SMALL_A = 97;

/** Four decimal numbers; `010` is eight to some and ten to others, so it is no number here. */
function readV4(text: string): number | undefined {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (part < 0) return undefined;
      value = value * 256 + part;
      part = -1;
      dots += 1;
      continue;
    }
    const digit = code - ZERO;
    if (digit < 0 || digit > 9 || part === 0) return undefined;
    part = part < 0 ? digit : part * 10 + digit;
    if (part > 255) return undefined;
  }
  return dots === 3 && part >= 0 ? value * 256 + part : undefined;
}

/** 0 to 15; -1 where it is no digit. */
function hexDigit(code: number): number {
  if (code >= ZERO && code <= ZERO + 9) return code - ZERO;
  const letter = (code | 0x20) - SMALL_A;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

/** Groups as they stand there, and before which of them `::` stands; -1 where there is none. */
interface Groups {
  readonly groups: number[];
  gap: number;
}

/** The group from `start` up to a colon or the end, its length; the last may be of version 4. */
function readGroup({ groups }: Groups, text: string, start: number): number {
  let value = 0;
  let at = start;
  for (; at < text.length && at - start < 4; at += 1) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) break;
    value = value * 16 + digit;
  }
  if (text.charCodeAt(at) !== DOT) {
    groups.push(value);
    return at - start;
  }
  const v4 = readV4(text.slice(start));
  if (v4 === undefined) return 0;
  groups.push(v4 >>> 16, v4 & 0xffff);
  return text.length - start;
}

/** Behind one colon, or two where the gap is; -1: neither stands there, or a second gap. */
function skipColons(into: Groups, text: string, at: number): number {
  if (text.charCodeAt(at) !== COLON) return -1;
  if (text.charCodeAt(at + 1) !== COLON) return at + 1 < text.length ? at + 1 : -1;
  if (into.gap >= 0) return -1;
  into.gap = into.groups.length;
  return at + 2;
}

/** Groups with colons between them; false where the text is anything else. */
function readGroups(into: Groups, text: string): boolean {
  let at = text.startsWith('::') ? skipColons(into, text, 0) : 0;
  while (at < text.length) {
    const length = readGroup(into, text, at);
    at += length;
    if (length === 0 || into.groups.length > V6_GROUPS) return false;
    if (at === text.length) return true;
    at = skipColons(into, text, at);
    if (at < 0) return false;
  }
  return true;
}

/** RFC 4291 §2.2, all three forms; a zone (`%eth0`) is not part of an address here. */
function readV6(text: string): readonly number[] | undefined {
  const into: Groups = { groups: [], gap: -1 };
  if (!readGroups(into, text)) return undefined;
  const { gap, groups } = into;
  if (gap < 0) return groups.length === V6_GROUPS ? groups : undefined;
  if (groups.length >= V6_GROUPS) return undefined;
  while (groups.length < V6_GROUPS) groups.splice(gap, 0, 0);
  return groups;
}

/** The version 4 address under ::ffff:0:0/96. */
function mappedV4(groups: readonly number[]): number | undefined {
  const [a, b, c, d, e, f, high = 0, low = 0] = groups;
  if (f !== 0xffff || a !== 0 || b !== 0 || c !== 0 || d !== 0 || e !== 0) return undefined;
  return high * 0x1_0000 + low;
}

export function readAddress(text: string): Address | undefined {
  if (!text.includes(':')) return readV4(text);
  const groups = readV6(text);
  return groups === undefined ? undefined : (mappedV4(groups) ?? String.fromCharCode(...groups));
}

function v4Network(address: number, prefixLength: number): Network | undefined {
  if (prefixLength > 32) return undefined;
  const size = 2 ** (32 - prefixLength);
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

function v6Network(groups: readonly number[], prefixLength: number): Network | undefined {
  if (prefixLength > 128) return undefined;
  if (prefixLength === 128) {
    const one = String.fromCharCode(...groups);
    return { first: one, last: one };
  }
  /** The bits of a group that the prefix leaves free. */
  const free = (index: number) => 0xffff >>> Math.min(Math.max(prefixLength - index * 16, 0), 16);
  return {
    first: String.fromCharCode(...groups.map((group, i) => group & ~free(i))),
    last: String.fromCharCode(...groups.map((group, i) => group | free(i))),
  };
}

/** `10.0.0.0/8`, `fd00::/8`; a bare address is a network of one. Undefined where it is none. */
export function readNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const digits = slash < 0 ? undefined : text.slice(slash + 1);
  if (digits !== undefined && !/^\d{1,3}$/.test(digits)) return undefined;
  if (!address.includes(':')) {
    const value = readV4(address);
    return value === undefined ? undefined : v4Network(value, Number(digits ?? 32));
  }
  const groups = readV6(address);
  if (groups === undefined) return undefined;
  const prefixLength = Number(digits ?? 128);
  const mapped = prefixLength < 96 ? undefined : mappedV4(groups);
  if (mapped === undefined) return v6Network(groups, prefixLength);
  return v4Network(mapped, prefixLength - 96);
}

/** Whether the text is an address in the network. */
export function isInNetwork(text: string, { first, last }: Network): boolean {
  const address = readAddress(text);
  return typeof address === typeof first && address !== undefined
    ? first <= address && address <= last
    : false;
}
