import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openElasticsearchStore } from '../../../../../shared/adapters/elasticsearch/open.ts';
import type { EventStore } from '../../../../../shared/ports/event-store.ts';
import {
  call,
  newNamespace,
  SILENT,
  TEMPLATES,
} from '../../../../contract/event-store/elasticsearch-access.ts';
import { describeReal, sharedElasticsearch } from '../../../../support/real.ts';
import { command, view } from '../../../../unit/services/detector/sessions/record/views.ts';
import { idsOf, putOf, sessionsAreStored } from './indexed.ts';

describeReal('Elasticsearch', () => {
  const namespace = newNamespace();
  const index = `podwitness-sessions-${namespace}`;
  let node: string;
  let store: EventStore;
  let before: readonly string[];

  const fields = async (): Promise<readonly string[]> => {
    const caps = await call({ node }, 'GET', `/${index}/_field_caps?fields=*`);
    return Object.keys((caps as { fields: object }).fields).sort();
  };
  const found = async (query: object): Promise<readonly string[]> => {
    const reply = await call({ node }, 'POST', `/${index}/_search`, { query, size: 1000 });
    const { hits } = (reply as { hits: { hits: readonly { _id: string }[] } }).hits;
    return hits.map(({ _id }) => _id).sort();
  };

  beforeAll(async () => {
    node = (await sharedElasticsearch()).node;
    store = await openElasticsearchStore({
      ...{ node, namespace, templatesFolder: TEMPLATES, logger: SILENT },
    });
    await store.setup();
    before = await fields();
  });
  afterAll(() => store.close());

  sessionsAreStored(() => store);

  it('has made no field of them', async () => {
    expect(await fields()).toStrictEqual(before);
  });

  it('finds a word of a command line that is longer than a keyword may be', async () => {
    const commandLine = `${'x '.repeat(5000)}exfiltrate`;
    await store.write([putOf('long', view({ commands: [command({ commandLine })] }))]);
    await store.refresh();
    const field = 'podwitness.session.commands.command_line.text';
    expect(await found({ match: { [field]: 'exfiltrate' } })).toStrictEqual(['long']);
  });

  it('can sort by and count what sessions are asked for', async () => {
    await store.refresh();
    const session = (name: string) => `podwitness.session.${name}`;
    const range = { range: { [session('duration_ms')]: { gte: 60_000 } } };
    expect(await found({ bool: { filter: [range] } })).toContain('kind-exec');
    expect(await found({ range: { [session('commands.time')]: { gte: '2026-11-21' } } })).toContain(
      'kind-exec',
    );
    expect(await found({ range: { [session('outlived_count')]: { gt: 0 } } })).toContain(
      'kind-exec-open',
    );
    expect(await idsOf(store, session('max_level'), 'medium')).toContain('kind-exec');
  });

  it('can be rid of old ones as infra/elastic/README.md says', async () => {
    const lastSeenMs = Date.parse('2020-01-01T00:00:00Z');
    await store.write([putOf('old', view({ lastSeenMs })), putOf('new', view())]);
    await store.refresh();
    const readme = readFileSync(join(TEMPLATES, 'README.md'), 'utf8');
    const [, path = '', body = ''] = /^POST (podwitness-sessions-\S+)\n(.+)$/m.exec(readme) ?? [];
    const here = path.replace('podwitness-sessions-default', index);
    const query = JSON.parse(body) as object;
    expect(await call({ node }, 'POST', `/${here}&refresh=true`, query)).toMatchObject({
      version_conflicts: 0,
    });
    const left = await found({ ids: { values: ['old', 'new'] } });
    expect(left).toStrictEqual(['new']);
  });
});
