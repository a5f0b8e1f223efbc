/**
 * Owns: `podwitness query`.
 */
import type { Command } from 'commander';
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import { createContext } from '../../../shared/runtime/context.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { formatDocuments, outputFormat } from '../output/documents.ts';
import { write } from '../output/write.ts';
import { queryDocuments } from '../reader.ts';
import { parseQuery } from '../request.ts';
import { type ConfigOptions, readOptions, withConfig, withData, collect } from './options.ts';

interface QueryOptions extends ConfigOptions {
  readonly where: readonly string[];
  readonly since?: string;
  readonly limit: string;
  readonly output?: string;
}

/** A table needs all rows for its widths; NDJSON goes out in pages of this size. */
const PAGE = 500;

async function query(collection: string, options: QueryOptions): Promise<ExitCode> {
  const context = createContext(await readOptions(options));
  const request = parseQuery(collection, options, context.clock.now());
  const format = outputFormat(options.output, process.stdout.isTTY === true);
  let page: StoredDocument[] = [];
  for await (const document of queryDocuments(context, request)) {
    page.push(document);
    if (format === 'table' || page.length < PAGE) continue;
    await write(formatDocuments(request.collection, page, format));
    page = [];
  }
  await write(formatDocuments(request.collection, page, format));
  return EXIT.done;
}

export function addQuery(program: Command, run: Run): void {
  withData(withConfig(program.command('query')))
    .description('Search what was indexed: events, findings, sessions, alerts; newest first')
    .argument(
      '<collection>',
      'events (of the audit log, commands, alerts of Falco, gaps), findings, sessions or alerts; ' +
        'activity is events without the audit log',
    )
    .option(
      '--where <field=value>',
      'equal as text, * for anything; repeatable, all must hold',
      collect,
      [],
    )
    .option('--since <time>', '15m, 2h, 7d, or an ISO time')
    .option('--limit <n>', 'at most so many', '100')
    .option('--output <format>', 'table or ndjson (default: table on a terminal)')
    .addHelpText(
      'after',
      `
  podwitness query findings --since 1h
  podwitness query events --where user.name=alice --where 'url.path=*/secrets/*' --output ndjson
  podwitness query events --where event.dataset=podwitness.process --where kubernetes.pod.name=pay-0`,
    )
    .action((collection: string, options: QueryOptions) => run(query(collection, options)));
}
