/**
 * Owns: `podwitness scan`: files through the same stages, without a server.
 */
import type { Command } from 'commander';
import type { AuditEvent, Finding, Session } from '../../../schemas/generated/avro.ts';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import { LEVELS } from '../../detector/rules/model.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { type ScanFilesOptions, scanFiles } from '../offline/scan-files.ts';
import { formatDocuments, type OutputFormat, outputFormat } from '../output/documents.ts';
import { write } from '../output/write.ts';
import { withRuleFiles } from './options.ts';

const EMITTED = ['findings', 'sessions', 'alerts', 'events'] as const;
type Emitted = (typeof EMITTED)[number];
const PAGE = 500;

interface ScanOptions extends ScanFilesOptions {
  readonly emit: readonly Emitted[];
  readonly output?: string;
  readonly failOn?: string;
}

function emitList(text: string): readonly Emitted[] {
  return text.split(',').map((name) => {
    const known = EMITTED.find((e) => e === name.trim());
    if (known !== undefined) return known;
    throw new FatalError(`--emit ${name}: choose from ${EMITTED.join(', ')}`, { code: 'usage' });
  });
}

type Told = AuditEvent | Finding | Session;

function documentOf({ document }: Told): StoredDocument {
  return JSON.parse(document.toString('utf8')) as StoredDocument;
}

/** A table needs all rows for its widths; NDJSON goes out in pages, as one text it may be too long. */
async function writeAll(
  kind: 'events' | 'findings' | 'sessions',
  records: readonly Told[],
  format: OutputFormat,
): Promise<void> {
  const page = format === 'table' ? Math.max(records.length, 1) : PAGE;
  for (let at = 0; at === 0 || at < records.length; at += page) {
    const documents = records.slice(at, at + page).map(documentOf);
    await write(formatDocuments(kind, documents, format));
  }
}

function meets(findings: readonly Finding[], failOn: string | undefined): boolean {
  if (failOn === undefined) return false;
  const levels: readonly string[] = LEVELS;
  return findings
    .filter(({ mode }) => mode === 'active')
    .some((f) => levels.indexOf(f.level.toLowerCase()) >= levels.indexOf(failOn));
}

async function scan(files: readonly string[], options: ScanOptions): Promise<ExitCode> {
  if (options.failOn !== undefined && !LEVELS.some((level) => level === options.failOn)) {
    throw new FatalError(`--fail-on ${options.failOn}: choose from ${LEVELS.join(', ')}`, {
      code: 'usage',
    });
  }
  const format = outputFormat(options.output, process.stdout.isTTY === true);
  const { events, findings, sessions } = await scanFiles(files, options);
  for (const kind of options.emit) {
    if (kind === 'events') await writeAll(kind, events, format);
    if (kind === 'findings') await writeAll(kind, findings, format);
    if (kind === 'sessions') await writeAll(kind, sessions, format);
  }
  const counts = [`${events.length} distinct events`, `${findings.length} findings`];
  process.stderr.write(`${counts.join(', ')}, ${sessions.length} sessions\n`);
  return meets(findings, options.failOn) ? EXIT.failOn : EXIT.done;
}

export function addScan(program: Command, run: Run): void {
  withRuleFiles(program.command('scan'))
    .description('Look through recorded audit files, offline: no server, nothing is stored')
    .argument('<file...>', 'audit logs, webhook bodies, .gz of them; - for standard input')
    .option('--emit <kinds>', `which of ${EMITTED.join(',')}`, emitList, ['findings', 'sessions'])
    .option('--output <format>', 'table or ndjson (default: table on a terminal)')
    .option('--fail-on <level>', `exit with 2 on a finding of this level: ${LEVELS.join(', ')}`)
    .option('--cluster <name>', 'the cluster that the files are from', 'default')
    .addHelpText(
      'after',
      `
All files are one input: their order changes nothing, and the same input gives the same bytes.
Results go to standard output, all else to standard error.

  podwitness scan /var/log/kubernetes/audit.log
  zcat audit-*.log.gz | podwitness scan - --emit events --output ndjson
  podwitness scan audit.log --rules ./rules --fail-on high`,
    )
    .action((files: string[], options: ScanOptions) => run(scan(files, options)));
}
