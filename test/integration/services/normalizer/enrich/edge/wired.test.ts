/** Local data through a running normalizer: what the configuration names is what events carry. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startNormalizer } from '../../../../../../services/normalizer/main.ts';
import type { Context } from '../../../../../../shared/runtime/context.ts';
import { within } from '../../../../../contract/log/harness.ts';
import { openPipelineRig, type PipelineRig } from '../../../../../support/pipeline-rig.ts';
import { until } from '../../../../../support/worker-rig.ts';
import { audit, BEGIN_MS } from '../../../../../unit/services/normalizer/enrich/learned/story.ts';

const WAIT_MS = 20_000;

let rig: PipelineRig;
let folder: string;
beforeEach(async () => {
  rig = await openPipelineRig();
  folder = await mkdtemp(join(tmpdir(), 'podwitness-local-'));
});
afterEach(async () => {
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

function withInventory(inventoryPath: string): Context {
  const { config } = rig.context;
  const enrichment = { ...config.normalizer.enrichment, inventoryPath };
  return {
    ...rig.context,
    config: { ...config, normalizer: { ...config.normalizer, enrichment } },
  };
}

it('is in the events of a running normalizer', async () => {
  const file = join(folder, 'inventory.yaml');
  await writeFile(file, 'clusters:\n  - name: prod\n    environment: production\n');
  const worker = await startNormalizer(withInventory(file), rig.log);
  try {
    const event = audit(1, ['list', 'pods']);
    await rig.send([JSON.stringify(event)], { cluster: 'prod', receivedAt: BEGIN_MS });
    const one = async () => (await rig.values('audit.events')).length > 0;
    await within(WAIT_MS, 'the event', until(one));
    const [found] = await rig.values('audit.events');
    expect(JSON.parse(String(found?.document))).toMatchObject({
      podwitness: { environment: 'production', enrichment: { version: expect.any(String) } },
    });
  } finally {
    await worker.stop();
  }
});

it('that is wrong keeps a normalizer from starting, and says where', async () => {
  const file = join(folder, 'inventory.yaml');
  await writeFile(file, 'clusters:\n  - name: prod\n    enviroment: production\n');
  await expect(startNormalizer(withInventory(file), rig.log)).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringContaining('inventory.yaml:3'),
  });
});
