/**
 * Owns: `podwitness setup`: topics and index templates, idempotent.
 */
import type { Command } from 'commander';
import type { SetupStep } from '../../../shared/ports/event-store.ts';
import type { TopicStatus } from '../../../shared/ports/log.ts';
import { createContext, openLog, openStore } from '../../../shared/runtime/context.ts';
import { topicSpecs } from '../../../shared/runtime/topics.ts';
import type { Run } from '../commands.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { formatTable } from '../output/table.ts';
import { write } from '../output/write.ts';
import { type ConfigOptions, readOptions, withConfig, withData } from './options.ts';

type Step = SetupStep | TopicStatus;

const COLUMNS = [
  { title: 'STATE', maxWidth: 12, cell: (step: Step) => step.state },
  { title: 'WHAT', maxWidth: 60, cell: (step: Step) => step.name },
  { title: 'DETAIL', maxWidth: 200, cell: (step: Step) => step.detail ?? '' },
];

async function setup(options: ConfigOptions): Promise<ExitCode> {
  const context = createContext(await readOptions(options));
  const log = await openLog(context);
  try {
    const store = await openStore(context);
    try {
      const topics = await log.ensureTopics(topicSpecs(context.config));
      const steps = await store.setup();
      await write(`${formatTable<Step>(COLUMNS, [...topics, ...steps])}\n`);
      return topics.some((topic) => topic.state === 'conflict') ? EXIT.unavailable : EXIT.done;
    } finally {
      await store.close();
    }
  } finally {
    await log.close();
  }
}

export function addSetup(program: Command, run: Run): void {
  withData(withConfig(program.command('setup')))
    .description('Make topics and index templates; says what the cluster can not do; idempotent')
    .action((options: ConfigOptions) => run(setup(options)));
}
