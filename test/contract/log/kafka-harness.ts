/**
 * Owns: the Kafka log as a harness of the contract, on the run's shared broker.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKafkaLog } from '../../../shared/adapters/kafka/open.ts';
import type { KafkaLogOptions } from '../../../shared/adapters/kafka/options.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { Logger } from '../../../shared/ports/telemetry.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import type { LogHarness } from './harness.ts';

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

export interface KafkaHarnessParts {
  readonly propertyRuns: number;
  brokers(): Promise<readonly string[]>;
}

export function kafkaHarness({ brokers, propertyRuns }: KafkaHarnessParts): LogHarness {
  const opened = new Set<Log>();
  const run = `${process.pid}-${Date.now()}`;
  let directory = '';
  let setup: Log | undefined;
  let topics = 0;

  return {
    supports: { changelogMirror: false, failpoints: true, refusesLargeRecords: true },
    waitMs: 20_000,
    propertyRuns,
    async start() {
      directory = await mkdtemp(join(tmpdir(), 'podwitness-state-'));
      setup = await openKafkaLog(logOptions(await brokers(), join(directory, 'setup')));
    },
    async open({ failpoint } = {}) {
      const base = logOptions(await brokers(), directory);
      const log = await openKafkaLog(failpoint === undefined ? base : { ...base, failpoint });
      opened.add(log);
      return log;
    },
    async uniqueTopic(partitions, overrides = {}) {
      topics += 1;
      const name = `topic-${run}-${topics}`;
      const [status] =
        (await setup?.ensureTopics([
          {
            name,
            partitions,
            cleanup: 'delete',
            retentionMs: -1,
            maxMessageBytes: 1_048_576,
            ...overrides,
          },
        ])) ?? [];
      if (status?.state !== 'created') throw new Error(`topic not made: ${status?.state}`);
      return name;
    },
    async close() {
      await Promise.all([...opened].map((log) => log.close()));
      await setup?.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
