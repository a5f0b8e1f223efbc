/**
 * Owns: the part of the contract about reading: what a condition means, order, limits, paging.
 */
import { describe, expect, it } from 'vitest';
import { all, corner, eventId, foundIds, type StoreUnderTest } from './fixtures.ts';

const AUDIT = {
  user: { name: 'system:serviceaccount:shop:cart' },
  source: { ip: ['10.1.2.3', 'fd00::7'] },
  kubernetes: {
    audit: {
      verb: 'create',
      requestURI: '/api/v1/namespaces/shop/pods/cart-1/exec?command=sh',
      user: {
        groups: ['system:serviceaccounts', 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/pod-name': ['cart-1'] },
      },
      annotations: {
        'authorization_k8s_io/decision': 'allow',
        'authorization_k8s_io/reason': 'RBAC: allowed by "cart"\\',
      },
      responseStatus: { code: 101 },
      requestObject: {
        spec: {
          hostPID: true,
          containers: [
            { image: 'quay.io/calico/node:v3', securityContext: { privileged: true } },
            { image: 'nginx' },
          ],
        },
      },
    },
  },
  podwitness: {
    request_object: { spec: { nested: [{ deep: 'x1' }, { deep: 'x2' }], count: 7 } },
    finding: { events: ['e1', 'e2'] },
  },
};

const PLAIN = {
  user: { name: 'admin' },
  kubernetes: { audit: { verb: 'get', responseStatus: { code: 404 } } },
};

export function searchTests({ store }: StoreUnderTest): void {
  const K = 'kubernetes.audit';
  const cases: readonly (readonly [field: string, value: string, found: string])[] = [
    ['user.name', 'system:serviceaccount:shop:cart', 'audit'],
    ['user.name', 'system:serviceaccount:shop:car', ''],
    ['user.name', 'SYSTEM:serviceaccount:shop:cart', ''],
    ['user.name', 'system:*:cart', 'audit'],
    ['user.name', '*:shop:*', 'audit'],
    ['user.name', 'system:?erviceaccount:*', ''],
    ['user.name', '*', 'audit plain'],
    ['user.name', 'admin', 'plain'],
    ['user.name', '', ''],
    [`${K}.verb`, 'create', 'audit'],
    [`${K}.requestURI`, '/api/v1/namespaces/shop/pods/*/exec*', 'audit'],
    [`${K}.user.groups`, 'system:authenticated', 'audit'],
    [`${K}.user.groups`, 'system:serviceaccounts,system:authenticated', ''],
    [`${K}.annotations.authorization_k8s_io/decision`, 'allow', 'audit'],
    [`${K}.annotations.authorization_k8s_io/reason`, 'RBAC: allowed by "cart"\\', 'audit'],
    [`${K}.annotations.authorization_k8s_io/reason`, '*"cart"\\', 'audit'],
    [`${K}.user.extra.authentication.kubernetes.io/pod-name`, 'cart-1', 'audit'],
    [`${K}.responseStatus.code`, '101', 'audit'],
    [`${K}.responseStatus.code`, '4*', 'plain'],
    [`${K}.responseStatus.code`, 'none', ''],
    [`${K}.requestObject.spec.hostPID`, 'true', 'audit'],
    [`${K}.requestObject.spec.hostPID`, 'false', ''],
    [`${K}.requestObject.spec.hostPID`, 'maybe', ''],
    [`${K}.requestObject.spec.containers.image`, 'nginx', 'audit'],
    [`${K}.requestObject.spec.containers.image`, 'quay.io/calico*', 'audit'],
    [`${K}.requestObject.spec.containers.securityContext.privileged`, 'true', 'audit'],
    ['source.ip', '10.1.2.3', 'audit'],
    ['source.ip', '10.1.*', 'audit'],
    ['source.ip', '10.1.2.4', ''],
    ['source.ip', '10.0.0.0/8', ''],
    ['source.ip', 'not an address', ''],
    ['podwitness.request_object.spec.nested.deep', 'x2', 'audit'],
    ['podwitness.request_object.spec.nested.deep', 'x*', 'audit'],
    ['podwitness.request_object.spec.count', '7', 'audit'],
    ['podwitness.finding.events', 'e2', 'audit'],
    ['not.mapped.at.all', 'here', 'unmapped'],
    ['not.mapped.at.all', 'he*', 'unmapped'],
    ['no.such.field', '*', ''],
    ['user', 'admin', ''],
  ];

  describe('conditions', () => {
    const c = corner();
    const write = async () => {
      await store().write([
        c.create('audit', AUDIT),
        c.create('plain', PLAIN),
        c.create('unmapped', { not: { mapped: { at: { all: ['here', 5] } } } }),
      ]);
      await store().refresh();
    };

    it.each(cases)('%s = %s finds: %s', async (field, value, found) => {
      if ((await store().count(c.query())) === 0) await write();
      const expected = found === '' ? [] : found.split(' ').map(c.id);
      expect(await foundIds(store(), c.query({ [field]: value }))).toEqual(expected);
      expect(await store().count(c.query({ [field]: value }))).toBe(expected.length);
    });

    it('all have to hold', async () => {
      const both = { 'user.name': 'admin', [`${K}.verb`]: 'get' };
      expect(await foundIds(store(), c.query(both))).toEqual([c.id('plain')]);
      const none = { 'user.name': 'admin', [`${K}.verb`]: 'create' };
      expect(await foundIds(store(), c.query(none))).toEqual([]);
    });
  });

  it('gives back documents as they were written', async () => {
    const c = corner();
    await store().write([c.create('audit', AUDIT)]);
    await store().refresh();
    const found = await all(store(), c.query());
    expect(found).toEqual([JSON.parse(c.document('audit', AUDIT).toString())]);
  });

  describe('order, limit and paging', () => {
    it('is total and the same in both directions, over many pages', async () => {
      const c = corner();
      // Bursts of the same time, written in no order.
      const names = Array.from({ length: 11_000 }, (_, i) => String((i * 1_361) % 11_000));
      const offset = (name: string) => Math.floor(Number(name) / 700) * 1_000;
      await store().write(names.map((name) => c.create(name, {}, offset(name))));
      const expected = [...names]
        .sort((a, b) => offset(a) - offset(b) || (c.id(a) < c.id(b) ? -1 : 1))
        .map(c.id);
      expect(await foundIds(store(), c.query())).toEqual(expected);
      const newest = c.query({}, { order: 'newest' });
      expect(await foundIds(store(), newest)).toEqual([...expected].reverse());
      const first = c.query({}, { order: 'newest', limit: 9_001 });
      expect(await foundIds(store(), first)).toEqual([...expected].reverse().slice(0, 9_001));
      expect(await foundIds(store(), c.query({}, { limit: 0 }))).toEqual([]);
      expect(await foundIds(store(), c.query({}, { limit: 1 }))).toEqual(expected.slice(0, 1));
    });

    it('takes since as inclusive and until as exclusive, with and without conditions', async () => {
      const c = corner();
      await store().write([0, 1, 2, 3].map((i) => c.create(i, {}, i * 1_000)));
      const bounds = { since: c.startMs + 1_000, until: c.startMs + 3_000 };
      expect(await foundIds(store(), c.query({}, bounds))).toEqual([c.id(1), c.id(2)]);
      const open = { collection: 'events', where: [], order: 'newest', limit: 10 } as const;
      expect(await foundIds(store(), { ...open, ...bounds })).toEqual([c.id(2), c.id(1)]);
      expect(await foundIds(store(), { ...open, ...bounds, limit: 1 })).toEqual([c.id(2)]);
      expect(await store().count({ collection: 'events', where: [], ...bounds })).toBe(2);
      const since = { since: c.startMs + 2_000 };
      expect(await foundIds(store(), c.query({}, since))).toEqual([c.id(2), c.id(3)]);
    });

    it('streams: whoever stops early costs nothing more', async () => {
      const c = corner();
      await store().write(Array.from({ length: 900 }, (_, i) => c.create(i, {}, i)));
      await store().refresh();
      const seen: string[] = [];
      for await (const document of store().search(c.query())) {
        seen.push(eventId(document));
        if (seen.length === 3) break;
      }
      expect(seen).toEqual([0, 1, 2].map(c.id));
      expect(await store().count(c.query())).toBe(900);
    });

    it('searches while another search is half read and a write comes in', async () => {
      const c = corner();
      await store().write(Array.from({ length: 600 }, (_, i) => c.create(i, {}, i)));
      await store().refresh();
      const outer: string[] = [];
      for await (const document of store().search(c.query())) {
        outer.push(eventId(document));
        if (outer.length !== 300) continue;
        await store().write([c.create('late', {}, 5_000)]);
        expect(await foundIds(store(), c.query({}, { limit: 2 }))).toEqual([0, 1].map(c.id));
      }
      expect(outer).toEqual(Array.from({ length: 600 }, (_, i) => c.id(i)));
    });
  });

  it('shows every acknowledged write after a refresh', async () => {
    const c = corner();
    for (let i = 0; i < 5; i++) {
      await store().write([c.create(i)]);
      await store().refresh();
      expect(await store().count(c.query())).toBe(i + 1);
    }
  });
}
