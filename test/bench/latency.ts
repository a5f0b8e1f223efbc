/**
 * Owns: the time from the last byte of a command's line posted to the updated session searchable,
 * while audit events flow at a steady rate: four workers, real Kafka, real Elasticsearch that
 * refreshes every second, all on this machine.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from '../support/podwitness.ts';
import type { Recording } from '../support/data.ts';
import { deliver } from '../support/sender.ts';
import { type Stack, withStack } from './end-to-end.ts';
import { difference, type Figure, usageOf } from './measure.ts';

const CLUSTER = 'bench';
const RATE = 2_000;
const WARM_UP_MS = 20_000;
const RUN_MS = 60_000;
const PROBERS = 4;
const POLL_MS = 50;
const GIVE_UP_MS = 60_000;
const WHOLE_BODY = 400;

export interface LatencyFigure {
  readonly samples: number;
  /** Events per second that were taken in. */
  readonly rate: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** The recording over and over, each time with ids of its own. */
function* bodiesFor(recording: Recording): Generator<{ body: Buffer; events: number }> {
  for (let round = 0; ; round++) {
    const id = `"auditID":"${String(round).padStart(4, '0')}`;
    for (const recorded of recording.bodies) {
      const text = recorded.toString('utf8').replaceAll('"auditID":"', id);
      yield { body: Buffer.from(text), events: text.split(id).length - 1 };
    }
  }
}

/** Posts at `RATE` until told to stop; gives how many events were taken. */
async function flow(url: string, recording: Recording, stop: AbortSignal): Promise<number> {
  let sent = 0;
  const started = performance.now();
  const inFlight = new Set<Promise<void>>();
  for (const { body, events } of bodiesFor(recording)) {
    if (stop.aborted) break;
    const dueMs = (sent / RATE) * 1000 - (performance.now() - started);
    if (dueMs > 0) await sleep(dueMs);
    const posting = deliver(() => url, CLUSTER, body).finally(() => inFlight.delete(posting));
    inFlight.add(posting);
    if (inFlight.size >= 8) await Promise.race(inFlight);
    sent += Math.min(events, WHOLE_BODY);
  }
  await Promise.all(inFlight);
  return sent;
}

interface Opened {
  readonly uid: string;
  readonly pod: string;
}

async function openSession(url: string, index: number): Promise<Opened> {
  const uid = randomUUID();
  const pod = `pay-${index}`;
  const at = new Date().toISOString().replace('Z', '000Z');
  const stages = [
    ['RequestReceived', {}],
    ['ResponseStarted', { responseStatus: { code: 101 } }],
  ] as const;
  const auditID = randomUUID();
  const items = stages.map(([stage, rest]) => ({
    ...{ level: 'Metadata', auditID, stage, verb: 'get' },
    requestURI: `/api/v1/namespaces/payments/pods/${pod}/exec?command=bash&container=app&tty=true`,
    user: { username: `user-${index}`, groups: ['system:authenticated'] },
    ...{ sourceIPs: ['10.0.0.9'], userAgent: 'kubectl/v1.33.1 (linux/amd64)' },
    objectRef: { resource: 'pods', namespace: 'payments', name: pod, subresource: 'exec' },
    ...{ requestReceivedTimestamp: at, stageTimestamp: at, ...rest },
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      ...(stage === 'ResponseStarted' ? { 'execmetadata.spo.io/SPO_EXEC_REQUEST_UID': uid } : {}),
    },
  }));
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
  await deliver(() => url, CLUSTER, Buffer.from(JSON.stringify(list)));
  return { uid, pod };
}

function line({ pod, uid }: Opened, pid: number): Buffer {
  const value = {
    ...{ auditID: randomUUID(), cmdLine: `ls -l /srv/${pid} `, executable: '/bin/bash', gid: 0 },
    ...{ node: { name: 'worker-1' }, pid, requestUID: uid, uid: 0, version: 'spo/v1_alpha' },
    resource: { container: 'app', namespace: 'payments', pod },
    ...{ syscalls: ['execve'], timestamp: new Date().toISOString().replace(/\d{3}Z$/, '000Z') },
  };
  return Buffer.from(JSON.stringify(value));
}

async function isFound(elasticsearch: string, pid: number): Promise<boolean> {
  const answer = await fetch(`${elasticsearch}/podwitness-sessions-*/_search?size=0`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: { term: { 'podwitness.session.commands.pid': pid } } }),
  });
  const found = (await answer.json()) as { hits?: { total?: { value?: number } } };
  return (found.hits?.total?.value ?? 0) > 0;
}

/** ms from the answer to the post, which comes after its last byte, less the time of the answer. */
async function probe(stack: Stack, opened: Opened, pid: number): Promise<number> {
  const url = (stack.workers.get('collector') as Process).url;
  const posted = performance.now();
  await deliver(() => url, CLUSTER, line(opened, pid), 'spo');
  while (performance.now() - posted < GIVE_UP_MS) {
    if (await isFound(stack.elasticsearch, pid)) return performance.now() - posted;
    await sleep(POLL_MS);
  }
  return Number.POSITIVE_INFINITY;
}

async function prober(stack: Stack, index: number, untilMs: number): Promise<readonly number[]> {
  const url = (stack.workers.get('collector') as Process).url;
  const opened = await openSession(url, index);
  const latencies: number[] = [];
  for (let n = 0; performance.now() < untilMs; n++) {
    latencies.push(await probe(stack, opened, 1_000_000 * (index + 1) + n));
  }
  return latencies;
}

function atShare(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

async function measureLatency(stack: Stack, recording: Recording): Promise<LatencyFigure> {
  const url = (stack.workers.get('collector') as Process).url;
  const stop = new AbortController();
  const started = performance.now();
  const flowing = flow(url, recording, stop.signal);
  await sleep(WARM_UP_MS);
  const untilMs = performance.now() + RUN_MS;
  const probers = Array.from({ length: PROBERS }, (_, i) => prober(stack, i, untilMs));
  const sorted = (await Promise.all(probers)).flat().sort((a, b) => a - b);
  stop.abort();
  const sent = await flowing;
  const rate = Math.round((sent * 1000) / (performance.now() - started));
  const share = (p: number): number => atShare(sorted, p);
  return {
    ...{ samples: sorted.length, rate, p50: share(0.5), p90: share(0.9), p99: share(0.99) },
    max: Math.round(sorted.at(-1) ?? 0),
  };
}

/** Tells the latencies by `say`; the figures are what each process used meanwhile. */
export function benchLatency(
  recording: Recording,
  cacheDir: string,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const refresh = { PODWITNESS_ELASTICSEARCH_REFRESH_INTERVAL_SECONDS: '1' };
  return withStack(cacheDir, refresh, async (stack) => {
    const before = new Map([...stack.pids].map(([name, pid]) => [name, usageOf(pid)]));
    const started = performance.now();
    const found = await measureLatency(stack, recording);
    say(`latency ${JSON.stringify(found)}`);
    const events = Math.round((found.rate * (performance.now() - started)) / 1000);
    return [...stack.pids].map(([part, pid]) => {
      const used = difference(usageOf(pid), before.get(part) ?? { cpuSeconds: 0, peakMiB: 0 });
      return {
        ...{ run: 'latency', part, events, eventsPerSecond: found.rate, peakMiB: used.peakMiB },
        cpuMicros: (used.cpuSeconds * 1e6) / events,
      };
    });
  });
}
