/**
 * Owns: how tests open the Kafka log. Without vitest, so that child processes can use it.
 */
import type { KafkaLogOptions } from '../../../shared/adapters/kafka/options.ts';
import type { Logger } from '../../../shared/ports/telemetry.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';

/** Nothing is shown unless a test asks for it. */
export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Quick in noticing what happens in the group. */
export function logOptions(brokers: readonly string[], stateDirectory: string): KafkaLogOptions {
  return {
    brokers,
    clientId: 'podwitness-test',
    transactionalIdPrefix: 'test-',
    stateDirectory,
    maxMessageBytes: 37_748_736,
    logger: silent,
    clock: systemClock,
    group: { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 300 },
  };
}
