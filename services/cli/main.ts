#!/usr/bin/env node
/**
 * Owns: the process: command line in, exit code out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { packageRoot } from '../../shared/config/package-root.ts';
import { createProgram, usageExit } from './commands.ts';
import { endingOf, type ExitCode } from './exit.ts';

function fail(error: unknown): void {
  const ending = endingOf(error);
  process.stderr.write(ending.text);
  process.exitCode = ending.exitCode;
}

async function run(action: Promise<ExitCode>): Promise<void> {
  try {
    process.exitCode = await action;
  } catch (error) {
    fail(error);
  }
}

// A reader that went away (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const manifest = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
const { version } = JSON.parse(manifest) as { version: string };

try {
  await createProgram(version, run).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = usageExit(error);
  else fail(error);
}
