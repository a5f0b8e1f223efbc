/**
 * Owns: the EventStore contract on a real Elasticsearch, and what only that adapter promises:
 * rollovers, refusals by depth, a missing set-up, changed templates.
 * Does not own: logins and rights (elasticsearch-rights.real.test.ts).
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ElasticsearchOptions,
  openElasticsearchStore,
} from '../../../shared/adapters/elasticsearch/open.ts';
import type { EventStore, SetupStep, WriteOp } from '../../../shared/ports/event-store.ts';
import { describeReal, sharedElasticsearch } from '../../support/real.ts';
import { call, newNamespace, SILENT, TEMPLATES } from './elasticsearch-access.ts';
import { corner, foundIds, kinds, stored } from './fixtures.ts';
import { eventStoreContract } from './suite.ts';

async function open(
  namespace: string,
  more: Partial<ElasticsearchOptions> = {},
): Promise<EventStore> {
  const { node } = await sharedElasticsearch();
  return openElasticsearchStore({
    node,
    namespace,
    templatesFolder: TEMPLATES,
    logger: SILENT,
    ...more,
  });
}

function states(steps: readonly SetupStep[]): Record<string, string> {
  return Object.fromEntries(steps.map((step) => [step.name, step.state]));
}

describeReal('with a real server', () => {
  eventStoreContract('elasticsearch', async () => {
    const namespace = newNamespace();
    return { open: () => open(namespace), dispose: async () => {} };
  });

  describe('elasticsearch', () => {
    let node: string;
    beforeAll(async () => {
      node = (await sharedElasticsearch()).node;
    });

    it('finds ids in an older backing index after a rollover', async () => {
      const namespace = newNamespace();
      const store = await open(namespace);
      await store.setup();
      const c = corner();
      await store.write([c.create('old'), c.create('both')]);
      await call({ node }, 'POST', `/logs-kubernetes.audit_logs-${namespace}/_rollover`);
      await store.write([c.create('new'), c.create('both')]);
      const ids = ['old', 'both', 'new', 'none'].map(c.id);
      expect(await store.existing('events', ids)).toEqual(new Set(ids.slice(0, 3)));
      await store.close();
    });

    it('refuses bodies deeper than 20, and says nothing of their content', async () => {
      const store = await open(newNamespace());
      await store.setup();
      const c = corner();
      const nested = (depth: number): object =>
        depth === 0 ? { secret: 1 } : { a: nested(depth - 1) };
      const [verdict, good] = await store.write([
        c.create('deep', { podwitness: { request_object: nested(30) } }),
        c.create('good', { podwitness: { request_object: nested(10) } }),
      ]);
      expect(verdict).toMatchObject({ kind: 'refused', fault: { code: 'document_refused' } });
      expect(JSON.stringify(verdict)).not.toContain('secret');
      expect(good).toEqual({ kind: 'written' });
      const nonsense = {
        kubernetes: { audit: { requestObject: { spec: { hostPID: 'secret' } } } },
      };
      expect(await store.write([c.create('bad', nonsense)])).toMatchObject([
        { fault: { field: 'kubernetes.audit.requestObject.spec.hostPID' } },
      ]);
      await store.close();
    });

    it('waits while the indices are blocked, as at the flood stage of the disk', async () => {
      const namespace = newNamespace();
      const store = await open(namespace);
      await store.setup();
      const c = corner();
      const block = (isOn: boolean) =>
        call({ node }, 'PUT', `/logs-kubernetes.audit_logs-${namespace}/_settings`, {
          'index.blocks.read_only_allow_delete': isOn ? true : null,
        });
      expect(kinds(await store.write([c.create('before')]))).toEqual(['written']);
      await block(true);
      expect(kinds(await store.write([c.create('a'), c.create('b')]))).toEqual(['retry', 'retry']);
      await block(false);
      expect(kinds(await store.write([c.create('a'), c.create('b')]))).toEqual([
        'written',
        'written',
      ]);
      await store.close();
    });

    it('does not write where setup has not been run: Elasticsearch would guess the types', async () => {
      const namespace = newNamespace();
      const store = await open(namespace);
      const write = store.write([corner().create('a')]);
      await expect(write).rejects.toMatchObject({ name: 'FatalError', code: 'missing_index' });
      const search = foundIds(store, corner().query());
      await expect(search).rejects.toMatchObject({ name: 'FatalError', code: 'missing_index' });
      expect(await store.existing('events', ['a'])).toEqual(new Set());
      await store.close();
    });

    it('says what the cluster can not do, and is refused where a name is taken', async () => {
      const namespace = newNamespace();
      const store = await open(namespace);
      const steps = await store.setup();
      const missing = steps.filter((step) => step.state === 'unsupported');
      expect(missing.map((step) => step.name)).toEqual([
        'field types',
        'ILM policy',
        'data stream API',
      ]);
      for (const step of missing) expect(step.detail).toMatch(/[.]$/);
      await store.close();

      const taken = newNamespace();
      const name = `podwitness-alerts-${taken}`;
      const alias = {
        actions: [{ add: { index: `podwitness-alerts-${namespace}`, alias: name } }],
      };
      await call({ node }, 'POST', '/_aliases', alias);
      const other = await open(taken);
      await expect(other.setup()).rejects.toMatchObject({ name: 'FatalError' });
      await other.close();
    });

    it('brings templates and what is there to a new refresh interval and new fields', async () => {
      const namespace = newNamespace();
      const first = await open(namespace);
      await first.setup();
      const c = corner();
      await first.write([c.create('a')]);
      await first.close();

      const folder = mkdtempSync(join(tmpdir(), 'podwitness-templates-'));
      cpSync(TEMPLATES, folder, { recursive: true });
      const path = join(folder, 'component-templates', 'podwitness-own.json');
      const text = readFileSync(path, 'utf8');
      const add = '"podwitness": {\n          "properties": {"added": {"type": "keyword"},';
      writeFileSync(path, text.replace(/"podwitness": \{\s*"properties": \{/, add));
      const second = await open(namespace, { templatesFolder: folder, refreshIntervalSeconds: 30 });
      const stream = `data stream logs-kubernetes.audit_logs-${namespace}`;
      expect(states(await second.setup())).toMatchObject({
        'component template podwitness-settings': 'changed',
        'component template podwitness-own': 'changed',
        'component template podwitness-ecs': 'unchanged',
        'component template podwitness@custom': 'unchanged',
        'index template podwitness-events': 'changed',
        [stream]: 'changed',
      });
      expect(new Set(Object.values(states(await second.setup())))).toEqual(
        new Set(['unchanged', 'unsupported']),
      );
      await second.write([c.create('b', { podwitness: { added: 'x' } })]);
      expect(await foundIds(second, c.query({ 'podwitness.added': 'x' }))).toEqual([c.id('b')]);

      // A type that can't change in place: the data stream rolls over.
      writeFileSync(
        path,
        text.replace(/"podwitness": \{\s*"properties": \{/, add.replace('keyword', 'long')),
      );
      const third = await open(namespace, { templatesFolder: folder, refreshIntervalSeconds: 30 });
      const steps = await third.setup();
      expect(steps.find((step) => step.name === stream)?.detail).toContain('rolled over');
      const index = steps.find((step) => step.name.startsWith('index podwitness-sessions-'));
      expect(index).toMatchObject({ state: 'unsupported' });
      await third.write([c.create('d', { podwitness: { added: 5 } })]);
      expect(await foundIds(third, c.query())).toEqual(['a', 'b', 'd'].map(c.id));
      rmSync(folder, { recursive: true });
      await Promise.all([second.close(), third.close()]);
      const restored = await open(namespace);
      await restored.setup();
      await restored.close();
    });

    it('splits a call into requests of bounded size, in order by id', async () => {
      const store = await open(newNamespace(), { maxRequestBytes: 4_096 });
      await store.setup();
      const c = corner();
      const ops: WriteOp[] = Array.from({ length: 200 }, (_, i) =>
        c.put(i % 50, i, { message: `${i}` }),
      );
      expect(new Set(kinds(await store.write(ops)))).toEqual(new Set(['written']));
      for (const name of [0, 49]) {
        const session = await stored(store, 'sessions', c.id(name));
        expect(session?.['message']).toBe(`${150 + name}`);
      }
      expect(new Set(kinds(await store.write(ops.slice(0, 100))))).toEqual(new Set(['stale']));
      await store.close();
    });
  });
});
