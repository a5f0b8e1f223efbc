/**
 * Owns: reading lists of addresses and networks as they are published: one per line, with comments.
 * Does not own: looking something up in them (address-set.ts).
 */
import { readNetwork } from '../../../shared/domain/ip.ts';
import { type AddressSet, buildAddressSet } from './address-set.ts';
import type { Parsed, Problem } from './parsed.ts';

const MAX_PROBLEMS = 10;
const REMEDY = 'no address and no network: one per line, such as 192.0.2.1, 10.0.0.0/8 or fd00::/8';

/** What a line says before its comment; lists in use have `#` and `;` for that. */
function entryOf(line: string): string {
  const hash = line.indexOf('#');
  const semicolon = line.indexOf(';');
  if (hash < 0 && semicolon < 0) return line.trim();
  return line.slice(0, Math.min(hash >>> 0, semicolon >>> 0)).trim();
}

/** Empty lines and comments are no entries. A range `a - b` has no form here: it is some networks. */
export function readAddressList(text: string): Parsed<AddressSet> {
  const networks = buildAddressSet();
  let entries = 0;
  const problems: Problem[] = [];
  for (let start = 0, line = 1; start < text.length; line += 1) {
    const at = text.indexOf('\n', start);
    const end = at < 0 ? text.length : at;
    const entry = entryOf(text.slice(start, end));
    start = end + 1;
    if (entry === '') continue;
    const network = readNetwork(entry);
    if (network !== undefined) {
      networks.add(network);
      entries += 1;
    } else if (problems.push({ line, message: REMEDY }) === MAX_PROBLEMS) break;
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, value: networks.build(), entries };
}
