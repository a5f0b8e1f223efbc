/**
 * Owns: that a store takes what every sender's sample becomes, each document in its collection, and
 * finds it by the fields that are its own.
 */
import { expect, it } from 'vitest';
import { collectionOfKind, type CollectionName } from '../../../shared/domain/collections.ts';
import type { WriteOp } from '../../../shared/ports/event-store.ts';
import { readSamples, resultOfBody } from '../../support/samples.ts';
import type { StoreUnderTest } from './fixtures.ts';

function operations(): readonly WriteOp[] {
  const seen = new Map<string, WriteOp>();
  for (const { input, source } of readSamples()) {
    for (const { document, record } of resultOfBody(input, { source, cluster: 'samples' }).events) {
      const id = String(record['id']);
      const collection = collectionOfKind(String(record['kind']));
      seen.set(id, {
        ...{ kind: 'create', collection, id },
        document: Buffer.from(JSON.stringify(document)),
      });
    }
  }
  return [...seen.values()];
}

export function sampleTests({ store }: StoreUnderTest): void {
  it('takes all that senders’ samples become, without refusing one', async () => {
    const ops = operations();
    expect(ops.length).toBeGreaterThan(80);
    const verdicts = await store().write(ops);
    const refused = ops.filter((_, i) => verdicts[i]?.kind !== 'written').map(({ id }) => id);
    expect(refused).toStrictEqual([]);
  });

  it.each<[CollectionName, string, string]>([
    ['activity', 'event.dataset', 'podwitness.process'],
    ['activity', 'event.dataset', 'falco.alerts'],
    ['activity', 'podwitness.coverage.kind', 'sensor_drop'],
    ['activity', 'podwitness.process.session_start', 'true'],
    ['activity', 'podwitness.process.scope', 'node'],
    ['activity', 'process.command_line', '*ls -l*'],
    ['activity', 'falco.output_fields.evt.time', '1763460062123456789'],
    ['activity', 'falco.output_fields.n_drops', '9007199254740993'],
    ['activity', 'podwitness.test', 'true'],
    ['events', 'podwitness.request_uid', '866ee807-6843-44d3-b0bf-68efa0296aa7'],
    ['events', 'podwitness.missing', 'requestObject'],
    ['events', 'podwitness.inferred', 'responseStatus.code'],
    ['events', 'podwitness.ingest.format', 'audit'],
    ['events', 'podwitness.ingest.fields.logGroup', '/aws/eks/*'],
    ['events', 'podwitness.admission.command', 'id'],
  ])('finds them in %s by %s = %s', async (collection, field, value) => {
    await store().refresh();
    const where = [
      { field: 'orchestrator.cluster.name', value: 'samples' },
      { field, value },
    ];
    expect(await store().count({ collection, where })).toBeGreaterThan(0);
  });
}
