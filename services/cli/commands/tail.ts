/**
 * Owns: `podwitness tail`: decoded records of a topic as NDJSON.
 */
import type { Command } from 'commander';
import { createContext } from '../../../shared/runtime/context.ts';
import { EXIT, type ExitCode, type Run } from '../exit.ts';
import { write } from '../output/write.ts';
import { tailTopic } from '../reader.ts';
import { parseTail } from '../request.ts';
import { type ConfigOptions, readOptions, withConfig, withData } from './options.ts';

interface TailOptions extends ConfigOptions {
  readonly from: string;
  readonly untilEnd?: boolean;
}

async function tail(topic: string, options: TailOptions): Promise<ExitCode> {
  const context = createContext(await readOptions(options));
  const { from, untilEnd = false } = options;
  const request = parseTail(topic, { from, untilEnd }, context.clock.now());
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  for await (const record of tailTopic(context, request, stop.signal)) {
    if (stop.signal.aborted) break;
    await write(`${JSON.stringify(record)}\n`);
  }
  return EXIT.done;
}

export function addTail(program: Command, run: Run): void {
  withData(withConfig(program.command('tail')))
    .description('Print the decoded records of a topic as NDJSON, and follow it')
    .argument(
      '<topic>',
      'audit.raw, audit.events, audit.findings, audit.deadletter …; with .json its copy',
    )
    .option('--from <where>', 'beginning, end, 15m, 2h, or an ISO time', 'end')
    .option('--until-end', 'stop at the end instead of following')
    .action((topic: string, options: TailOptions) => run(tail(topic, options)));
}
