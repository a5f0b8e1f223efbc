/**
 * Owns: what the Kubernetes API says of what was there before its audit log was read: followed where
 * the configuration allows it, and written to audit.inventory like what events teach.
 * Does not own: requests (shared/adapters/kubernetes), what an object says (learned/learn-object.ts).
 * Nothing here holds up events: what can't be asked degrades `/readyz` and is asked again.
 */
import { topicName } from '../../../../schemas/topics.ts';
import { connectTo } from '../../../../shared/adapters/kubernetes/connection.ts';
import { listAndWatch } from '../../../../shared/adapters/kubernetes/list-watch.ts';
import type { Config } from '../../../../shared/config/load.ts';
import type { JsonObject } from '../../../../shared/domain/json.ts';
import { TransientError } from '../../../../shared/errors/fault.ts';
import type { RunningWorker } from '../../../../shared/pipeline/runner.ts';
import type { Log, OutRecord } from '../../../../shared/ports/log.ts';
import type { Context } from '../../../../shared/runtime/context.ts';
import { codecOf } from '../../../../shared/runtime/stage-worker.ts';
import { type Followed, learnObject } from '../learned/learn-object.ts';
import { withNews } from '../learned/news.ts';
import { inventoryFact } from '../learned/record.ts';
import { type Known, MAX_OBSERVATIONS } from '../learned/table.ts';
import type { Timeline } from '../learned/timeline.ts';

type ApiServer = Config['normalizer']['enrichment']['kubernetes'][number];

const PATHS: Readonly<Record<Followed, string>> = {
  pods: '/api/v1/pods',
  replicasets: '/apis/apps/v1/replicasets',
  jobs: '/apis/batch/v1/jobs',
  rolebindings: '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  clusterrolebindings: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  roles: '/apis/rbac.authorization.k8s.io/v1/roles',
  clusterroles: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
};
const WRITE_EVERY_MS = 500;
const RECORDS_PER_WRITE = 1000;

/** What waits to be written; a key is written once, however often it changes in between. */
class Waiting {
  readonly #context: Context;
  readonly #log: Log;
  readonly #known: Known;
  readonly #topic: string;
  readonly #codec = codecOf('audit.inventory');
  readonly #news = new Map<string, Timeline>();

  constructor(context: Context, log: Log, known: Known) {
    this.#context = context;
    this.#log = log;
    this.#known = known;
    this.#topic = topicName(context.config.kafka.topicPrefix, 'audit.inventory');
  }

  take(fact: ReturnType<typeof learnObject>): void {
    if (fact === undefined) return;
    const known = this.#news.get(fact.key) ?? this.#known.timeline(fact.key);
    const timeline = withNews(known, fact, MAX_OBSERVATIONS);
    if (timeline !== undefined) this.#news.set(fact.key, timeline);
  }

  #records(news: ReadonlyMap<string, Timeline>): readonly OutRecord[] {
    const timestampMs = this.#context.clock.now();
    return [...news].map(([key, timeline]) => {
      const value = this.#codec.encode(inventoryFact(key, timeline));
      return { topic: this.#topic, key: Buffer.from(key), value, timestampMs };
    });
  }

  /** Until the signal aborts. A log that is away is written to later. */
  async writing(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#context.clock.sleep(WRITE_EVERY_MS, signal);
      const written = new Map([...this.#news].slice(0, RECORDS_PER_WRITE));
      if (signal.aborted || written.size === 0) continue;
      try {
        await this.#log.append(this.#records(written));
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        continue;
      }
      // What changed while it was written is written again.
      for (const [key, timeline] of written) {
        if (this.#news.get(key) === timeline) this.#news.delete(key);
      }
    }
  }
}

function following(
  context: Context,
  { cluster, resources, ...server }: ApiServer,
  waiting: Waiting,
  signal: AbortSignal,
): Promise<unknown> {
  const connection = connectTo(server);
  const { clock, health } = context;
  const logger = context.logger('normalizer');
  const part = (resource: Followed) => `kubernetes/${cluster}/${resource}`;
  const told = (resource: Followed, change: 'set' | 'end') => (body: JsonObject) =>
    waiting.take(learnObject(cluster, resource, body, { change, nowMs: clock.now() }));
  const all = resources.map((resource) =>
    listAndWatch(
      {
        connection,
        path: PATHS[resource],
        onObject: told(resource, 'set'),
        onDeleted: told(resource, 'end'),
        onListed: () => health.degrade(part(resource), undefined),
        onTrouble(error, waitMs) {
          health.degrade(part(resource), error.message);
          const fields = { cluster, resource, waitMs, error: error.message };
          logger.warn(fields, 'Kubernetes API not read, trying again');
        },
        sleep: (ms, until) => clock.sleep(ms, until),
      },
      signal,
    ),
  );
  return Promise.all(all).finally(() => connection.close());
}

/** Undefined: no API may be asked. */
export function watchClusters(context: Context, log: Log, known: Known): RunningWorker | undefined {
  const servers = context.config.normalizer.enrichment.kubernetes;
  if (servers.length === 0) return undefined;
  const stopping = new AbortController();
  const { signal } = stopping;
  const waiting = new Waiting(context, log, known);
  const all = servers.map((server) => following(context, server, waiting, signal));
  const done = Promise.all([waiting.writing(signal), ...all]).then(() => {});
  done.catch(() => stopping.abort()); // Its owner awaits `done`.
  return {
    done,
    async stop() {
      stopping.abort();
      await done.catch(() => undefined);
    },
  };
}
