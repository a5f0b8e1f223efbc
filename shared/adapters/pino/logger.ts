/**
 * Owns: log lines as JSON on standard error: standard output is for results.
 */
import { pino } from 'pino';
import type { Logger } from '../../ports/telemetry.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export function createLogger(level: LogLevel, worker: string): Logger {
  return pino(
    { level, base: { worker }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
