/**
 * Owns: the embedded log as a harness of the contract: one directory, opened once, which is all
 * that LevelDB's lock allows; clients count as handles, and the last one closes it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '../../../shared/adapters/embedded-log/open.ts';
import type { Consumer, Log } from '../../../shared/ports/log.ts';
import type { Failpoint } from '../../../shared/ports/telemetry.ts';
import type { LogHarness } from './harness.ts';

export function embeddedHarness(propertyRuns: number): LogHarness {
  const clients = new Set<Log>();
  const failpoints = new Map<Log, Failpoint>();
  let directory = '';
  let base: Promise<Log> | undefined;
  let topics = 0;

  const failpoint: Failpoint = (name) => {
    for (const hook of failpoints.values()) hook(name);
  };

  async function release(client: Log): Promise<void> {
    if (!clients.delete(client)) return;
    failpoints.delete(client);
    if (clients.size > 0 || base === undefined) return;
    const last = await base;
    base = undefined;
    await last.close();
  }

  const harness: LogHarness = {
    supports: { changelogMirror: false, failpoints: true, refusesLargeRecords: true },
    waitMs: 5_000,
    propertyRuns,
    async start() {
      directory = await mkdtemp(join(tmpdir(), 'podwitness-log-'));
    },
    async open(options = {}) {
      base ??= openEmbeddedLog({ directory, failpoint });
      const client = handleOn(await base, release);
      clients.add(client);
      if (options.failpoint !== undefined) failpoints.set(client, options.failpoint);
      return client;
    },
    async uniqueTopic(partitions, overrides = {}) {
      topics += 1;
      const name = `topic-${topics}`;
      const log = await harness.open();
      await log.ensureTopics([
        {
          name,
          partitions,
          cleanup: 'delete',
          retentionMs: 86_400_000,
          maxMessageBytes: 1_048_576,
          ...overrides,
        },
      ]);
      await log.close();
      return name;
    },
    async close() {
      await Promise.all([...clients].map((client) => client.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
  return harness;
}

/** The shared log with a close of its own, which stops only the handle's consumers. */
function handleOn(log: Log, release: (client: Log) => Promise<void>): Log {
  const consumers: Consumer[] = [];
  let open = true;
  const handle: Log = {
    append: (records) => (open ? log.append(records) : Promise.reject(new Error('closed'))),
    async consume(options, handler) {
      const consumer = await log.consume(options, handler);
      consumers.push(consumer);
      return consumer;
    },
    read: (options) => log.read(options),
    positions: (group, topic) => log.positions(group, topic),
    ensureTopics: (specs) => log.ensureTopics(specs),
    reviewTopics: (specs) => log.reviewTopics(specs),
    ping: () => log.ping(),
    async close() {
      open = false;
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await release(handle);
    },
  };
  return handle;
}
