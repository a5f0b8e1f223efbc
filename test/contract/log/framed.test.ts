/**
 * A log that is framed for a schema registry is held against the contract of the port `Log`, too:
 * what it does not frame passes through it unchanged.
 */
import { AVRO_SCHEMAS } from '../../../schemas/generated/avro.ts';
import type { RegistryClient } from '../../../shared/adapters/schema-registry/client.ts';
import { createHealth } from '../../../shared/pipeline/health.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { openFramedLog } from '../../../shared/runtime/framed-log.ts';
import { embeddedHarness } from './embedded-harness.ts';
import type { LogHarness } from './harness.ts';
import { describeLogContract } from './suite.ts';

const TOPICS = 200;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Knows our schema as id 1, and nothing else. */
const client: RegistryClient = {
  versions: () => Promise.resolve([1]),
  lookup: () => Promise.resolve(1),
  register: () => Promise.resolve(1),
  schemaOf: () => Promise.resolve(undefined),
  compatibility: () => Promise.resolve('FULL_TRANSITIVE'),
  setCompatibility: () => Promise.resolve(),
};

const topics = Array.from({ length: TOPICS }, (_, i) => ({
  topic: `topic-${i + 1}`,
  schema: 'Finding' as const,
  subject: { name: `topic-${i + 1}-value`, schemas: AVRO_SCHEMAS.Finding },
}));

const plain = embeddedHarness(5);
const framed: LogHarness = {
  ...plain,
  async open(options) {
    const log = await plain.open(options);
    const retry = { initialMs: 5, maxMs: 20 };
    const health = createHealth(() => 0);
    return openFramedLog({
      log,
      client,
      topics,
      retry,
      clock: systemClock,
      health,
      logger: SILENT,
    });
  },
};

describeLogContract('framed', framed);
