/**
 * Owns: keys of the front door: what is taken, and from whom.
 */
import { z } from 'zod';
import { sasl, ssl } from './kafka.ts';
import { raw } from './raw.ts';
import {
  broker,
  clusterName,
  entryName,
  file,
  KIB,
  MIB,
  patterns,
  source,
  whole,
} from './values.ts';

const oidc = z.strictObject({
  issuer: z.url().default('https://accounts.google.com'),
  /** The push subscription’s; by default the endpoint’s URL. */
  audience: z.string().min(1),
  /** The push subscription’s service account. */
  email: z.string().min(1),
  /** Where the issuer’s keys are, if not where its discovery document says. */
  jwksUri: z.url().optional(),
});

const sender = z.strictObject({
  /** Stored with every batch. */
  name: entryName(),
  /** What it may write to. */
  clusters: patterns(),
  sources: z.array(source()).min(1).optional(),
  /** One token per line; the file is read again when it changes. */
  tokenFiles: z.array(file()).min(1).optional(),
  /** Common names, DNS or URI names, or sha256:… of the certificate. */
  certificates: patterns().optional(),
  oidc: oidc.optional(),
});

const fileInput = z.strictObject({
  paths: z.array(z.string().min(1)).min(1),
  cluster: clusterName(),
  source: source().default('audit'),
  from: z.enum(['beginning', 'end']).default('beginning'),
});

const topicInput = z.strictObject({
  name: entryName(),
  brokers: z.array(broker()).min(1),
  topics: z.array(z.string().min(1)).min(1),
  group: z.string().min(1),
  cluster: clusterName(),
  source: source().default('logs'),
  from: z.enum(['beginning', 'end']).default('beginning'),
  ssl: ssl.prefault({}),
  sasl: sasl.prefault({}),
});

export type TopicInputConfig = z.infer<typeof topicInput>;

export const collector = z.strictObject({
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
  maxDecodedBytes: whole(1 * MIB, 1024 * MIB)
    .default(64 * MIB)
    .describe(
      'The most that a compressed body may unpack to, and no more than half of ' +
        'collector.maxInFlightBytes. What would be more is kept packed, as a dead letter.',
    ),
  senders: z
    .array(sender)
    .default([])
    .describe(
      'Who may send. Each has a `name`, the `clusters` that it may write to, perhaps `sources`, and ' +
        'proves itself by one of: `tokenFiles` (bearer token, password of Basic, or Firehose access ' +
        'key; one per line), `certificates` (names or sha256: of its client certificate, with ' +
        'http.tls.clientCaFile), `oidc` (`audience`, `email`, perhaps `issuer` and `jwksUri`, of a Pub/Sub push). None: ' +
        'whoever reaches the address may send.',
    ),
  allowAnonymousBeyondLoopback: z
    .boolean()
    .default(false)
    .describe('Take bodies from other machines without knowing who sends them.'),
  files: z
    .array(fileInput)
    .default([])
    .describe(
      'Files to follow: each has `paths` (globs), `cluster`, perhaps `source` (default audit) and ' +
        '`from` (beginning or end: where to start in what is there at the first start; a file that ' +
        'comes later is read whole). Rotated and zipped files beside a path are read too where they ' +
        'were not read before. How far is kept in `dataDir`/checkpoints.',
    ),
  topics: z
    .array(topicInput)
    .default([])
    .describe(
      'Topics of other Kafka clusters to take from (an Event Hub, Fluent Bit’s output): each has a ' +
        '`name`, `brokers`, `topics`, `group`, `cluster`, `source`, and perhaps `ssl` and `sasl` as ' +
        'under kafka.',
    ),
  raw: raw.prefault({}),
});
