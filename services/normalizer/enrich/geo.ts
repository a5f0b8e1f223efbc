/**
 * Owns: what a MaxMind database (mmdb) says of an address, as ECS has it.
 * Does not own: whose database it is: the operator brings it.
 * The structure is that of GeoIP2, GeoLite2 and DB-IP (City, Country, ASN).
 */
import { Reader, type Response } from 'mmdb-lib';
import type { JsonObject } from '../../../shared/domain/json.ts';
import type { Parsed } from './parsed.ts';

/** Of an address as text; undefined: nothing is known. Total. */
export type Lookup = (address: string) => JsonObject | undefined;

function object(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function nameOf(value: unknown): string | undefined {
  return text(object(object(value)['names'])['en']);
}

function known(fields: JsonObject): JsonObject | undefined {
  return Object.values(fields).some((value) => value !== undefined) ? fields : undefined;
}

function locationOf(location: JsonObject): JsonObject | undefined {
  const { latitude: lat, longitude: lon } = location;
  return typeof lat === 'number' && typeof lon === 'number' ? { lat, lon } : undefined;
}

/** `source.geo`; a region's code is that of ISO 3166-2, `US-CA`, where the database has `CA`. */
export function geoFields(record: JsonObject): JsonObject | undefined {
  const country = text(object(record['country'])['iso_code']);
  const subdivisions: unknown = record['subdivisions'];
  const region: unknown = Array.isArray(subdivisions) ? subdivisions[0] : undefined;
  const regionCode = text(object(region)['iso_code']);
  const location = object(record['location']);
  return known({
    continent_code: text(object(record['continent'])['code']),
    continent_name: nameOf(record['continent']),
    country_iso_code: country,
    country_name: nameOf(record['country']),
    region_iso_code:
      country === undefined || regionCode === undefined ? undefined : `${country}-${regionCode}`,
    region_name: nameOf(region),
    city_name: nameOf(record['city']),
    location: locationOf(location),
    timezone: text(location['time_zone']),
  });
}

/** `source.as` */
export function asFields(record: JsonObject): JsonObject | undefined {
  const number = record['autonomous_system_number'];
  const name = text(record['autonomous_system_organization']);
  return known({
    number: typeof number === 'number' ? number : undefined,
    organization: name === undefined ? undefined : { name },
  });
}

const KINDS = {
  geo: { fields: geoFields, isOther: /asn/i, remedy: 'that is for asnPath' },
  asn: { fields: asFields, isOther: /city|country/i, remedy: 'that is for geoPath' },
};

/** A file that is damaged in its middle answers with errors. */
function lookupIn(
  reader: Reader<Response>,
  fields: (record: JsonObject) => JsonObject | undefined,
): Lookup {
  const isV4Only = reader.metadata.ipVersion === 4;
  return (address) => {
    // The reader would follow the first 32 bits, and find somebody else.
    if (isV4Only && address.includes(':')) return undefined;
    try {
      const record: unknown = reader.get(address);
      return record === null ? undefined : fields(object(record));
    } catch {
      return undefined;
    }
  };
}

/** What the reader takes as it stands there: it checks nothing but the size of a record. */
function isWhole({ metadata }: Reader<Response>, size: number): boolean {
  const { databaseType, ipVersion, nodeCount, searchTreeSize } = metadata;
  const isTold = typeof databaseType === 'string' && (ipVersion === 4 || ipVersion === 6);
  return isTold && Number.isSafeInteger(nodeCount) && nodeCount > 0 && searchTreeSize < size;
}

function open(bytes: Buffer): Reader<Response> | undefined {
  try {
    const reader = new Reader<Response>(bytes);
    return isWhole(reader, bytes.length) ? reader : undefined;
  } catch {
    return undefined;
  }
}

/** The whole file; its entries are the nodes of its tree. */
export function readDatabase(bytes: Buffer, kind: keyof typeof KINDS): Parsed<Lookup> {
  const { fields, isOther, remedy } = KINDS[kind];
  const reader = open(bytes);
  if (reader === undefined) {
    const message = 'no MaxMind database (mmdb), or not all of it: copy it again';
    return { ok: false, problems: [{ message }] };
  }
  const { databaseType, nodeCount } = reader.metadata;
  if (!isOther.test(databaseType)) {
    return { ok: true, value: lookupIn(reader, fields), entries: nodeCount };
  }
  return { ok: false, problems: [{ message: `a database of the other kind: ${remedy}` }] };
}
