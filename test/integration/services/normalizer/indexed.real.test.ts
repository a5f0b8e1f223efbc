/**
 * Owns: proof that whatever is normalized can be indexed: nothing is lost or refused, and the number
 * of fields stays what the templates say. PODWITNESS_INDEXED_EVENTS makes the run longer.
 */
import { beforeAll, expect, it } from 'vitest';
import type { AuditEvent } from '../../../../schemas/generated/avro.ts';
import { openElasticsearchStore } from '../../../../shared/adapters/elasticsearch/open.ts';
import { collectionOfKind } from '../../../../shared/domain/collections.ts';
import { endings } from '../../../../shared/pipeline/outcome.ts';
import type { EventStore, WriteOp } from '../../../../shared/ports/event-store.ts';
import {
  call,
  newNamespace,
  SILENT,
  TEMPLATES,
} from '../../../contract/event-store/elasticsearch-access.ts';
import { createFuzz } from '../../../fuzz/run.ts';
import { oddEvent } from '../../../support/odd-events.ts';
import { describeReal, sharedElasticsearch } from '../../../support/real.ts';
import { batchOf, decide, readSamples } from '../../../support/samples.ts';

const EVENTS = Number(process.env['PODWITNESS_INDEXED_EVENTS'] ?? 50_000);
const PER_STEP = 500;
const SEED = 1;
const STREAMS = ['kubernetes.audit_logs', 'podwitness.activity'];

const fuzz = createFuzz(readSamples());

/** Bodies of one step: odd events one per line, and damaged bodies of all senders. */
function bodiesOf(step: number): readonly { readonly body: Buffer; readonly source: string }[] {
  const at = step * PER_STEP;
  const lines = Array.from({ length: PER_STEP }, (_, i) => JSON.stringify(oddEvent(at + i)));
  const damaged = Array.from({ length: 50 }, (_, i) => fuzz.caseAt(SEED, at + i));
  return [{ body: Buffer.from(lines.join('\n')), source: 'audit' }, ...damaged];
}

function eventsOf(step: number): readonly AuditEvent[] {
  return bodiesOf(step).flatMap(({ body, source }) =>
    decide([batchOf(body, { source })])
      .flatMap((outcome) => endings(outcome))
      .flatMap((ending) => (ending.kind === 'emit' ? ending.items : [])),
  );
}

function operationsOf(events: readonly AuditEvent[], known: Set<string>): readonly WriteOp[] {
  return events.flatMap(({ document, id, kind }) => {
    if (known.has(id)) return [];
    known.add(id);
    return [{ kind: 'create', collection: collectionOfKind(kind), id, document } as const];
  });
}

describeReal('documents of odd events', () => {
  const namespace = newNamespace();
  let node: string;
  let store: EventStore;
  beforeAll(async () => {
    node = (await sharedElasticsearch()).node;
    store = await openElasticsearchStore({
      ...{ node, namespace, templatesFolder: TEMPLATES, logger: SILENT },
    });
    await store.setup();
  });

  /** Names of all fields that the indices have, by stream; empty before the first document. */
  const fields = async (): Promise<readonly string[]> => {
    const found = await Promise.all(
      STREAMS.map((stream) =>
        call({ node }, 'GET', `/logs-${stream}-${namespace}/_field_caps?fields=*`),
      ),
    );
    return found.flatMap((caps) => Object.keys((caps as { fields: object }).fields)).sort();
  };

  it(
    `are all indexed (${EVENTS}), and make no field`,
    async () => {
      const known = new Set<string>();
      const refused: unknown[] = [];
      let before: readonly string[] | undefined;
      for (let step = 0; known.size < EVENTS; step++) {
        const operations = operationsOf(eventsOf(step), known);
        const verdicts = await store.write(operations);
        verdicts.forEach((verdict, i) => {
          if (verdict.kind !== 'written') refused.push({ verdict, op: String(operations[i]?.id) });
        });
        before ??= await fields();
        expect(refused.slice(0, 5)).toStrictEqual([]);
      }
      await store.refresh();
      const events = await store.count({ collection: 'events', where: [] });
      const activity = await store.count({ collection: 'activity', where: [] });
      expect(events + activity).toBe(known.size);
      expect(await fields()).toStrictEqual(before);
    },
    Math.max(1_800_000, EVENTS * 15),
  );
});
