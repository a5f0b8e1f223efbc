/**
 * Owns: proof, on a server with TLS and logins, that each role of elasticsearchRoles can do what
 * its part of the product does, and nothing else.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalElasticsearch, startElasticsearch } from '../../../infra/local/elasticsearch.ts';
import { openElasticsearchStore } from '../../../shared/adapters/elasticsearch/open.ts';
import {
  applyRoles,
  elasticsearchRoles,
  type RoleName,
} from '../../../shared/adapters/elasticsearch/roles.ts';
import type { EventStore } from '../../../shared/ports/event-store.ts';
import { describeReal, localOptions } from '../../support/real.ts';
import { call, type Login, newNamespace, SILENT, TEMPLATES } from './elasticsearch-access.ts';
import { corner, foundIds, kinds } from './fixtures.ts';

const DENIED = { name: 'FatalError', code: 'access_denied' };
const PASSWORD = 'not-a-secret';

describeReal('rights in Elasticsearch', () => {
  const namespace = newNamespace();
  const opened: EventStore[] = [];
  let server: LocalElasticsearch | undefined;
  let node: string;
  let admin: Login;

  beforeAll(async () => {
    server = await startElasticsearch({ ...localOptions(), security: true, heapMiB: 768 });
    if (server.access === undefined) throw new Error('the server has no logins');
    node = server.node;
    admin = server.access;
  }, 180_000);
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await server?.stop();
  });

  type Auth =
    | { readonly apiKey: string }
    | { readonly username: string; readonly password: string };

  async function open(auth: Auth): Promise<EventStore> {
    const store = await openElasticsearchStore({
      node,
      auth,
      ca: admin.ca,
      namespace,
      templatesFolder: TEMPLATES,
      logger: SILENT,
    });
    opened.push(store);
    return store;
  }

  /** A store that logs in with an API key that has this role and nothing else. */
  async function openAs(role: RoleName): Promise<EventStore> {
    const body = { name: role, role_descriptors: { [role]: elasticsearchRoles(namespace)[role] } };
    const key = (await call({ node, login: admin }, 'POST', '/_security/api_key', body)) as {
      encoded: string;
    };
    return open({ apiKey: key.encoded });
  }

  async function loginWith(role: RoleName): Promise<Login> {
    const body = { password: PASSWORD, roles: [role] };
    await call({ node, login: admin }, 'PUT', `/_security/user/${role}-user`, body);
    return { username: `${role}-user`, password: PASSWORD, ca: admin.ca };
  }

  it('applies the roles once', async () => {
    const { username, password, ca } = admin;
    const connection = { node, auth: { username, password }, ca };
    const stateOf = async () =>
      (await applyRoles(connection, namespace)).map((step) => `${step.name}: ${step.state}`);
    const names = ['podwitness_indexer', 'podwitness_reader', 'podwitness_setup'];
    expect(await stateOf()).toEqual(names.map((name) => `role ${name}: created`));
    expect(await stateOf()).toEqual(names.map((name) => `role ${name}: unchanged`));
  });

  it('lets setup set up, twice, and write no document', async () => {
    const store = await openAs('podwitness_setup');
    await store.ping();
    const steps = await store.setup();
    expect(steps.filter((step) => step.state === 'created')).toHaveLength(16);
    const again = await store.setup();
    expect(new Set(again.map((step) => step.state))).toEqual(new Set(['unchanged', 'unsupported']));
    const path = `/podwitness-sessions-${namespace}`;
    const login = await loginWith('podwitness_setup');
    await expect(call({ node, login }, 'DELETE', path)).rejects.toThrow(': 403 ');
    await expect(foundIds(store, corner().query())).rejects.toMatchObject(DENIED);
  });

  it('lets the indexer do all that it does', async () => {
    const store = await openAs('podwitness_indexer');
    const c = corner();
    await store.ping();
    const ops = [c.create('a'), c.put('s', 1), c.create('a'), c.put('s', 0)];
    expect(kinds(await store.write(ops))).toEqual(['written', 'written', 'duplicate', 'stale']);
    expect(await store.existing('events', [c.id('a')])).toEqual(new Set([c.id('a')]));
    await store.refresh();
    expect(await store.count(c.query())).toBe(1);
  });

  it('lets the indexer do nothing else', async () => {
    const login = await loginWith('podwitness_indexer');
    const stream = `logs-kubernetes.audit_logs-${namespace}`;
    const sessions = `podwitness-sessions-${namespace}`;
    const attempts: readonly (readonly [method: string, path: string, body?: object])[] = [
      ['DELETE', `/${sessions}`],
      ['POST', `/${stream}/_delete_by_query`, { query: { match_all: {} } }],
      ['POST', `/${stream}/_update_by_query`],
      ['POST', `/${stream}/_rollover`],
      ['PUT', `/${sessions}/_mapping`, { properties: { x: { type: 'keyword' } } }],
      ['PUT', `/${sessions}/_settings`, { index: { refresh_interval: '1s' } }],
      ['PUT', '/_index_template/x', { index_patterns: ['x-*'] }],
      ['PUT', `/podwitness-sessions-other`],
      ['POST', '/logs-other-default/_doc', { '@timestamp': 0 }],
      ['GET', '/_search'],
      ['PUT', '/_security/user/x', { password: PASSWORD, roles: [] }],
      ['PUT', '/_cluster/settings', { persistent: { 'cluster.max_shards_per_node': 9 } }],
    ];
    for (const [method, path, body] of attempts) {
      const done = await call({ node, login }, method, path, body).then(
        (reply) => reply,
        (error: unknown) => String(error),
      );
      // A search of everything sees what one may see: this one nothing but its own indices.
      if (path === '/_search') expect(JSON.stringify(done)).not.toContain('.security');
      else expect(`${method} ${path} ${JSON.stringify(done)}`).toContain(': 403 ');
    }
  });

  it('lets the reader read, and not write', async () => {
    const store = await openAs('podwitness_reader');
    await store.ping();
    const found = { collection: 'events', where: [], order: 'oldest', limit: 10 } as const;
    const documents: unknown[] = [];
    for await (const document of store.search(found)) documents.push(document);
    expect(documents).toHaveLength(1);
    await expect(store.write([corner().create('x')])).rejects.toMatchObject(DENIED);
    await expect(store.setup()).rejects.toMatchObject(DENIED);
  });

  it('tells wrong credentials from a server that is away', async () => {
    const wrong = await open({ username: 'elastic', password: 'wrong' });
    await expect(wrong.ping()).rejects.toMatchObject(DENIED);
    const away = await openElasticsearchStore({
      node: 'https://127.0.0.1:9',
      ca: admin.ca,
      namespace,
      templatesFolder: TEMPLATES,
      logger: SILENT,
    });
    opened.push(away);
    const transient = { name: 'TransientError', code: 'store_unavailable' };
    await expect(away.ping()).rejects.toMatchObject(transient);
    await expect(away.write([corner().create('x')])).rejects.toMatchObject(transient);
  });
});
