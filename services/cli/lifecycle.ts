/**
 * Owns: a long-running command's life: it ends by a signal (first: in order, second: at once) or by
 * the error of a worker.
 */
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Logger } from '../../shared/ports/telemetry.ts';
import { EXIT, type ExitCode } from './exit.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** 128 + SIGINT: what a shell expects of a program that was told twice. */
const INTERRUPTED = 130;

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) {
      process.once(signal, () => {
        for (const other of SIGNALS) process.once(other, () => process.exit(INTERRUPTED));
        resolve(signal);
      });
    }
  });
}

/** Resolves after a graceful stop; rejects with the error that ended the worker. */
export async function runUntilSignal(
  worker: RunningWorker,
  logger: Logger,
  close: () => Promise<void>,
): Promise<ExitCode> {
  const signal = await Promise.race([nextSignal(), worker.done.then(() => undefined)]);
  if (signal !== undefined) logger.info({ signal }, 'Stopping: finishing what is in hand');
  await worker.stop();
  await close();
  return EXIT.done;
}
