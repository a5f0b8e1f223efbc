/**
 * Owns: `podwitness up`: all workers in one process.
 */
import type { Command } from 'commander';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../../shared/config/load.ts';
import { FatalError } from '../../../shared/errors/fault.ts';
import { joinWorkers } from '../../../shared/pipeline/runner.ts';
import type { EventStore } from '../../../shared/ports/event-store.ts';
import type { Log } from '../../../shared/ports/log.ts';
import {
  type Context,
  createContext,
  isLogEmbedded,
  isStoreEmbedded,
  openLog,
  openStore,
  registerSchemas,
} from '../../../shared/runtime/context.ts';
import { rawKeys } from '../../../shared/runtime/raw-keys.ts';
import { topicSpecs } from '../../../shared/runtime/topics.ts';
import { addCollector, createCollectorIntake, startInputs } from '../../collector/main.ts';
import type { Intake } from '../../collector/intake.ts';
import { startDetector } from '../../detector/main.ts';
import { ruleSources } from '../../detector/read-rules.ts';
import { startIndexer } from '../../indexer/main.ts';
import { startNormalizer } from '../../normalizer/main.ts';
import type { ExitCode, Run } from '../exit.ts';
import { runUntilSignal } from '../lifecycle.ts';
import { announceApi, type ApiAddress, withdrawApi } from '../local/address.ts';
import { addLocalApi } from '../local/api.ts';
import { withRedactionKey } from '../local/redaction-key.ts';
import { tellSample } from '../sample.ts';
import { idleWorker, isPlainOnLoopback, type OpenHttp, openHttp, openLocalHttp } from '../serve.ts';
import { type ConfigOptions, readOptions, withConfig, withData } from './options.ts';

interface UpOptions extends ConfigOptions {
  readonly sample?: boolean;
}

async function prepare(context: Context, log: Log, store: EventStore): Promise<void> {
  const topics = await log.ensureTopics(topicSpecs(context.config));
  const conflicts = topics.filter((topic) => topic.state === 'conflict');
  if (conflicts.length > 0) {
    const list = conflicts.map(({ name, detail }) => `${name}: ${detail ?? 'differs'}`).join('\n');
    throw new FatalError(`Topics that can't be used as they are:\n${list}`, {
      code: 'missing_topic',
    });
  }
  await store.setup();
}

function startWorkers(context: Context, log: Log, store: EventStore) {
  return Promise.all([
    startIndexer(context, log, store),
    startDetector(context, log),
    startNormalizer(context, log),
  ]);
}

function describe(context: Context, url: string): string {
  const { config } = context;
  const log = isLogEmbedded(config) ? `${config.dataDir}/log` : config.kafka.brokers?.join(',');
  const store = isStoreEmbedded(config) ? `${config.dataDir}/store` : config.elasticsearch.node;
  return `podwitness is up.

  Send audit events to   ${url}/v1/audit/{cluster}
                         (the server of --audit-webhook-config-file; or: curl --data-binary @audit.log)
  and all else to        ${url}/v1/{source}/{cluster}: spo, falco, logs, firehose, pubsub, eventhub
  Look at what it found  podwitness query findings
  See that all is there  podwitness doctor
  Health and metrics     ${url}/readyz  ${url}/metrics
  Log                    ${log}
  Store                  ${store}

Stop with Ctrl-C; nothing is lost.
`;
}

interface Doors {
  readonly http: OpenHttp;
  /** Where this machine's own commands ask. */
  readonly address: ApiAddress;
  close(): Promise<void>;
}

interface DoorParts {
  readonly log: Log;
  readonly store: EventStore;
  readonly intake: Intake;
}

/** The local API is on the same port, unless that has a certificate or is not on loopback. */
async function openDoors(context: Context, { intake, log, store }: DoorParts): Promise<Doors> {
  const { topicPrefix } = context.config.kafka;
  let token = '';
  const addApi = (server: FastifyInstance): void => {
    const parts = { log, store, topicPrefix, rawKeys: rawKeys(context.config) };
    token = addLocalApi(server, { ...parts, logger: context.logger('api') });
  };
  const isShared = isPlainOnLoopback(context.config);
  const http = await openHttp(context, async (server) => {
    await addCollector(server, context, intake);
    if (isShared) addApi(server);
  });
  if (isShared) return { http, address: { url: http.url, token }, close: http.close };
  const local = await openLocalHttp(context, addApi);
  const close = async (): Promise<void> => {
    await Promise.all([http.close(), local.close()]);
  };
  return { http, address: { url: local.url, token }, close };
}

/** The sample comes as a stranger would, over plain HTTP. */
function mustTakeStrangers({ collector, http }: Config): void {
  if (http.tls.certFile === undefined && collector.senders.length === 0) return;
  const message = '--sample needs a front door without http.tls and collector.senders';
  throw new FatalError(`${message}: take those out, or the option`, { code: 'invalid_config' });
}

async function up(options: UpOptions): Promise<ExitCode> {
  const context = createContext(await withRedactionKey(await readOptions(options)));
  const { config } = context;
  if (options.sample === true) mustTakeStrangers(config);
  await registerSchemas(context);
  const log = await openLog(context);
  const store = await openStore(context);
  await prepare(context, log, store);
  const workers = await startWorkers(context, log, store);
  const intake = createCollectorIntake(context, log);
  const { address, close, http } = await openDoors(context, { log, store, intake });
  const inputs = await startInputs(context, log, intake);
  await announceApi(config.dataDir, address);
  process.stdout.write(describe(context, http.url));
  // Stopped in this order: the door, then the workers behind it.
  const all = joinWorkers([idleWorker(close), inputs, ...workers]);
  const logger = context.logger('up');
  if (options.sample === true) {
    tellSample({ url: http.url, store, rules: ruleSources(config) }).catch((error: unknown) => {
      logger.error({ err: error }, 'Sample not shown');
    });
  }
  return runUntilSignal(all, logger, async () => {
    await withdrawApi(config.dataDir);
    await store.close();
    await log.close();
  });
}

export function addUp(program: Command, run: Run): void {
  withData(withConfig(program.command('up')))
    .description(
      'Run everything in one process: embedded, or with the Kafka and Elasticsearch of the configuration',
    )
    .option('--sample', 'feed the bundled sample through the front door and show what comes out')
    .action((options: UpOptions) => run(up(options)));
}
