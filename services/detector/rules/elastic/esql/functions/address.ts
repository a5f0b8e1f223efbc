/**
 * Owns: ES|QL's functions on IP addresses.
 */
import { isInNetwork, readNetwork } from '../../../../../../shared/domain/ip.ts';
import { ipOf, ipValue, isMany, isTyped, type IpValue, type Known, valuesOf } from '../value.ts';
import { countOf, type Functions, raw, single } from './shape.ts';

function addressOf(value: Known): IpValue | null {
  if (typeof value === 'string') return ipOf(value);
  return value !== null && !isMany(value) && isTyped(value, 'ip') ? value : null;
}

/** True if the address is in any of the networks; those that are none hold nothing. */
const cidrMatch = raw(2, 1000, ([value = null, ...networks]) => {
  const ip = addressOf(value);
  if (ip === null) return null;
  return networks
    .flatMap((network) => valuesOf(network))
    .some((text) => {
      const network = typeof text === 'string' ? readNetwork(text) : undefined;
      return network !== undefined && isInNetwork(ip.text, network);
    });
});

/** The network's first address. */
function prefix(ip: IpValue, v4Length: number, v6Length: number): Known {
  const length = typeof ip.address === 'number' ? v4Length : v6Length;
  const network = length < 0 ? undefined : readNetwork(`${ip.text}/${length}`);
  return network === undefined ? null : ipValue(network.first);
}

export const ADDRESS_FUNCTIONS: Functions = {
  CIDR_MATCH: cidrMatch,
  IP_PREFIX: single(3, 3, (value, v4, v6) => {
    const ip = addressOf(value ?? null);
    const lengths = [countOf(v4), countOf(v6)];
    const [v4Length, v6Length] = lengths;
    if (ip === null || v4Length === undefined || v6Length === undefined) return null;
    return prefix(ip, v4Length, v6Length);
  }),
};
