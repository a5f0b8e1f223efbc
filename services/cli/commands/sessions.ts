/**
 * Owns: `podwitness sessions`: who is in which pod, now or as it changes.
 */
import type { Command } from 'commander';
import { fieldMatches } from '../../../shared/domain/field-path.ts';
import type { Query, StoredDocument } from '../../../shared/ports/event-store.ts';
import { type Context, createContext } from '../../../shared/runtime/context.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { type OutputFormat, outputFormat } from '../output/documents.ts';
import { write } from '../output/write.ts';
import { queryDocuments } from '../reader.ts';
import { parseQuery } from '../request.ts';
import { createLines, createNdjson } from '../sessions/append.ts';
import { detailsOf } from '../sessions/details.ts';
import { openFeed } from '../sessions/follow.ts';
import { createLive, type Live } from '../sessions/live.ts';
import { createScreen, LEAVE } from '../sessions/screen.ts';
import { formatRows, rowOf } from '../sessions/table.ts';
import { watch, type WatchView } from '../sessions/watch.ts';
import { type ConfigOptions, readOptions, withConfig, withData, collect } from './options.ts';

interface SessionsOptions extends ConfigOptions {
  readonly all?: boolean;
  readonly where: readonly string[];
  readonly since?: string;
  readonly limit: string;
  readonly watch?: boolean;
  readonly output?: string;
}

interface Task {
  readonly context: Context;
  /** Without the condition that it is open. */
  readonly asked: Query;
  readonly isAll: boolean;
  readonly format: OutputFormat;
}

/** What was written to the topic but is not searched yet when the search is made. */
const OVERLAP_MS = 60_000;
const INTERRUPTED = 130;

const STATE = 'podwitness.session.state';

function stored({ asked, context, isAll }: Task): AsyncIterable<StoredDocument> {
  const open = { field: STATE, value: 'open' };
  const where = isAll ? asked.where : [...asked.where, open];
  return queryDocuments(context, { ...asked, where });
}

async function print(task: Task): Promise<ExitCode> {
  const { context, format, isAll } = task;
  const rows = [];
  for await (const document of stored(task)) {
    if (format === 'ndjson') await write(`${JSON.stringify(document)}\n`);
    else rows.push(rowOf(detailsOf(document)));
  }
  if (format === 'ndjson') return EXIT.done;
  const none = isAll ? 'No sessions found.' : 'No open sessions. With --all: closed ones, too.';
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  const table = rows.length === 0 ? none : formatRows(rows, context.clock.now(), width);
  await write(`${table}\n`);
  return EXIT.done;
}

function liveOf({ asked, isAll }: Task): Live {
  const { limit, since = Number.NEGATIVE_INFINITY, where } = asked;
  return createLive({
    ...{ limit },
    isShown: (document) =>
      where.every(({ field, value }) => fieldMatches(document, field, value)) &&
      (detailsOf(document).requestedMs ?? since) >= since,
    isRow: ({ state }) => isAll || state !== 'closed',
  });
}

function viewOf(task: Task, live: Live, before: readonly StoredDocument[]): WatchView {
  if (task.format === 'ndjson') return createNdjson(before, write);
  const { stdout } = process;
  if (!stdout.isTTY) return createLines(live, write);
  return createScreen(live, {
    get columns() {
      return stdout.columns;
    },
    get rows() {
      return stdout.rows;
    },
    write,
  });
}

/** Until a signal; a second one ends the process at once, the terminal as it was. */
async function untilStopped(isScreen: boolean, work: (signal: AbortSignal) => Promise<void>) {
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
  };
  const leave = (): void => void process.stdout.write(LEAVE);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  if (isScreen) process.once('exit', leave);
  try {
    await work(stop.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('exit', leave);
  }
}

async function follow(task: Task): Promise<ExitCode> {
  const { clock } = task.context;
  const feed = await openFeed(task.context);
  const fromMs = clock.now() - OVERLAP_MS;
  const live = liveOf(task);
  const before: StoredDocument[] = [];
  for await (const document of stored(task)) before.push(document);
  const view = viewOf(task, live, before);
  const isScreen = task.format === 'table' && process.stdout.isTTY;
  await untilStopped(isScreen, (signal) =>
    watch({ live, view, stored: before, updates: (end) => feed(fromMs, end), clock, signal }),
  );
  return EXIT.done;
}

async function sessions(options: SessionsOptions): Promise<ExitCode> {
  const context = createContext(await readOptions(options));
  const task: Task = {
    context,
    asked: parseQuery('sessions', options, context.clock.now()),
    isAll: options.all === true,
    format: outputFormat(options.output, process.stdout.isTTY === true),
  };
  return options.watch === true ? await follow(task) : await print(task);
}

const HELP = `
SURE says how sure it is that the commands are of this session: exact (by its mark), inferred (by pod
and time), ambiguous (may be of another session), conflict (mark and place or time do not agree).
Times are UTC. An id may be cut: podwitness session show takes six characters or more.

  podwitness sessions                                      who is in which pod now
  podwitness sessions --watch                              the same, live, with commands as they come
  podwitness sessions --all --since 24h --where user.name=alice
  podwitness sessions --where kubernetes.namespace=payments --where podwitness.session.kind=exec
  podwitness sessions --all --where podwitness.session.confidence=conflict
  podwitness sessions --watch --output ndjson | jq .message`;

export function addSessions(program: Command, run: Run): void {
  withData(withConfig(program.command('sessions')))
    .description('Who is in which pod now, since when, and what they ran last')
    .option('--all', 'closed sessions, too')
    .option(
      '--where <field=value>',
      'equal as text, * for anything; repeatable, all must hold',
      collect,
      [],
    )
    .option('--since <time>', 'asked for at or after: 15m, 2h, 7d, or an ISO time')
    .option('--limit <n>', 'at most so many, the newest', '100')
    .option('--watch', 'follow: redrawn on a terminal, appended elsewhere; Ctrl-C ends')
    .option('--output <format>', 'table or ndjson (default: table on a terminal)')
    .addHelpText('after', HELP)
    .action((options: SessionsOptions) => run(sessions(options)));
}
