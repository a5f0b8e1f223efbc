import { describe, expect, it } from 'vitest';
import { createInventory } from '../../../../../services/normalizer/enrich/inventory.ts';
import { readInventory } from '../../../../../shared/config/inventory.ts';

function inventory(yaml: string) {
  const reading = readInventory(yaml);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return createInventory(reading.clusters);
}

describe('the inventory', () => {
  const about = inventory(`
clusters:
  - name: "*"
    environment: development
    criticality: low
    labels: { all: "1", where: unknown }
    namespaces:
      - { name: kube-system, team: platform }
  - name: prod-*
    environment: production
    team: sre
    criticality: high
    namespaces:
      - { name: pay*, team: payments, criticality: critical }
      - { name: kube-*, owner: nobody }
  - name: prod-eu
    owner: eu@example.com
    labels: { where: eu }
    namespaces:
      - { name: "*", owner: everybody }
`);

  it.each([
    ['dev-1', undefined, { environment: 'development', criticality: 'low' }],
    ['prod-us', undefined, { environment: 'production', team: 'sre', criticality: 'high' }],
    // Of two levels the namespace counts, of two names the exact one.
    [
      'prod-us',
      'payments',
      { team: 'payments', criticality: 'critical', environment: 'production' },
    ],
    ['prod-us', 'kube-system', { team: 'platform', owner: 'nobody' }],
    ['prod-us', 'other', { team: 'sre', criticality: 'high' }],
    // The pattern that says more of the namespace counts before the cluster that is exact.
    ['prod-eu', 'kube-public', { owner: 'nobody' }],
    ['prod-eu', 'shop', { owner: 'everybody' }],
    ['prod-eu', undefined, { owner: 'eu@example.com', labels: { all: '1', where: 'eu' } }],
    ['prod-eu', '', { owner: 'eu@example.com' }],
  ])('says of %s, %s: %j', (cluster, namespace, expected) => {
    expect(about(cluster, namespace)).toMatchObject(expected);
    expect(about(cluster, namespace)).toMatchObject(expected);
  });

  it('says nothing of what is in no entry', () => {
    const small = inventory('clusters:\n  - { name: a, namespaces: [{ name: x, team: t }] }\n');
    expect(small('a', 'x')).toMatchObject({ team: 't' });
    expect(small('a', 'y')).toBeUndefined();
    expect(small('b', 'x')).toBeUndefined();
    expect(small('__proto__', 'constructor')).toBeUndefined();
  });

  it('takes names that mean something to JavaScript for names', () => {
    const odd = inventory('clusters:\n  - { name: a, labels: { constructor: y } }\n');
    const { labels } = odd('a', undefined) ?? {};
    expect(JSON.stringify(labels)).toBe('{"constructor":"y"}');
  });

  it('forgets namespaces that nobody asks for, and is right about them when they come again', () => {
    for (let i = 0; i < 50_000; i += 1) about('prod-us', `made-up-${i}`);
    expect(about('prod-us', 'payments')).toMatchObject({ team: 'payments' });
    expect(about('prod-us', 'made-up-1')).toMatchObject({ team: 'sre' });
  });
});
