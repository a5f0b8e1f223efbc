/**
 * Owns: `podwitness session show`: one session as a timeline, as lines, or as a report.
 * Does not own: how sessions come out of files (services/cli/offline).
 */
import type { Command } from 'commander';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import { createContext } from '../../../shared/runtime/context.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { scanFiles } from '../offline/scan-files.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { write } from '../output/write.ts';
import { queryDocuments } from '../reader.ts';
import { detailsOf, type SessionDetails } from '../sessions/details.ts';
import { checkId, type Found, findSession, searchIn } from '../sessions/find.ts';
import { sessionLines } from '../sessions/lines.ts';
import { sessionPage } from '../sessions/page.ts';
import { formatRows, rowOf } from '../sessions/table.ts';
import { formatSession } from '../sessions/text.ts';
import { type ConfigOptions, readOptions, withConfig, withData } from './options.ts';

/** Documents of the sessions that come out of files, as `scan` makes them. */
async function scanSessions(
  files: readonly string[],
  cluster: string,
): Promise<readonly StoredDocument[]> {
  const options = { cluster, rules: [], bundledRules: true, exceptions: [] };
  const { sessions } = await scanFiles(files, options);
  return sessions.map(({ document }) => JSON.parse(document.toString('utf8')) as StoredDocument);
}

const OUTPUTS = ['text', 'ndjson', 'html'] as const;
type Output = (typeof OUTPUTS)[number];

interface ShowOptions extends ConfigOptions {
  readonly output: string;
  readonly scan?: readonly string[];
  readonly cluster: string;
}

function outputOf(chosen: string): Output {
  const output = OUTPUTS.find((name) => name === chosen);
  if (output !== undefined) return output;
  throw new FatalError(`--output ${chosen}: choose from ${OUTPUTS.join(', ')}`, { code: 'usage' });
}

async function find(id: string, options: ShowOptions): Promise<Found> {
  if (options.scan !== undefined) {
    return findSession(searchIn(await scanSessions(options.scan, options.cluster)), id);
  }
  const context = createContext(await readOptions(options));
  return findSession((query) => queryDocuments(context, query), id);
}

function rendered(session: SessionDetails, output: Output): string {
  const { columns, isTTY } = process.stdout;
  if (output === 'html') return sessionPage(session, systemClock.now());
  if (output === 'ndjson') return sessionLines(session);
  return formatSession(session, isTTY ? columns : undefined);
}

/** What was found instead of one session, for whoever asked. */
function explanation(id: string, found: Exclude<Found, { kind: 'one' }>, isScan: boolean): string {
  if (found.kind === 'several') {
    const rows = found.documents.map((document) => rowOf(detailsOf(document)));
    const ids = rows.map((row) => `  ${escapeForTerminal(row.id)}\n`).join('');
    const table = formatRows(rows, systemClock.now());
    return `Several sessions begin with '${id}':\n\n${table}\n\nName one of them:\n${ids}`;
  }
  const remedy = isScan
    ? 'podwitness scan FILE… --emit sessions lists those that the files hold.'
    : 'podwitness sessions --all lists those that are known. A session is known some seconds after it began; old ones may have been deleted by retention.';
  return `No session '${id}' is known.\n${remedy}\n`;
}

async function show(id: string, options: ShowOptions): Promise<ExitCode> {
  const output = outputOf(options.output);
  checkId(id);
  const found = await find(id, options);
  if (found.kind !== 'one') {
    process.stderr.write(explanation(id, found, options.scan !== undefined));
    return found.kind === 'several' ? EXIT.usage : EXIT.unreadableInput;
  }
  await write(rendered(detailsOf(found.document), output));
  return EXIT.done;
}

const HELP = `
ID is as podwitness sessions shows it; the first six characters or more do if they are of one session.
The timeline says of each command how sure it is that it is of this session. Commands come last in
their line, with unsafe characters written as \\u{…}: nothing in a line before them is their author's.
Text folds what is repeated; ndjson has each entry. html is one file for an incident: no script,
nothing that is loaded, the whole record and its SHA-256 in it.

  podwitness session show 5rVY0Zb2cX
  podwitness session show 5rVY0Zb2cX --output html > incident-42.html
  podwitness session show 5rVY0Zb2cX --output ndjson | jq 'select(.outlived)'
  podwitness session show 5rVY0Zb2cX --scan audit.log spo.log

Exit codes: 0 shown, 64 several begin so, 65 none is known, 69 the store does not answer.`;

export function addSession(program: Command, run: Run): void {
  const session = program
    .command('session')
    .description('One session: podwitness session show ID')
    .addHelpText('after', HELP);
  withData(withConfig(session.command('show')))
    .description('What happened in a session: who, where, what was run, how sure that is')
    .argument('<id>', 'its id, or the beginning of it')
    .option('--output <format>', 'text, ndjson or html', 'text')
    .option('--scan <file...>', 'from these files, offline, as podwitness scan reads them')
    .option('--cluster <name>', 'with --scan: the cluster that the files are from', 'default')
    .addHelpText('after', HELP)
    .action((id: string, options: ShowOptions) => run(show(id, options)));
}
