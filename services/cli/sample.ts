/**
 * Owns: the bundled sample: a small story, cut from the recording of a real API server, with lines of a
 * node for one of its sessions, that goes in at the front door and comes out as sessions and findings.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../shared/config/package-root.ts';
import { TransientError } from '../../shared/errors/fault.ts';
import type { CollectionName } from '../../shared/domain/collections.ts';
import type { EventStore, StoredDocument } from '../../shared/ports/event-store.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { type RuleSources, readRules } from '../detector/read-rules.ts';
import { createDetectorStage } from '../detector/stage.ts';
import { sessionsOf } from '../detector/worker.ts';
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
  const response = await fetch(`${url}/v1/logs/${SAMPLE_CLUSTER}`, { method: 'POST', body });
  if (response.ok) return;
  throw new TransientError(`The front door answered ${response.status}`, {
    code: 'log_unavailable',
  });
}

type Expected = Readonly<Record<'events' | 'findings' | 'sessions', number>>;

/** How much the sample gives: the same stages, offline. */
async function expected(body: Buffer, rules: RuleSources): Promise<Expected> {
  const offline = createOffline(
    {
      normalizer: createOfflineNormalizer({ dataStreamNamespace: 'default' }),
      detector: createDetectorStage({ current: await readRules(rules) }),
      sessions: sessionsOf,
    },
    SAMPLE_CLUSTER,
  );
  offline.add(body);
  const { events, findings, sessions } = offline.result();
  return { events: events.length, findings: findings.length, sessions: sessions.length };
}

async function isThere(store: EventStore, { events, findings, sessions }: Expected) {
  await store.refresh();
  const count = (collection: CollectionName): Promise<number> =>
    store.count({ collection, where: OF_SAMPLE });
  // What nodes tell is beside what API servers tell.
  return (
    (await count('events')) + (await count('activity')) >= events &&
    (await count('findings')) >= findings &&
    (await count('sessions')) >= sessions
  );
}

async function waitForAll(store: EventStore, all: Expected): Promise<void> {
  const deadline = systemClock.now() + DEADLINE_MS;
  const never = new AbortController().signal;
  while (!(await isThere(store, all))) {
    if (systemClock.now() > deadline) {
      throw new TransientError('The sample is not indexed yet', { code: 'store_unavailable' });
    }
    await systemClock.sleep(POLL_MS, never);
  }
}

async function told(store: EventStore, collection: 'findings' | 'sessions'): Promise<string> {
  const query = { collection, where: OF_SAMPLE, order: 'oldest', limit: 100 } as const;
  const found: StoredDocument[] = [];
  for await (const document of store.search(query)) found.push(document);
  return formatDocuments(collection, found, 'table');
}

/** Posts the sample and prints what comes out. Sending it again changes nothing. */
export async function tellSample(parts: SampleParts): Promise<void> {
  const body = await readFile(SAMPLE_FILE);
  const all = await expected(body, parts.rules);
  await send(parts.url, body);
  await waitForAll(parts.store, all);
  const { events, findings, sessions } = all;
  await write(`
The sample: ${events} events of cluster '${SAMPLE_CLUSTER}' gave ${sessions} sessions and ${findings} findings.

${await told(parts.store, 'sessions')}
${await told(parts.store, 'findings')}
Ask for more:
  podwitness sessions --all
  podwitness query findings --where user.name=bob
  podwitness query events --where kubernetes.audit.objectRef.namespace=production
  podwitness tail audit.events --from beginning
`);
}
