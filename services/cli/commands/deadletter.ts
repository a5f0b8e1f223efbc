/**
 * Owns: `podwitness deadletter list|show|replay`.
 */
import { isUtf8 } from 'node:buffer';
import { randomBytes, randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { DeadLetter } from '../../../schemas/generated/avro.ts';
import type { Config } from '../../../shared/config/load.ts';
import { openLetter } from '../../../shared/domain/sealing/letter.ts';
import { createSealer } from '../../../shared/domain/sealing/batch.ts';
import { FatalError } from '../../../shared/errors/fault.ts';
import { type Context, createContext } from '../../../shared/runtime/context.ts';
import { rawKeys } from '../../../shared/runtime/raw-keys.ts';
import { formatLetter, formatListing, formatReplays } from '../deadletter/format.ts';
import { type LetterFilter, notOpened, readLetters } from '../deadletter/letters.ts';
import { listLetters } from '../deadletter/list.ts';
import type { ReplayRun } from '../deadletter/records.ts';
import { type Replay, replayLetters } from '../deadletter/replay.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { openPipeline } from '../local/open.ts';
import type { Pipeline } from '../local/pipeline.ts';
import { outputFormat } from '../output/documents.ts';
import { write } from '../output/write.ts';
import { parseLimit, parseTime } from '../request.ts';
import { type ConfigOptions, readOptions, withConfig, withData } from './options.ts';

interface FilterOptions extends ConfigOptions {
  readonly code?: string;
  readonly stage?: string;
  readonly source?: string;
  readonly cluster?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: string;
  readonly output?: string;
}

interface ShowOptions extends ConfigOptions {
  readonly bytes?: string;
  readonly output?: string;
}

interface ReplayOptions extends FilterOptions {
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly all?: boolean;
}

function usage(message: string): FatalError {
  return new FatalError(message, { code: 'usage' });
}

function filterOf(options: FilterOptions, nowMs: number): LetterFilter {
  const { cluster, code, since, source, stage, until } = options;
  return {
    ...(code === undefined ? {} : { code }),
    ...(stage === undefined ? {} : { stage }),
    ...(source === undefined ? {} : { source }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(since === undefined ? {} : { since: parseTime(since, nowMs) }),
    ...(until === undefined ? {} : { until: parseTime(until, nowMs) }),
  };
}

async function withPipeline(
  options: ConfigOptions,
  action: (pipeline: Pipeline, context: Context) => Promise<ExitCode>,
): Promise<ExitCode> {
  const context = createContext(await readOptions(options));
  const pipeline = await openPipeline(context, { store: false });
  try {
    return await action(pipeline, context);
  } finally {
    await pipeline.close();
  }
}

function list(options: FilterOptions): Promise<ExitCode> {
  return withPipeline(options, async (pipeline, { clock }) => {
    const format = outputFormat(options.output, process.stdout.isTTY === true);
    const filter = filterOf(options, clock.now());
    const letters = readLetters(pipeline, filter.since);
    const listing = await listLetters(letters, filter, parseLimit(options.limit));
    await write(formatListing(listing, format));
    return EXIT.done;
  });
}

/** An id may begin with a dash, so what looks like an option and is none comes as an id. */
function checkId(id: string): void {
  if (/^[A-Za-z0-9_-]{27}$/.test(id)) return;
  throw usage(`'${id}' is neither an option nor an id of 27 characters as list shows it`);
}

/** The last that was written under this id: the newest try. */
async function findLetter(pipeline: Pipeline, id: string): Promise<DeadLetter> {
  let found: DeadLetter | undefined;
  for await (const letter of readLetters(pipeline)) if (letter.id === id) found = letter;
  if (found === undefined) {
    throw usage(`No dead letter has the id '${id}': see \`podwitness deadletter list\``);
  }
  return found;
}

/** The letter with its bytes as they were sent, as far as there is the key; says so. */
function openShown(found: DeadLetter, { config }: Context): DeadLetter {
  const opened = openLetter(rawKeys(config), found);
  const warning = opened.ok
    ? 'The bytes are as they were sent: secrets in them are readable here'
    : `The bytes are shown as they are stored: ${notOpened(opened.why, found.bytes)}`;
  process.stderr.write(`${warning}\n`);
  return opened.ok ? { ...found, bytes: opened.bytes } : found;
}

function show(id: string, options: ShowOptions): Promise<ExitCode> {
  return withPipeline(options, async (pipeline, context) => {
    checkId(id);
    const letter = openShown(await findLetter(pipeline, id), context);
    const { bytes, ...facts } = letter;
    const isText = isUtf8(bytes);
    const form = options.bytes ?? (isText ? 'text' : 'hex');
    if (form !== 'raw' && form !== 'hex' && form !== 'text') {
      throw usage(`--bytes ${form}: choose raw, hex or text`);
    }
    const format = outputFormat(options.output, process.stdout.isTTY === true);
    if (form === 'raw') await write(bytes);
    else if (format === 'table') await write(formatLetter(letter, form));
    else {
      const body = isText ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
      await write(`${JSON.stringify({ ...facts, bytes: body })}\n`);
    }
    return EXIT.done;
  });
}

function actor(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // A container's user may have no name.
  }
}

/** What is replayed stands in audit.raw as collector.raw says; it is never in the clear for a replay. */
function sealing(config: Config): Pick<ReplayRun, 'rawKeys' | 'sealer'> {
  const keys = rawKeys(config);
  const [key] = keys;
  const isSealed = config.collector.raw.protect !== 'none' && key !== undefined;
  return { rawKeys: keys, sealer: isSealed ? createSealer(key, randomBytes) : undefined };
}

function replay(ids: readonly string[], options: ReplayOptions): Promise<ExitCode> {
  const { again = false, all = false, dryRun = false } = options;
  return withPipeline(options, async (pipeline, { clock, config }) => {
    ids.forEach(checkId);
    const nowMs = clock.now();
    const filter = filterOf(options, nowMs);
    if (ids.length === 0 && Object.keys(filter).length === 0 && !all) {
      throw usage('Name the ids or a filter (--code, --since, …), or say --all');
    }
    const limit = parseLimit(options.limit);
    const format = outputFormat(options.output, process.stdout.isTTY === true);
    const run = { actor: actor(), id: randomUUID(), nowMs, ...sealing(config) };
    const { topicPrefix } = config.kafka;
    const request = { ids, filter, limit, run, topicPrefix, isDry: dryRun, isAgain: again };
    const steps = replayLetters(pipeline, request);
    const done: Replay[] = [];
    let step = await steps.next();
    for (; step.done !== true; step = await steps.next()) {
      done.push(step.value);
      if (format === 'ndjson') await write(`${JSON.stringify(step.value)}\n`);
    }
    const { missing, more } = step.value;
    if (format === 'table') await write(formatReplays(done));
    process.stderr.write(summary(done, more));
    if (missing.length > 0) throw usage(`No dead letter has the id ${missing.join(', ')}`);
    return EXIT.done;
  });
}

function summary(done: readonly Replay[], more: number): string {
  const count = (action: Replay['action']) => done.filter((one) => one.action === action).length;
  const would = count('would_append');
  const parts = [
    would > 0 ? `${would} would be appended` : `${count('appended')} appended`,
    `${count('skipped')} skipped`,
    ...(more > 0 ? [`${more} more beyond --limit`] : []),
  ];
  return `${parts.join(', ')}\n`;
}

function withFilter(command: Command, limit: string): Command {
  return withData(withConfig(command))
    .option('--code <code>', 'error code, as in docs/reference/errors.md')
    .option('--stage <stage>', 'the stage that rejected it: collector, normalizer, detector, …')
    .option('--source <source>', 'what it came in as: audit, spo, falco, logs, …')
    .option('--cluster <name>', 'the cluster that it was sent to')
    .option('--since <time>', 'received at or after: 15m, 2h, 7d, or an ISO time')
    .option('--until <time>', 'received before')
    .option('--limit <n>', 'at most so many', limit)
    .option('--output <format>', 'table or ndjson (default: table on a terminal)');
}

const REPLAY_HELP = `
Replay after the cause is mended: a newer release that knows the format, a raised limit. The bytes go
once more the way they came, under the same sender and cluster: into audit.raw, or into the topic that
a later stage read them from. What had been processed before is a repeat, and gives nothing new. The
dead letter stays. One that was replayed before is skipped unless that failed again, or with --again.
On Kafka it needs the right to read audit.deadletter and to read and write the topic that the letter
came from (audit.raw, mostly), and to describe the groups podwitness.*.

  podwitness deadletter replay --code unreadable_body --since 2d --dry-run
  podwitness deadletter replay 5rVY0Zb2cXGm0qkyIYJpX3nHhV8`;

export function addDeadletter(program: Command, run: Run): void {
  const deadletter = program
    .command('deadletter')
    .description('What could not be processed: list it, look at it, replay it');
  withFilter(deadletter.command('list'), '100')
    .description('The newest dead letters, without their bytes')
    .addHelpText('after', '\n  podwitness deadletter list --code unreadable_body --since 1d')
    .action((options: FilterOptions) => run(list(options)));
  withData(withConfig(deadletter.command('show').allowUnknownOption()))
    .description('Everything of one dead letter')
    .argument('<id>', 'as list shows it')
    .option('--bytes <form>', 'raw (nothing but the bytes, as they are), hex or text')
    .option('--output <format>', 'table or ndjson (default: table on a terminal)')
    .addHelpText('after', '\n  podwitness deadletter show ID --bytes raw > body.bin')
    .action((id: string, options: ShowOptions) => run(show(id, options)));
  withFilter(deadletter.command('replay').allowUnknownOption(), '1000')
    .description('Send dead letters through the pipeline again')
    .argument('[id...]', 'which; without any, those that the filters choose')
    .option('--dry-run', 'say what would happen, and do nothing')
    .option('--again', 'also what was replayed before')
    .option('--all', 'without ids and filters: every dead letter, up to --limit')
    .addHelpText('after', REPLAY_HELP)
    .action((ids: readonly string[], options: ReplayOptions) => run(replay(ids, options)));
}
