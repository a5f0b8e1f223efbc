/**
 * Owns: what local data says of a document: of its cluster and namespace, of the address that a
 * request came from, of the people it names.
 * Does not own: reading the data (edge/), its parts (inventory.ts, address.ts, directory.ts).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { type AddressData, createAddressFacts } from './address.ts';
import type { Directory, Person } from './directory.ts';
import type { Enrich, Subject } from './enrich.ts';
import type { Inventory } from './inventory.ts';

export interface LocalData extends AddressData {
  readonly inventory?: Inventory | undefined;
  readonly directory?: Directory | undefined;
  /** Stands for the contents of all files. */
  readonly version: string;
}

function userOf(person: Person | undefined, effective: Person | undefined): JsonObject | undefined {
  if (effective === undefined) return person?.user;
  return { ...person?.user, effective: effective.user };
}

/** One literal, whose undefined members are nothing in JSON: this is done for every event. */
function ownOf(
  place: JsonObject | undefined,
  source: JsonObject | undefined,
  directory: JsonObject | undefined,
  version: string,
): JsonObject {
  return {
    environment: place?.['environment'],
    team: place?.['team'],
    owner: place?.['owner'],
    criticality: place?.['criticality'],
    labels: place?.['labels'],
    source,
    actor: directory === undefined ? undefined : { directory },
    enrichment: { version },
  };
}

/** Undefined when there is no data at all. */
export function enrichLocal(data: LocalData): Enrich | undefined {
  const { directory, inventory, version } = data;
  const aboutAddress = createAddressFacts(data);
  if ((directory ?? inventory ?? aboutAddress) === undefined) return undefined;
  const personOf = (name: string | null | undefined) =>
    name === undefined || name === null ? undefined : directory?.(name);
  return ({ cluster, facts, kind, timeMs }: Subject) => {
    const place = inventory?.(cluster, facts.namespace ?? undefined);
    const ip = kind === 'audit' ? facts.sourceIp : undefined;
    const address = ip === undefined || ip === null ? undefined : aboutAddress?.(ip);
    const person = personOf(facts.userName);
    const effective = personOf(facts.impersonatedUserName);
    if ((place ?? address ?? person ?? effective) === undefined) return undefined;
    return {
      podwitness: ownOf(place, address?.own, person?.directory(timeMs), version),
      source: address?.source,
      threat: address?.threat,
      user: userOf(person, effective),
    };
  };
}
