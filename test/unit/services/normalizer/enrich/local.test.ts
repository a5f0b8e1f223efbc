import { describe, expect, it } from 'vitest';
import { readAddressList } from '../../../../../services/normalizer/enrich/address-list.ts';
import { readDirectory } from '../../../../../services/normalizer/enrich/directory.ts';
import type { Subject } from '../../../../../services/normalizer/enrich/enrich.ts';
import { createInventory } from '../../../../../services/normalizer/enrich/inventory.ts';
import { enrichLocal, type LocalData } from '../../../../../services/normalizer/enrich/local.ts';
import type { Facts, Kind } from '../../../../../services/normalizer/map/mapped.ts';
import type { Parsed } from '../../../../../services/normalizer/enrich/parsed.ts';

function good<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

function list(name: string, text: string) {
  return { name, set: good(readAddressList(text)) };
}

const NOTHING: LocalData = { networks: [], threats: [], version: 'v1' };
const DATA: LocalData = {
  version: 'v1',
  networks: [list('office', '10.0.0.0/8'), list('vpn', '10.8.0.0/16\n2001:db8::/32')],
  threats: [list('feed', '10.8.0.66\n203.0.113.9')],
  geo: (ip) => (ip.startsWith('203.') ? { country_iso_code: 'DE' } : undefined),
  asn: (ip) => (ip === '203.0.113.9' ? { number: 64_500 } : undefined),
  inventory: createInventory([{ name: 'c1', team: 'sre', namespaces: [{ name: 'n', team: 'n' }] }]),
  directory: good(
    readDirectory(
      'username,full_name,email,department,active_until\n' +
        'alice,Alice,a@example.com,Pay,2026-06-30\nroot,Root,,,\n',
    ),
  ),
};

/** What JSON has of it. */
function added(facts: Facts, { kind = 'audit', ...more }: { kind?: Kind; cluster?: string } = {}) {
  const subject: Subject = {
    ...{ kind, cluster: 'c2', timeMs: Date.parse('2026-07-02T00:00:00Z') },
    ...{ facts, document: {}, ...more },
  };
  const parts = enrichLocal(DATA)?.(subject);
  return parts === undefined ? undefined : JSON.parse(JSON.stringify(parts));
}

describe('local data', () => {
  it('is nothing where none is configured', () => {
    expect(enrichLocal(NOTHING)).toBeUndefined();
  });

  it('says to whom a namespace belongs, of events of every kind', () => {
    const expected = { podwitness: { team: 'n', enrichment: { version: 'v1' } } };
    for (const kind of ['audit', 'process', 'alert'] as const) {
      expect(added({ namespace: 'n' }, { kind, cluster: 'c1' })).toEqual(expected);
    }
    expect(added({ namespace: null }, { cluster: 'c1' })).toMatchObject({
      podwitness: { team: 'sre' },
    });
  });

  it('adds nothing to an event of which it knows nothing', () => {
    expect(added({ namespace: 'n', userName: 'bob', sourceIp: '192.0.2.1' })).toBeUndefined();
    expect(added({ userName: null, sourceIp: null })).toBeUndefined();
    expect(added({ sourceIp: 'no address' })).toBeUndefined();
  });

  it('names all lists that hold the address', () => {
    expect(added({ sourceIp: '10.8.0.1' })).toEqual({
      podwitness: { source: { networks: ['office', 'vpn'] }, enrichment: { version: 'v1' } },
    });
    expect(added({ sourceIp: '2001:DB8::1' })?.podwitness.source.networks).toEqual(['vpn']);
  });

  it('says where an address is, and that it is known to be bad', () => {
    expect(added({ sourceIp: '203.0.113.9' })).toEqual({
      podwitness: { source: { threat_lists: ['feed'] }, enrichment: { version: 'v1' } },
      source: { geo: { country_iso_code: 'DE' }, as: { number: 64_500 } },
      threat: {
        enrichments: [
          {
            indicator: { type: 'ipv4-addr', ip: '203.0.113.9', provider: 'feed' },
            matched: { atomic: '203.0.113.9', field: 'source.ip' },
          },
        ],
      },
    });
  });

  it('takes a version 4 address that is written as version 6 for what it is', () => {
    const { podwitness, source } = added({ sourceIp: '::ffff:203.0.113.9' });
    expect(podwitness.source.threat_lists).toEqual(['feed']);
    expect(source.as).toEqual({ number: 64_500 });
  });

  it('looks up the peer of a request only, not addresses in what others report', () => {
    expect(added({ sourceIp: '10.8.0.1' }, { kind: 'alert' })).toBeUndefined();
  });

  it('says who somebody is at the time of the event, and who they act as', () => {
    expect(added({ userName: 'alice', impersonatedUserName: 'root' })).toEqual({
      podwitness: {
        actor: { directory: { department: 'Pay', active: false } },
        enrichment: { version: 'v1' },
      },
      user: { full_name: 'Alice', email: 'a@example.com', effective: { full_name: 'Root' } },
    });
    expect(added({ userName: 'bob', impersonatedUserName: 'alice' })).toEqual({
      podwitness: { enrichment: { version: 'v1' } },
      user: { effective: { full_name: 'Alice', email: 'a@example.com' } },
    });
  });
});
