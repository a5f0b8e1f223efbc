/**
 * Owns: `podwitness collector|normalizer|detector|indexer`: one worker in a process of its own.
 */
import type { Command } from 'commander';
import { FatalError } from '../../../shared/errors/fault.ts';
import { joinWorkers, type RunningWorker } from '../../../shared/pipeline/runner.ts';
import type { Log } from '../../../shared/ports/log.ts';
import {
  type Context,
  createContext,
  isLogEmbedded,
  openLog,
  openStore,
} from '../../../shared/runtime/context.ts';
import { addCollector, createCollectorIntake, startInputs } from '../../collector/main.ts';
import { startDetector } from '../../detector/main.ts';
import { startIndexer } from '../../indexer/main.ts';
import { startNormalizer } from '../../normalizer/main.ts';
import type { ExitCode, Run } from '../exit.ts';
import { runUntilSignal } from '../lifecycle.ts';
import { idleWorker, openHttp } from '../serve.ts';
import { type ConfigOptions, readOptions, withConfig } from './options.ts';

interface Started {
  readonly worker: RunningWorker;
  close?(): Promise<void>;
}

interface WorkerKind {
  readonly name: string;
  readonly description: string;
  start(context: Context, log: Log): Promise<Started>;
}

const KINDS: readonly WorkerKind[] = [
  {
    name: 'normalizer',
    description: 'Turn raw bodies (audit.raw) into ECS events (audit.events)',
    start: async (context, log) => ({ worker: await startNormalizer(context, log) }),
  },
  {
    name: 'detector',
    description: 'Match events (audit.events) against rules (audit.findings)',
    start: async (context, log) => ({ worker: await startDetector(context, log) }),
  },
  {
    name: 'indexer',
    description: 'Write events and findings to Elasticsearch',
    async start(context, log) {
      const store = await openStore(context);
      return { worker: await startIndexer(context, log, store), close: () => store.close() };
    },
  },
];

function needsKafka(name: string): FatalError {
  return new FatalError(
    `A ${name} of its own needs Kafka: set kafka.brokers, or run \`podwitness up\` instead`,
    { code: 'invalid_config' },
  );
}

async function open(name: string, options: ConfigOptions): Promise<{ context: Context; log: Log }> {
  const config = await readOptions(options);
  if (isLogEmbedded(config)) throw needsKafka(name);
  const context = createContext(config);
  return { context, log: await openLog(context) };
}

async function runWorker(kind: WorkerKind, options: ConfigOptions): Promise<ExitCode> {
  const { context, log } = await open(kind.name, options);
  const http = await openHttp(context);
  const started = await kind.start(context, log);
  const logger = context.logger(kind.name);
  logger.info({ url: http.url }, 'Working');
  return runUntilSignal(started.worker, logger, async () => {
    await http.close();
    await started.close?.();
    await log.close();
  });
}

async function runCollector(options: ConfigOptions): Promise<ExitCode> {
  const { context, log } = await open('collector', options);
  const intake = createCollectorIntake(context, log);
  const http = await openHttp(context, (server) => addCollector(server, context, intake));
  const inputs = await startInputs(context, log, intake);
  context.logger('collector').info({ url: http.url }, 'Listening for audit events');
  const worker = joinWorkers([idleWorker(http.close), inputs]);
  return runUntilSignal(worker, context.logger('collector'), () => log.close());
}

export function addWorkers(program: Command, run: Run): void {
  withConfig(
    program
      .command('collector')
      .description('Take audit events over HTTP (POST /v1/audit/{cluster}) into audit.raw'),
  ).action((options: ConfigOptions) => run(runCollector(options)));
  for (const kind of KINDS) {
    withConfig(program.command(kind.name).description(kind.description)).action(
      (options: ConfigOptions) => run(runWorker(kind, options)),
    );
  }
}
