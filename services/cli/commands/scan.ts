/**
 * Owns: `podwitness scan`: files through the same stages, without a server.
 */
import type { Command } from 'commander';
import type { AuditEvent, Finding } from '../../../schemas/generated/avro.ts';
import { FatalError } from '../../../shared/errors/fault.ts';
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import { readRules } from '../../detector/read-rules.ts';
import { LEVELS } from '../../detector/rules/model.ts';
import { createDetectorStage } from '../../detector/stage.ts';
import { createNormalizerStage } from '../../normalizer/stage.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { createOffline, type Offline } from '../offline/pipeline.ts';
import { readLines } from '../offline/read-files.ts';
import { formatDocuments, type OutputFormat, outputFormat } from '../output/documents.ts';
import { write } from '../output/write.ts';

const EMITTED = ['findings', 'sessions', 'alerts', 'events'] as const;
type Emitted = (typeof EMITTED)[number];
const PAGE = 500;

interface ScanOptions {
  readonly rules: readonly string[];
  readonly bundledRules: boolean;
  readonly emit: readonly Emitted[];
  readonly output?: string;
  readonly failOn?: string;
  readonly cluster: string;
}

function emitList(text: string): readonly Emitted[] {
  return text.split(',').map((name) => {
    const known = EMITTED.find((e) => e === name.trim());
    if (known !== undefined) return known;
    throw new FatalError(`--emit ${name}: choose from ${EMITTED.join(', ')}`, { code: 'usage' });
  });
}

interface Totals {
  readonly events: number;
  readonly rejected: number;
}

async function readAll(offline: Offline, files: readonly string[]): Promise<Totals> {
  const totals = { events: 0, rejected: 0 };
  for (const file of files) {
    const before = { ...totals };
    const unread: Buffer[] = [];
    for await (const line of readLines(file)) {
      const added = offline.add(line);
      totals.events += added.events;
      totals.rejected += added.rejected;
      if (totals.events === before.events) unread.push(line);
      else unread.length = 0;
    }
    if (totals.events === before.events && unread.length > 1) {
      // No line is a record of its own: one document over many lines, perhaps.
      const whole = offline.add(Buffer.concat(unread.flatMap((line) => [line, Buffer.from('\n')])));
      totals.events += whole.events;
      if (whole.events > 0) totals.rejected = before.rejected + whole.rejected;
    }
    const { events, rejected } = totals;
    process.stderr.write(
      `${file}: ${events - before.events} events, ${rejected - before.rejected} unreadable\n`,
    );
  }
  return totals;
}

function documentOf({ document }: AuditEvent | Finding): StoredDocument {
  return JSON.parse(document.toString('utf8')) as StoredDocument;
}

/** A table needs all rows for its widths; NDJSON goes out in pages, as one text it may be too long. */
async function writeAll(
  kind: 'events' | 'findings',
  records: readonly (AuditEvent | Finding)[],
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
  return findings.some((f) => levels.indexOf(f.level.toLowerCase()) >= levels.indexOf(failOn));
}

async function scan(files: readonly string[], options: ScanOptions): Promise<ExitCode> {
  if (options.failOn !== undefined && !LEVELS.some((level) => level === options.failOn)) {
    throw new FatalError(`--fail-on ${options.failOn}: choose from ${LEVELS.join(', ')}`, {
      code: 'usage',
    });
  }
  const format = outputFormat(options.output, process.stdout.isTTY === true);
  const rules = await readRules({ bundled: options.bundledRules, paths: options.rules });
  const offline = createOffline(
    {
      normalizer: createNormalizerStage({ dataStreamNamespace: 'default' }),
      detector: createDetectorStage(rules),
    },
    options.cluster,
  );
  const totals = await readAll(offline, files);
  if (totals.events === 0) {
    throw new FatalError(`None of the input could be read as audit events: ${files.join(', ')}`, {
      code: 'unreadable_input',
    });
  }
  const { events, findings } = offline.result();
  for (const kind of options.emit) {
    if (kind === 'events') await writeAll(kind, events, format);
    if (kind === 'findings') await writeAll(kind, findings, format);
  }
  process.stderr.write(`${events.length} distinct events, ${findings.length} findings\n`);
  return meets(findings, options.failOn) ? EXIT.failOn : EXIT.done;
}

export function addScan(program: Command, run: Run): void {
  program
    .command('scan')
    .description('Look through recorded audit files, offline: no server, nothing is stored')
    .argument('<file...>', 'audit logs, webhook bodies, .gz of them; - for standard input')
    .option('--rules <path>', 'Sigma rules, a file or a folder; repeatable', collect, [])
    .option('--no-bundled-rules', 'leave out the rules that come with podwitness')
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

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
