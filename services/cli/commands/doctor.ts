/**
 * Owns: `podwitness doctor`.
 */
import type { Command } from 'commander';
import { FatalError } from '../../../shared/errors/fault.ts';
import { type Context, createContext } from '../../../shared/runtime/context.ts';
import { configuredStage } from '../../normalizer/main.ts';
import { diagnose, problems } from '../doctor/diagnose.ts';
import { diagnosisLines, formatDiagnosis } from '../doctor/report.ts';
import { type Step, traceRecord } from '../doctor/trace.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { openPipeline } from '../local/open.ts';
import type { Pipeline } from '../local/pipeline.ts';
import { type OutputFormat, outputFormat } from '../output/documents.ts';
import { type Column, formatTable } from '../output/table.ts';
import { write } from '../output/write.ts';
import { parseTime } from '../request.ts';
import { type ConfigOptions, readOptions, withConfig, withData } from './options.ts';

interface DoctorOptions extends ConfigOptions {
  readonly since: string;
  readonly until?: string;
  readonly record?: string;
  readonly output?: string;
}

async function writeLines(lines: readonly object[]): Promise<void> {
  await write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

const STEP_COLUMNS: readonly Column<Step>[] = [
  { title: 'TIME', maxWidth: 24, cell: ({ time }) => time },
  { title: 'WHERE', maxWidth: 40, cell: ({ where }) => where },
  { title: 'WHAT', maxWidth: 300, cell: ({ what }) => what },
];

interface Task {
  readonly context: Context;
  readonly pipeline: Pipeline;
  readonly format: OutputFormat;
  readonly since: number;
}

async function trace(
  { context, format, pipeline, since }: Task,
  record: string,
): Promise<ExitCode> {
  const { config } = context;
  const { topicPrefix } = config.kafka;
  const steps = await traceRecord(
    { pipeline, stage: configuredStage(config), topicPrefix, since },
    record,
  );
  if (steps.length === 0) {
    throw new FatalError(
      `Nothing is known of '${record}' since ${new Date(since).toISOString()}: look further back with --since`,
      { code: 'usage' },
    );
  }
  if (format === 'ndjson') await writeLines(steps);
  else await write(`${formatTable(STEP_COLUMNS, steps)}\n`);
  return EXIT.done;
}

async function examine(task: Task, until: number): Promise<ExitCode> {
  const { context, format, pipeline, since } = task;
  const window = { since, until, nowMs: context.clock.now() };
  const diagnosis = await diagnose({ pipeline, stage: configuredStage(context.config), window });
  if (format === 'ndjson') await writeLines(diagnosisLines(diagnosis));
  else await write(formatDiagnosis(diagnosis));
  return Object.values(problems(diagnosis)).some((n) => n > 0) ? EXIT.missing : EXIT.done;
}

async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const context = createContext(await readOptions(options));
  const nowMs = context.clock.now();
  const since = parseTime(options.since, nowMs);
  const until =
    options.until === undefined ? Number.POSITIVE_INFINITY : parseTime(options.until, nowMs);
  const format = outputFormat(options.output, process.stdout.isTTY === true);
  const pipeline = await openPipeline(context, { store: true });
  const task: Task = { context, pipeline, format, since };
  try {
    return options.record === undefined
      ? await examine(task, until)
      : await trace(task, options.record);
  } finally {
    await pipeline.close();
  }
}

const HELP = `
It reads audit.raw, runs the normalizer over it again, and looks for each result in audit.events,
audit.deadletter and the store; what is behind a worker is waiting, not lost. It checks the hash chain
of each collector, too. Run it with the configuration of the workers, and over windows of one release:
after an upgrade the normalizer may give something else than it gave then. It holds 4 million event ids
(about 200 MB); shorten the window for more. On Kafka it needs the right to read the topics and to
describe the groups podwitness.*.

Exit codes: 0 nothing is missing, 3 something is missing, doubled or altered, 69 the log or the store
does not answer.

  podwitness doctor --since 24h
  podwitness doctor --record 5rVY0Zb2cXGm0qkyIYJpX3nHhV8 --since 7d
  podwitness doctor --record audit.raw/2/1077`;

export function addDoctor(program: Command, run: Run): void {
  withData(withConfig(program.command('doctor')))
    .description('Add up the pipeline: is everything that was received where it belongs?')
    .option('--since <time>', 'received at or after: 15m, 2h, 7d, or an ISO time', '1h')
    .option('--until <time>', 'received before')
    .option(
      '--record <id>',
      'the story of one: an event, finding or dead letter by id, an auditID, or topic/partition/offset',
    )
    .option('--output <format>', 'table or ndjson (default: table on a terminal)')
    .addHelpText('after', HELP)
    .action((options: DoctorOptions) => run(doctor(options)));
}
