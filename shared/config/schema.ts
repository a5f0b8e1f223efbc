/**
 * Owns: every configuration key, once: its type, default, limits and description. The loader, the
 * environment names and docs/reference/config.md all come from this schema.
 * Does not own: where values come from (load.ts), what holds between keys (checks.ts).
 *
 * Units stand in the names (Bytes, Ms, Seconds, Hours, Mb). Keys that end in File name a file;
 * its content is read at start and kept apart (secret.ts).
 */
import { z } from 'zod';

const KIB = 1024;
const MIB = 1024 * KIB;
const MINUTE_MS = 60_000;

const whole = (min: number, max: number) => z.int().min(min).max(max);
const file = () => z.string().min(1);

const BROKER = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?):\d{1,5}$/;
/** As Elastic defines a data stream's namespace: no dash, no capitals, no path characters. */
const NAMESPACE = /^[^-A-Z\\/*?"<>| ,#:]{1,100}$/;

function isHttpUrlWithoutCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '';
}

const logging = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least severe log lines that are written. Lines are JSON on standard error.'),
});

const http = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('The address on which the collector and the health and metrics endpoints listen.'),
  port: whole(0, 65_535)
    .default(8440)
    .describe('The port on which they listen; 0 takes any free one.'),
  allowPlainHttpBeyondLoopback: z
    .boolean()
    .default(false)
    .describe(
      'Listen without TLS on an address that other machines reach. Only behind something that ' +
        'ends TLS, or in a network that nobody else is on: audit events hold names and secrets.',
    ),
});

const collector = z.strictObject({
  maxBodyBytes: whole(1 * MIB, 256 * MIB)
    .default(32 * MIB)
    .describe(
      'The largest request body that is taken; a larger one is answered 413. A kube-apiserver ' +
        'sends 16 MiB and more in one body and drops what is refused five times.',
    ),
  partBytes: whole(64 * KIB, 32 * MIB)
    .default(1 * MIB)
    .describe(
      'A larger body is cut between its items into records of about this size; one item is never cut.',
    ),
  maxInFlightBytes: whole(1 * MIB, 4096 * MIB)
    .default(128 * MIB)
    .describe('Bodies in memory at one time; above it, requests are answered 503.'),
  retryAfterSeconds: whole(1, 29)
    .default(5)
    .describe(
      'What a 503 tells the sender to wait. A kube-apiserver keeps trying inside one attempt of ' +
        '30 s, so a few seconds win the longest time.',
    ),
});

const ssl = z.strictObject({
  enabled: z.boolean().default(false).describe('Speak TLS to the brokers.'),
  caFile: file().optional().describe('PEM certificates that sign the brokers’ certificates.'),
  certFile: file().optional().describe('PEM client certificate, for brokers that ask for one.'),
  keyFile: file().optional().describe('PEM private key of the client certificate.'),
});

const sasl = z.strictObject({
  mechanism: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('How the password is proven; not set: no login.'),
  username: z.string().min(1).optional().describe('The name to log in with.'),
  passwordFile: file().optional().describe('The file that holds the password.'),
});

const principal = (worker: string) =>
  z
    .string()
    .regex(/^[A-Za-z]+:.+$/)
    .default(`User:podwitness-${worker}`)
    .describe(`Whom \`setup\` gives the rights of the ${worker}.`);

const principals = z.strictObject({
  collector: principal('collector'),
  normalizer: principal('normalizer'),
  detector: principal('detector'),
  indexer: principal('indexer'),
});

const kafka = z.strictObject({
  brokers: z
    .array(z.string().regex(BROKER))
    .min(1)
    .optional()
    .describe('Brokers to begin with, host:port. Not set: the embedded log in `dataDir`.'),
  clientId: z.string().min(1).default('podwitness').describe('The name in the brokers’ logs.'),
  topicPrefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,100}$/)
    .default('')
    .describe('Put before the name of every topic.'),
  maxMessageBytes: whole(1 * MIB, 1024 * MIB)
    .default(36 * MIB)
    .describe('The largest record; `podwitness setup` gives the topics this limit.'),
  replicationFactor: whole(1, 15)
    .optional()
    .describe(
      'Replicas of each topic that `setup` makes; not set: 3, or as many as there are brokers.',
    ),
  transactionalIdPrefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/)
    .default('tx.')
    .describe('Transactional ids are this, the group, the topic and the partition.'),
  allowPlaintextCredentials: z
    .boolean()
    .default(false)
    .describe('Log in over a connection without TLS to brokers beyond this machine.'),
  ssl: ssl.prefault({}),
  sasl: sasl.prefault({}),
  principals: principals.prefault({}),
});

const elasticsearch = z.strictObject({
  node: z
    .string()
    .refine(isHttpUrlWithoutCredentials)
    .optional()
    .describe(
      'URL of Elasticsearch 8, without credentials. Not set: the embedded store in `dataDir`.',
    ),
  namespace: z
    .string()
    .regex(NAMESPACE)
    .default('default')
    .describe('The last part of the data streams’ names.'),
  apiKeyFile: file().optional().describe('The file that holds an encoded API key.'),
  username: z.string().min(1).optional().describe('The name to log in with, instead of a key.'),
  passwordFile: file().optional().describe('The file that holds the password of `username`.'),
  caFile: file().optional().describe('PEM certificates that sign the node’s certificate.'),
  allowPlaintextCredentials: z
    .boolean()
    .default(false)
    .describe('Send credentials over plain HTTP to a node beyond this machine.'),
  requestTimeoutMs: whole(1000, 10 * MINUTE_MS)
    .default(30_000)
    .describe('How long one request may take.'),
  refreshIntervalSeconds: whole(1, 3600)
    .default(5)
    .describe(
      'How long a document may stay invisible to search; `setup` gives it to the templates.',
    ),
});

const pipeline = z.strictObject({
  maxBatchRecords: whole(1, 100_000)
    .default(2000)
    .describe('The most records of one partition that are worked on at a time.'),
  maxBatchBytes: whole(64 * KIB, 256 * MIB)
    .default(8 * MIB)
    .describe('About the most bytes of them.'),
  tickIntervalMs: whole(10, MINUTE_MS)
    .default(1000)
    .describe('How often a quiet partition is told what time it is.'),
  retryInitialMs: whole(1, MINUTE_MS)
    .default(100)
    .describe('The first wait after a neighbour could not serve; each next one is longer.'),
  retryMaxMs: whole(1, 10 * MINUTE_MS)
    .default(10_000)
    .describe('The longest of these waits. Nothing is dropped, however many there are.'),
  shutdownGraceMs: whole(0, 10 * MINUTE_MS)
    .default(20_000)
    .describe(
      'How long batches in hand may take after SIGTERM. Keep it below the pod’s termination grace.',
    ),
});

const indexer = z.strictObject({
  seenWindowHours: whole(1, 24 * 30)
    .default(24)
    .describe('How long an event’s id is remembered, so that a repeat is not written again.'),
  bulkMaxBytes: whole(64 * KIB, 100 * MIB)
    .default(8 * MIB)
    .describe('About the largest bulk request.'),
});

const detector = z.strictObject({
  rules: z
    .array(z.string().min(1))
    .default([])
    .describe('Files and folders with Sigma rules of your own.'),
  bundledRules: z.boolean().default(true).describe('Use the rules that come with the product too.'),
});

const embedded = z.strictObject({
  storeMemoryLimitMb: whole(64, 1_048_576)
    .default(256)
    .describe('The memory that the embedded store may use for its queries.'),
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
  pipeline: pipeline.prefault({}),
  indexer: indexer.prefault({}),
  detector: detector.prefault({}),
  embedded: embedded.prefault({}),
  testing: testing.prefault({}),
});

/** The values of all keys, defaults filled in; file contents are not in here. */
export type ConfigValues = z.infer<typeof configSchema>;
