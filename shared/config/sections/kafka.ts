/**
 * Owns: keys of the log on Kafka.
 */
import { z } from 'zod';
import { schemaRegistry } from './schema-registry.ts';
import { broker, file, MIB, whole } from './values.ts';

export const ssl = z.strictObject({
  enabled: z.boolean().default(false).describe('Speak TLS to the brokers.'),
  caFile: file().optional().describe('PEM certificates that sign the brokers’ certificates.'),
  certFile: file().optional().describe('PEM client certificate, for brokers that ask for one.'),
  keyFile: file().optional().describe('PEM private key of the client certificate.'),
});

export const sasl = z.strictObject({
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

export const kafka = z.strictObject({
  brokers: z
    .array(broker())
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
  appendTimeoutMs: whole(1000, 25_000)
    .default(12_000)
    .describe(
      'When an append that the brokers leave without an answer is given up and the sender told to ' +
        'repeat. Below the 30 s after which a kube-apiserver hangs up.',
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
  jsonTopics: z
    .array(z.enum(['audit.events', 'audit.findings', 'audit.sessions']))
    .default([])
    .describe(
      'Topics that are written once more as JSON, to a topic of the same name that ends in .json, ' +
        'for consumers without Avro.',
    ),
  ssl: ssl.prefault({}),
  sasl: sasl.prefault({}),
  schemaRegistry: schemaRegistry.prefault({}),
  principals: principals.prefault({}),
});
