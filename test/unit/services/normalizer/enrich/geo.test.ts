import { describe, expect, it } from 'vitest';
import { type Lookup, readDatabase } from '../../../../../services/normalizer/enrich/geo.ts';
import { writeMmdb } from '../../../../support/mmdb.ts';

const CITY = {
  continent: { code: 'EU', names: { en: 'Europe', de: 'Europa' } },
  country: { iso_code: 'DE', names: { en: 'Germany' } },
  subdivisions: [{ iso_code: 'BE', names: { en: 'Land Berlin' } }],
  city: { names: { en: 'Berlin' } },
  location: { latitude: { double: 52.5 }, longitude: { double: 13.4 }, time_zone: 'Europe/Berlin' },
};

function database(bytes: Buffer, kind: 'geo' | 'asn'): Lookup {
  const read = readDatabase(bytes, kind);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}

describe('a database of cities', () => {
  const bytes = writeMmdb('GeoLite2-City', [
    ['192.0.2.0/24', CITY],
    ['198.51.100.0/25', { country: { iso_code: 'FR', names: {} }, subdivisions: [] }],
    ['203.0.113.0/24', { postal: { code: '1' } }],
    ['2001:db8::/32', { ...CITY, country: { names: { en: 'Germany' } } }],
  ]);
  const find = database(bytes, 'geo');

  it('gives the fields of ECS', () => {
    expect(find('192.0.2.77')).toEqual({
      continent_code: 'EU',
      continent_name: 'Europe',
      country_iso_code: 'DE',
      country_name: 'Germany',
      region_iso_code: 'DE-BE',
      region_name: 'Land Berlin',
      city_name: 'Berlin',
      location: { lat: 52.5, lon: 13.4 },
      timezone: 'Europe/Berlin',
    });
  });

  it('gives what there is, and nothing where there is nothing', () => {
    expect(JSON.stringify(find('198.51.100.1'))).toBe('{"country_iso_code":"FR"}');
    expect(find('2001:db8::1')).toMatchObject({ region_iso_code: undefined });
    expect(find('203.0.113.1')).toBeUndefined();
    expect(find('10.0.0.1')).toBeUndefined();
    expect(find('fd00::1')).toBeUndefined();
  });

  it('is no database when it ends early, unless nothing but its description is cut', () => {
    const described = bytes.indexOf('languages');
    for (let length = 0; length < bytes.length; length += 1) {
      const read = readDatabase(bytes.subarray(0, length), 'geo');
      if (length < described) expect(read.ok).toBe(false);
      else if (read.ok) expect(read.value('192.0.2.77')).toMatchObject({ city_name: 'Berlin' });
    }
  });

  it('gives something or nothing when it is damaged, and never falls over', () => {
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x5a;
      const read = readDatabase(damaged, 'geo');
      if (read.ok) for (const ip of ['192.0.2.1', '2001:db8::1']) read.value(ip);
    }
  });

  it.each([
    ['text', Buffer.from('username,email\n')],
    ['zeros', Buffer.alloc(5_000)],
    ['the marker alone', Buffer.from('abcdef4d61784d696e642e636f6d', 'hex')],
  ])('is not %s', (_, content) => {
    expect(readDatabase(content, 'geo')).toMatchObject({ ok: false });
  });
});

describe('a database of autonomous systems', () => {
  const entry = { autonomous_system_number: 64_500, autonomous_system_organization: 'Example' };
  const bytes = writeMmdb('GeoLite2-ASN', [['192.0.2.0/24', entry]], 4);

  it('gives number and organization', () => {
    const find = database(bytes, 'asn');
    expect(find('192.0.2.1')).toEqual({ number: 64_500, organization: { name: 'Example' } });
    expect(find('192.0.3.1')).toBeUndefined();
  });

  it('of version 4 knows nothing of version 6', () => {
    expect(database(bytes, 'asn')('c000:0200::1')).toBeUndefined();
  });

  it('is refused as one of cities, and the other way round', () => {
    const cities = writeMmdb('DBIP-City-Lite', [['192.0.2.0/24', CITY]]);
    expect(readDatabase(bytes, 'geo')).toMatchObject({
      problems: [{ message: expect.stringContaining('asnPath') }],
    });
    expect(readDatabase(cities, 'asn')).toMatchObject({
      problems: [{ message: expect.stringContaining('geoPath') }],
    });
  });
});
