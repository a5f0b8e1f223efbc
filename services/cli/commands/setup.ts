/**
 * Owns: `podwitness setup`: topics, schemas, rights, index templates; idempotent.
 */
import type { Command } from 'commander';
import type { Config } from '../../../shared/config/load.ts';
import { aclCommands, kafkaRights } from '../../../shared/runtime/access.ts';
import {
  type Context,
  createContext,
  grantKafkaRights,
  grantStoreRoles,
  openBareLog,
  openStore,
  registerSchemas,
} from '../../../shared/runtime/context.ts';
import { topicSpecs } from '../../../shared/runtime/topics.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { formatTable } from '../output/table.ts';
import { write } from '../output/write.ts';
import { type ConfigOptions, readOptions, withConfig, withData } from './options.ts';

interface SetupOptions extends ConfigOptions {
  readonly print?: boolean;
}

interface Step {
  readonly state: string;
  readonly name: string;
  readonly detail?: string;
}

const COLUMNS = [
  { title: 'STATE', maxWidth: 12, cell: (step: Step) => step.state },
  { title: 'WHAT', maxWidth: 60, cell: (step: Step) => step.name },
  { title: 'DETAIL', maxWidth: 200, cell: (step: Step) => step.detail ?? '' },
];

async function topicSteps(context: Context): Promise<readonly Step[]> {
  const log = await openBareLog(context);
  try {
    return await log.ensureTopics(topicSpecs(context.config));
  } finally {
    await log.close();
  }
}

async function storeSteps(context: Context): Promise<readonly Step[]> {
  const store = await openStore(context);
  try {
    return await store.setup();
  } finally {
    await store.close();
  }
}

/** What an administrator would type, where `setup` itself may not. */
async function printed(config: Config): Promise<string> {
  const { elasticsearchRoles } = await import('../../../shared/adapters/elasticsearch/roles.ts');
  const roles = Object.entries(elasticsearchRoles(config.elasticsearch.namespace)).map(
    ([name, role]) => `PUT /_security/role/${name}\n${JSON.stringify(role, null, 2)}\n`,
  );
  return `# Kafka: the least rights of each worker
${aclCommands(kafkaRights(config)).join('\n')}

# Elasticsearch: the least privileges of each worker
${roles.join('\n')}`;
}

async function setup(options: SetupOptions): Promise<ExitCode> {
  const config = await readOptions(options);
  if (options.print === true) {
    await write(await printed(config));
    return EXIT.done;
  }
  const context = createContext(config);
  const steps = [
    ...(await topicSteps(context)),
    ...(await registerSchemas(context)),
    ...(await grantKafkaRights(context)),
    ...(await storeSteps(context)),
    ...(await grantStoreRoles(context)),
  ];
  await write(`${formatTable<Step>(COLUMNS, steps)}\n`);
  return steps.some((step) => step.state === 'conflict') ? EXIT.unavailable : EXIT.done;
}

export function addSetup(program: Command, run: Run): void {
  withData(withConfig(program.command('setup')))
    .description(
      'Make topics, schemas, rights and index templates; says what the cluster can not do; idempotent',
    )
    .option('--print', 'only print the rights that the workers need, for an administrator')
    .action((options: SetupOptions) => run(setup(options)));
}
