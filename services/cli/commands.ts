/**
 * Owns: the command line: every command with its options and help.
 */
import { Command, type CommanderError } from 'commander';
import { addCheck } from './commands/check.ts';
import { addDeadletter } from './commands/deadletter.ts';
import { addDoctor } from './commands/doctor.ts';
import { addQuery } from './commands/query.ts';
import { addRules } from './commands/rules.ts';
import { addScan } from './commands/scan.ts';
import { addSession } from './commands/session.ts';
import { addSessions } from './commands/sessions.ts';
import { addSetup } from './commands/setup.ts';
import { addTail } from './commands/tail.ts';
import { addUp } from './commands/up.ts';
import { addWorkers } from './commands/workers.ts';
import { EXIT, type ExitCode, type Run } from './exit.ts';

const EXAMPLES = `
Start here:
  podwitness up --sample        everything in one process, fed with a small story
  podwitness query findings     what the rules found
  podwitness sessions           who is in which pod now; --watch follows
  podwitness session show ID    what they did there, as a timeline or a report
  podwitness scan audit.log     look through a file, offline
  podwitness rules list         which rules there are; also lint, test, explain

In production, with Kafka and Elasticsearch (podwitness.yaml names them):
  podwitness check              is everything there, and allowed?
  podwitness setup              topics, index templates
  podwitness collector          one worker each: collector, normalizer, detector, indexer

Settings: podwitness.yaml or --config FILE; every key is an environment variable, too
(PODWITNESS_KAFKA_BROKERS is kafka.brokers). The reference is docs/reference/config.md.`;

export function createProgram(version: string, run: Run): Command {
  const program = new Command('podwitness')
    .description('Who did what inside your pods: the Kubernetes audit log as a stream')
    .version(version)
    .showSuggestionAfterError()
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  addUp(program, run);
  addWorkers(program, run);
  addScan(program, run);
  addSessions(program, run);
  addSession(program, run);
  addQuery(program, run);
  addTail(program, run);
  addDeadletter(program, run);
  addDoctor(program, run);
  addSetup(program, run);
  addCheck(program, run);
  addRules(program, run);
  return program;
}

export const COMMAND_NAMES: readonly string[] = createProgram('', async () => {}).commands.map(
  (command) => command.name(),
);

/** Exit code for what commander threw: help and version are no errors. */
export function usageExit(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.done : EXIT.usage;
}
