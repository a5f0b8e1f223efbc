/**
 * Owns: the bundled sample: a small story, cut from the recording of a real API server, that goes
 * in at the front door and comes out as findings.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../shared/config/package-root.ts';
import { TransientError } from '../../shared/errors/fault.ts';
import type { EventStore, StoredDocument } from '../../shared/ports/event-store.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { type RuleSources, readRules } from '../detector/read-rules.ts';
import { createDetectorStage } from '../detector/stage.ts';
import { createOfflineNormalizer } from '../normalizer/stage.ts';
import { createOffline } from './offline/pipeline.ts';
import { formatDocuments } from './output/documents.ts';
import { write } from './output/write.ts';

export const SAMPLE_CLUSTER = 'sample';
export const SAMPLE_FILE = join(packageRoot(), 'services/cli/sample/story.jsonl');

const DEADLINE_MS = 30_000;
const POLL_MS = 100;

interface SampleParts {
  readonly url: string;
  readonly store: EventStore;
  readonly rules: RuleSources;
}

const OF_SAMPLE = [{ field: 'orchestrator.cluster.name', value: SAMPLE_CLUSTER }];

async function send(url: string, body: Buffer): Promise<void> {
  const response = await fetch(`${url}/v1/audit/${SAMPLE_CLUSTER}`, { method: 'POST', body });
  if (response.ok) return;
  throw new TransientError(`The front door answered ${response.status}`, {
    code: 'log_unavailable',
  });
}

/** How many events and findings the sample gives: the same stages, offline. */
async function expected(body: Buffer, rules: RuleSources): Promise<readonly [number, number]> {
  const offline = createOffline(
    {
      normalizer: createOfflineNormalizer({ dataStreamNamespace: 'default' }),
      detector: createDetectorStage({ current: await readRules(rules) }),
    },
    SAMPLE_CLUSTER,
  );
  offline.add(body);
  const { events, findings } = offline.result();
  return [events.length, findings.length];
}

async function waitForAll(store: EventStore, events: number, findings: number): Promise<void> {
  const deadline = systemClock.now() + DEADLINE_MS;
  const never = new AbortController().signal;
  for (;;) {
    await store.refresh();
    const indexed = await store.count({ collection: 'events', where: OF_SAMPLE });
    const found = await store.count({ collection: 'findings', where: OF_SAMPLE });
    if (indexed >= events && found >= findings) return;
    if (systemClock.now() > deadline) {
      throw new TransientError('The sample is not indexed yet', { code: 'store_unavailable' });
    }
    await systemClock.sleep(POLL_MS, never);
  }
}

async function findings({ store }: SampleParts): Promise<readonly StoredDocument[]> {
  const query = { collection: 'findings', where: OF_SAMPLE, order: 'oldest', limit: 100 } as const;
  const found: StoredDocument[] = [];
  for await (const document of store.search(query)) found.push(document);
  return found;
}

/** Posts the sample and prints the findings that come out. Sending it again changes nothing. */
export async function tellSample(parts: SampleParts): Promise<void> {
  const body = await readFile(SAMPLE_FILE);
  const [events, count] = await expected(body, parts.rules);
  await send(parts.url, body);
  await waitForAll(parts.store, events, count);
  const found = await findings(parts);
  await write(`
The sample: ${events} audit events of cluster '${SAMPLE_CLUSTER}' gave ${found.length} findings.

${formatDocuments('findings', found, 'table')}
Ask for more:
  podwitness query findings --where user.name=bob
  podwitness query events --where kubernetes.audit.objectRef.namespace=production
  podwitness tail audit.events --from beginning
`);
}
