/**
 * Owns: what is known of an address: the lists that hold it, where it is, whose it is.
 * Does not own: the lists (address-set.ts), the databases (geo.ts).
 */
import { isIPv4 } from 'node:net';
import { type Address, readAddress } from '../../../shared/domain/ip.ts';
import type { JsonObject } from '../../../shared/domain/json.ts';
import type { AddressSet } from './address-set.ts';
import type { Lookup } from './geo.ts';
import { remembered } from '../remembered.ts';

/** A set with its name in the configuration. */
export interface NamedSet {
  readonly name: string;
  readonly set: AddressSet;
}

export interface AddressData {
  readonly networks: readonly NamedSet[];
  readonly threats: readonly NamedSet[];
  readonly geo?: Lookup | undefined;
  readonly asn?: Lookup | undefined;
}

/** Parts of a document. */
export interface AddressFacts {
  /** `podwitness.source` */
  readonly own: JsonObject | undefined;
  readonly source: JsonObject | undefined;
  readonly threat: JsonObject | undefined;
}

/** Those of a day of most clusters; a scanner's many addresses drive none of them out for long. */
const MAX_ADDRESSES = 10_000;

function holding(sets: readonly NamedSet[], address: Address): readonly string[] | undefined {
  const names = sets.filter(({ set }) => set.has(address)).map(({ name }) => name);
  return names.length === 0 ? undefined : names;
}

/**
 * ECS has `threat.enrichments` for indicators that an event of another origin matched, and
 * `threat.indicator` for events that are about an indicator; so it is the former.
 */
function threatOf(ip: string, providers: readonly string[]): JsonObject {
  const type = isIPv4(ip) ? 'ipv4-addr' : 'ipv6-addr';
  return {
    enrichments: providers.map((provider) => ({
      indicator: { type, ip, provider },
      matched: { atomic: ip, field: 'source.ip' },
    })),
  };
}

/** Databases may lack the version 4 addresses that are written as version 6. */
function plainText(text: string, address: Address): string {
  if (typeof address === 'string' || !text.includes(':')) return text;
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

function factsOf(data: AddressData, text: string): AddressFacts | undefined {
  const address = readAddress(text);
  if (address === undefined) return undefined;
  const networks = holding(data.networks, address);
  const threats = holding(data.threats, address);
  const plain = plainText(text, address);
  const geo = data.geo?.(plain);
  const as = data.asn?.(plain);
  const isListed = networks !== undefined || threats !== undefined;
  const isPlaced = geo !== undefined || as !== undefined;
  if (!isListed && !isPlaced) return undefined;
  return {
    own: isListed ? { networks, threat_lists: threats } : undefined,
    source: isPlaced ? { geo, as } : undefined,
    threat: threats === undefined ? undefined : threatOf(plain, threats),
  };
}

/** Undefined: nothing is known, or the text is no address. */
export function createAddressFacts(
  data: AddressData,
): ((address: string) => AddressFacts | undefined) | undefined {
  const { asn, geo, networks, threats } = data;
  const isEmpty = networks.length === 0 && threats.length === 0;
  if (isEmpty && geo === undefined && asn === undefined) return undefined;
  return remembered((address) => factsOf(data, address), MAX_ADDRESSES);
}
