/**
 * Owns: what the end-to-end tests of the watch on coverage need: settings by which seconds are
 * enough, a sender, and the events that came out.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { query, type Settings } from './podwitness.ts';
import { deliver } from './sender.ts';

/** A sender is known after a second and ten batches, and silent after four more seconds. */
export const QUICK: Settings = {
  PODWITNESS_COVERAGE_ESTABLISHED_SECONDS: '1',
  PODWITNESS_COVERAGE_SILENCE_SECONDS: '4',
  PODWITNESS_COVERAGE_SILENCE_FACTOR: '1',
  PODWITNESS_PIPELINE_TICK_INTERVAL_MS: '200',
};

export interface CoverageDocument {
  readonly '@timestamp': string;
  readonly message: string;
  readonly event: { readonly id: string };
  readonly podwitness: {
    readonly coverage: { readonly id: string; readonly kind: string; readonly state: string };
  };
}

function bodyAt(timeMs: number, index: number): Buffer {
  const time = `${new Date(timeMs).toISOString().slice(0, -1)}000Z`;
  const event = {
    ...{ level: 'Metadata', auditID: `${timeMs}-${index}`, stage: 'ResponseComplete' },
    ...{ requestURI: '/api/v1/pods', verb: 'list', user: { username: 'jane' } },
    ...{ requestReceivedTimestamp: time, stageTimestamp: time, responseStatus: { code: 200 } },
  };
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: [event] };
  return Buffer.from(`${JSON.stringify(list)}\n`);
}

/** Sends so many bodies, a fifth of a second apart: a sender is known by the time that it sends. */
export async function send(url: string, cluster: string, bodies: number): Promise<void> {
  for (let i = 0; i < bodies; i++) {
    if (i > 0) await sleep(200);
    await deliver(() => url, cluster, bodyAt(Date.now(), i));
  }
}

/** Coverage events of a cluster in the store, oldest first, begin before end. */
export async function coverageOf(
  cluster: string,
  settings: Settings,
): Promise<readonly CoverageDocument[]> {
  const where = ['event.dataset=podwitness.coverage', `orchestrator.cluster.name=${cluster}`];
  const documents = (await query('events', where, settings)) as readonly CoverageDocument[];
  const order = ({ '@timestamp': time, podwitness }: CoverageDocument) =>
    `${time} ${podwitness.coverage.state}`;
  return [...documents].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
