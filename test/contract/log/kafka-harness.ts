/**
 * Owns: the Kafka log as a harness of the contract, on the run's shared broker.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKafkaLog } from '../../../shared/adapters/kafka/open.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { LogHarness } from './harness.ts';
import { logOptions } from './kafka-options.ts';

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
