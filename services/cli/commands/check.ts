/**
 * Owns: `podwitness check`: everything that can be wrong before the first event comes.
 */
import type { Command } from 'commander';
import type { Config } from '../../../shared/config/load.ts';
import { FatalError, TransientError } from '../../../shared/errors/fault.ts';
import {
  type Context,
  createContext,
  isLogEmbedded,
  isStoreEmbedded,
  openBareLog,
  openStore,
  reviewSchemas,
} from '../../../shared/runtime/context.ts';
import { topicSpecs } from '../../../shared/runtime/topics.ts';
import { readRules, ruleSources } from '../../detector/read-rules.ts';
import { reviewLocalData } from '../../normalizer/main.ts';
import { EXIT, type ExitCode, endingOf, type Run } from '../exit.ts';
import { write } from '../output/write.ts';
import { findApi } from '../local/client.ts';
import { reviewDoor } from '../serve.ts';
import { type ConfigOptions, readOptions, withConfig, withData } from './options.ts';

interface Check {
  readonly name: string;
  /** What was found, when all is well. Throws FatalError or TransientError with what is wrong. */
  run(): Promise<string>;
}

interface Closable {
  ping(): Promise<void>;
  close(): Promise<void>;
}

async function ping(open: () => Promise<Closable>): Promise<void> {
  const part = await open();
  try {
    await part.ping();
  } finally {
    await part.close();
  }
}

async function checkLog(context: Context): Promise<string> {
  const { config } = context;
  if (isLogEmbedded(config) && (await findApi(config.dataDir)) !== undefined) {
    return 'embedded, in use by a running podwitness';
  }
  await ping(() => openBareLog(context));
  return isLogEmbedded(config) ? 'embedded' : `Kafka at ${config.kafka.brokers?.join(', ')}`;
}

/** Topics as `setup` would leave them; `up` makes the embedded ones itself. */
async function checkTopics(context: Context): Promise<string> {
  const log = await openBareLog(context);
  try {
    const statuses = await log.reviewTopics(topicSpecs(context.config));
    const wrong = statuses.filter((status) => status.state !== 'unchanged');
    if (wrong.length === 0) return `${statuses.length} topics`;
    const verb = { created: 'is missing', changed: 'differs', conflict: 'differs', unchanged: '' };
    const list = wrong.map(({ detail = '', name, state }) => `${name} ${verb[state]} ${detail}`);
    throw new FatalError(list.join('\n'), { code: 'missing_topic' });
  } finally {
    await log.close();
  }
}

async function checkSchemas(context: Context): Promise<string> {
  return (await reviewSchemas(context)) ?? 'none';
}

async function checkStore(context: Context): Promise<string> {
  const { config } = context;
  if (isStoreEmbedded(config) && (await findApi(config.dataDir)) !== undefined) {
    return 'embedded, in use by a running podwitness';
  }
  await ping(() => openStore(context));
  return isStoreEmbedded(config) ? 'embedded' : `Elasticsearch at ${config.elasticsearch.node}`;
}

async function checkRules({ config }: Context): Promise<string> {
  let leftOut = 0;
  const { exceptions, ruleSet } = await readRules(ruleSources(config), () => leftOut++);
  const others = leftOut === 0 ? '' : `, ${leftOut} remarks (podwitness rules lint)`;
  return `${ruleSet.rules.length} rules, ${exceptions.all.length} exceptions${others}`;
}

/** What nobody is told unless they ask, and may have to hear: who could read what. */
function describePrivacy({ collector, secrets }: Config): string {
  const { protect } = collector.raw;
  const raw = {
    none: 'audit.raw holds bodies as they came, secrets included (collector.raw.protect)',
    encrypt: 'audit.raw is encrypted',
    redact: 'audit.raw is redacted',
  }[protect];
  return secrets['normalizer.redaction.keyFile'] === undefined
    ? `${raw}; without normalizer.redaction.keyFile equal secrets are not recognised, but by \`up\``
    : raw;
}

async function report(check: Check): Promise<ExitCode> {
  try {
    await write(`ok    ${check.name}: ${await check.run()}\n`);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof FatalError || error instanceof TransientError)) throw error;
    const { exitCode, text } = endingOf(error);
    await write(`FAIL  ${check.name}: ${text.replace(/^podwitness: /, '')}`);
    return exitCode;
  }
}

async function check(options: ConfigOptions): Promise<ExitCode> {
  const context = createContext(await readOptions(options));
  await write('ok    configuration\n');
  const checks: readonly Check[] = [
    { name: 'rules', run: () => checkRules(context) },
    { name: 'enrichment', run: () => reviewLocalData(context.config) },
    { name: 'privacy', run: async () => describePrivacy(context.config) },
    { name: 'front door', run: () => reviewDoor(context) },
    { name: 'log', run: () => checkLog(context) },
    ...(isLogEmbedded(context.config) ? [] : [{ name: 'topics', run: () => checkTopics(context) }]),
    ...(context.config.kafka.schemaRegistry.url === undefined
      ? []
      : [{ name: 'schema registry', run: () => checkSchemas(context) }]),
    { name: 'store', run: () => checkStore(context) },
  ];
  let worst: ExitCode = EXIT.done;
  for (const one of checks) {
    const exitCode = await report(one);
    if (worst === EXIT.done) worst = exitCode;
  }
  return worst;
}

export function addCheck(program: Command, run: Run): void {
  withData(withConfig(program.command('check')))
    .description('Check configuration, rules and connections; every problem with its remedy')
    .action((options: ConfigOptions) => run(check(options)));
}
