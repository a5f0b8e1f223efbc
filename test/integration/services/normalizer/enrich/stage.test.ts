import { describe, expect, it } from 'vitest';
import { loadEnrichment } from '../../../../../services/normalizer/enrich/edge/load.ts';
import type { Enrich } from '../../../../../services/normalizer/enrich/enrich.ts';
import { createNormalizerStage } from '../../../../../services/normalizer/stage.ts';
import { readConfig } from '../../../../../shared/config/load.ts';
import { endings } from '../../../../../shared/pipeline/outcome.ts';
import { rawBatch } from '../../../../unit/services/normalizer/batches.ts';

const FOLDER = 'infra/enrichment';

/** With the examples as they are. */
async function load() {
  const enrichment = {
    inventoryPath: `${FOLDER}/inventory.yaml`,
    networks: [{ name: 'office', path: `${FOLDER}/networks.txt` }],
    threats: [{ name: 'feed', path: `${FOLDER}/threats.txt` }],
    usersPath: `${FOLDER}/users.csv`,
  };
  const given = { name: 'normalizer', value: { enrichment }, where: 'test' };
  const reading = await readConfig({ env: {}, overrides: [given], defaultFile: 'no-such-file' });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  return loadEnrichment({
    config: reading.config,
    health: { degrade() {} },
    clock: { now: () => 0 },
    metrics: { enrichment: { loaded() {}, failed() {} } },
    logger: () => quiet,
  });
}

const EVENT = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: 'f5b1d5a2-0000-4000-8000-000000000001',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/payments/secrets/db',
  verb: 'get',
  user: { username: 'alice@example.com', groups: ['system:authenticated'] },
  // The first is the client's claim, and must name no list.
  sourceIPs: ['203.0.113.66', '10.20.3.4'],
  objectRef: { resource: 'secrets', namespace: 'payments', name: 'db', apiVersion: 'v1' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-11-02T10:00:00.000000Z',
  stageTimestamp: '2026-11-02T10:00:00.100000Z',
};

function normalized(enrich: Enrich | undefined) {
  const stage = createNormalizerStage({ dataStreamNamespace: 'default', enrich });
  const [event] = stage
    .apply([rawBatch(JSON.stringify(EVENT), { cluster: 'prod-eu-1' })])
    .flatMap((outcome) => endings(outcome))
    .flatMap((ending) => (ending.kind === 'emit' ? ending.items : []));
  if (event === undefined) throw new Error('The event was not taken');
  return { id: event.id, document: JSON.parse(event.document.toString()) };
}

describe('an event with local data', () => {
  it('has the same id, all that it says, and what is known beside it', async () => {
    const { enrich, stop } = await load();
    stop();
    const plain = normalized(undefined);
    const rich = normalized(enrich);
    expect(rich.id).toBe(plain.id);
    expect(rich.document).toMatchObject(plain.document);
    expect(rich.document).toMatchObject({
      podwitness: {
        environment: 'production',
        team: 'payments',
        criticality: 'critical',
        source: { networks: ['office'] },
        actor: { directory: { department: 'Payments', active: true } },
      },
      user: { name: 'alice@example.com', full_name: 'Alice Example' },
    });
    expect(rich.document.podwitness.source.threat_lists).toBeUndefined();
    expect(rich.document.threat).toBeUndefined();
  });
});
