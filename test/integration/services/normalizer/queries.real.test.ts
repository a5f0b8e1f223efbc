/**
 * Owns: proof that the queries of Elastic's prebuilt rules find our documents: each field that those
 * rules ask for (detection.md §3.1), with each of the semantics that they rely on.
 * The rules' own languages are not in this server's build (KQL is Kibana's, EQL and ES|QL are under
 * another licence), so each case is the query that the reference says a clause stands for.
 */
import { beforeAll, expect, it } from 'vitest';
import { openElasticsearchStore } from '../../../../shared/adapters/elasticsearch/open.ts';
import { endings } from '../../../../shared/pipeline/outcome.ts';
import {
  call,
  newNamespace,
  SILENT,
  TEMPLATES,
} from '../../../contract/event-store/elasticsearch-access.ts';
import { describeReal, sharedElasticsearch } from '../../../support/real.ts';
import { BODY, CASES, NAMES } from '../../../support/rule-queries.ts';
import { batchOf, decide } from '../../../support/samples.ts';

describeReal('the queries of Elastic’s rules', () => {
  const namespace = newNamespace();
  let node: string;
  beforeAll(async () => {
    node = (await sharedElasticsearch()).node;
    const options = { node, namespace, templatesFolder: TEMPLATES, logger: SILENT };
    const store = await openElasticsearchStore(options);
    await store.setup();
    const events = decide([batchOf(BODY, { source: 'audit' })])
      .flatMap((outcome) => endings(outcome))
      .flatMap((ending) => (ending.kind === 'emit' ? ending.items : []));
    const verdicts = await store.write(
      events.map(({ document, id }) => ({ kind: 'create', collection: 'events', id, document })),
    );
    expect(verdicts.map(({ kind }) => kind)).toStrictEqual(NAMES.map(() => 'written'));
    await store.refresh();
    await store.close();
  });

  it.each(CASES)('%s', async (_what, query, expected) => {
    const path = `/logs-kubernetes.audit_logs-${namespace}/_search?size=100`;
    const answer = (await call({ node }, 'POST', path, { query })) as {
      hits: { hits: readonly { _source: { kubernetes: { audit: { auditID: string } } } }[] };
    };
    const found = answer.hits.hits.map(({ _source }) => _source.kubernetes.audit.auditID);
    expect(found.toSorted()).toStrictEqual([...expected].sort());
  });
});
