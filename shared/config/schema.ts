/**
 * Owns: every configuration key, once: its type, default, limits and description. The loader, the
 * environment names and docs/reference/config.md all come from this schema.
 * Does not own: where values come from (load.ts), what holds between keys (checks.ts).
 *
 * Units stand in the names (Bytes, Ms, Seconds, Hours, Mb). Keys that end in File name a file, those
 * that end in Files several; the contents are read at start and kept apart (secret-files.ts).
 */
import { z } from 'zod';
import { collector } from './sections/collector.ts';
import { coverage } from './sections/coverage.ts';
import { elasticsearch } from './sections/elasticsearch.ts';
import { embedded } from './sections/embedded.ts';
import { http } from './sections/http.ts';
import { kafka } from './sections/kafka.ts';
import { normalizer } from './sections/normalizer.ts';
import { detector } from './sections/detector.ts';
import { sessions } from './sections/sessions.ts';
import { indexer, pipeline } from './sections/workers.ts';

const logging = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least severe log lines that are written. Lines are JSON on standard error.'),
});

const testing = z.strictObject({
  failpoint: z
    .string()
    .min(1)
    .optional()
    .describe('The place at which the process kills itself, for crash tests.')
    .meta({ hidden: true, env: 'PODWITNESS_FAILPOINT' }),
});

export const configSchema = z.strictObject({
  dataDir: z
    .string()
    .min(1)
    .default('./data')
    .describe('The folder of the embedded log and store, and of workers’ state.'),
  logging: logging.prefault({}),
  http: http.prefault({}),
  collector: collector.prefault({}),
  kafka: kafka.prefault({}),
  elasticsearch: elasticsearch.prefault({}),
  normalizer: normalizer.prefault({}),
  pipeline: pipeline.prefault({}),
  indexer: indexer.prefault({}),
  detector: detector.prefault({}),
  coverage: coverage.prefault({}),
  sessions: sessions.prefault({}),
  embedded: embedded.prefault({}),
  testing: testing.prefault({}),
});

/** The values of all keys, defaults filled in; file contents are not in here. */
export type ConfigValues = z.infer<typeof configSchema>;
