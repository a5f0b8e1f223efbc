/**
 * Owns: what must hold between keys. Does not own: limits of one key (schema.ts),
 * the front door's keys (door-checks.ts).
 */
import { type Check, type Conflict, conflictIf, isLoopback } from './conflict.ts';
import { DOOR_CHECKS } from './door-checks.ts';
import { schemaRegistry } from './registry-checks.ts';
import { rawKey } from './raw-check.ts';
import type { ConfigValues } from './schema.ts';

/** Room in a record for the headers and fields around a body. */
const RECORD_OVERHEAD_BYTES = 64 * 1024;

/** `kafka-1:9092` → `kafka-1` */
function hostOf(broker: string): string {
  return broker.slice(0, broker.lastIndexOf(':'));
}

const sizes: Check = ({ collector, kafka }) => [
  ...conflictIf(
    kafka.maxMessageBytes < collector.maxBodyBytes + RECORD_OVERHEAD_BYTES,
    'kafka.maxMessageBytes',
    `a body of one event can be collector.maxBodyBytes (${collector.maxBodyBytes}) long and must ` +
      `fit into one record: raise kafka.maxMessageBytes to ` +
      `${collector.maxBodyBytes + RECORD_OVERHEAD_BYTES} or more, or lower collector.maxBodyBytes`,
  ),
  ...conflictIf(
    collector.maxInFlightBytes < collector.maxBodyBytes,
    'collector.maxInFlightBytes',
    `one body of collector.maxBodyBytes (${collector.maxBodyBytes}) would never be taken: ` +
      'raise collector.maxInFlightBytes to that or more',
  ),
];

const kafkaTls: Check = ({ kafka: { ssl } }) => [
  ...(['caFile', 'certFile', 'keyFile'] as const).flatMap((part) =>
    conflictIf(
      ssl[part] !== undefined && !ssl.enabled,
      `kafka.ssl.${part}`,
      'has no effect without TLS: set kafka.ssl.enabled to true, or take it out',
    ),
  ),
  ...conflictIf(
    (ssl.certFile === undefined) !== (ssl.keyFile === undefined),
    ssl.certFile === undefined ? 'kafka.ssl.keyFile' : 'kafka.ssl.certFile',
    'a client certificate needs both kafka.ssl.certFile and kafka.ssl.keyFile',
  ),
];

const kafkaLogin: Check = ({ kafka: { sasl, ssl, brokers, allowPlaintextCredentials } }) => {
  if (sasl.mechanism === undefined) {
    return (['username', 'passwordFile'] as const).flatMap((part) =>
      conflictIf(
        sasl[part] !== undefined,
        `kafka.sasl.${part}`,
        'has no effect without kafka.sasl.mechanism: set that too, or take this out',
      ),
    );
  }
  const beyond = (brokers ?? []).some((broker) => !isLoopback(hostOf(broker)));
  return [
    ...conflictIf(
      sasl.username === undefined || sasl.passwordFile === undefined,
      'kafka.sasl.mechanism',
      'a login needs kafka.sasl.username and kafka.sasl.passwordFile',
    ),
    ...conflictIf(
      beyond && !ssl.enabled && !allowPlaintextCredentials,
      'kafka.sasl.mechanism',
      'the password would cross the network readable: set kafka.ssl.enabled to true, or, if that ' +
        'is meant, kafka.allowPlaintextCredentials',
    ),
  ];
};

/** Of one entry; the entry's name leads, since the key is that of all of them. */
const foreignTopics: Check = ({ collector }) =>
  collector.topics.flatMap(({ brokers, name, sasl, ssl }) => {
    const entryConflict = (condition: boolean, message: string) =>
      conflictIf(condition, 'collector.topics', `'${name}': ${message}`);
    const hasLogin = sasl.mechanism !== undefined;
    const isComplete = sasl.username !== undefined && sasl.passwordFile !== undefined;
    const beyond = brokers.some((broker) => !isLoopback(hostOf(broker)));
    return [
      ...entryConflict(
        hasLogin && !isComplete,
        'a login needs sasl.username and sasl.passwordFile',
      ),
      ...entryConflict(
        !hasLogin && (sasl.username ?? sasl.passwordFile) !== undefined,
        'sasl.username and sasl.passwordFile have no effect without sasl.mechanism',
      ),
      ...entryConflict(
        hasLogin && beyond && !ssl.enabled,
        'the password would cross the network readable: set ssl.enabled to true',
      ),
      ...entryConflict(
        !ssl.enabled && (ssl.caFile ?? ssl.certFile ?? ssl.keyFile) !== undefined,
        'ssl.caFile, ssl.certFile and ssl.keyFile have no effect without ssl.enabled',
      ),
    ];
  });

/** A name is a label and a sender: two inputs under one would hide each other. */
const foreignNames: Check = ({ collector }) => {
  const names = collector.topics.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return conflictIf(twice !== undefined, 'collector.topics', `two entries are named '${twice}'`);
};

const kafkaWithoutBrokers: Check = ({ kafka }) =>
  kafka.brokers !== undefined
    ? []
    : [
        ...conflictIf(kafka.ssl.enabled, 'kafka.ssl.enabled', NO_BROKERS),
        ...conflictIf(kafka.sasl.mechanism !== undefined, 'kafka.sasl.mechanism', NO_BROKERS),
      ];
const NO_BROKERS =
  'has no effect without kafka.brokers, and the embedded log would be used: set those, or take ' +
  'this out';

/** A name stands in documents: two lists under one could not be told apart. */
const listNames: Check = ({ normalizer: { enrichment } }) =>
  (['networks', 'threats'] as const).flatMap((kind) => {
    const names = enrichment[kind].map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    const message = `two lists are named '${twice}': give one of them another name`;
    return conflictIf(twice !== undefined, `normalizer.enrichment.${kind}`, message);
  });

const elasticsearchLogin: Check = ({ elasticsearch: es }) => {
  const hasLogin = es.apiKeyFile !== undefined || es.username !== undefined;
  const url = es.node === undefined ? undefined : new URL(es.node);
  const readable = url?.protocol === 'http:' && !isLoopback(url.hostname);
  const user = es.username !== undefined;
  return [
    ...conflictIf(
      es.apiKeyFile !== undefined && user,
      'elasticsearch.username',
      'either an API key or a user: take out elasticsearch.apiKeyFile or elasticsearch.username',
    ),
    ...conflictIf(
      user !== (es.passwordFile !== undefined),
      user ? 'elasticsearch.username' : 'elasticsearch.passwordFile',
      'a login needs both elasticsearch.username and elasticsearch.passwordFile',
    ),
    ...conflictIf(
      hasLogin && readable && !es.allowPlaintextCredentials,
      'elasticsearch.node',
      'the credentials would cross the network readable: use https, or, if that is meant, set ' +
        'elasticsearch.allowPlaintextCredentials to true',
    ),
    ...conflictIf(
      hasLogin && url === undefined,
      user ? 'elasticsearch.username' : 'elasticsearch.apiKeyFile',
      'has no effect without elasticsearch.node, and the embedded store would be used: set that, ' +
        'or take this out',
    ),
    ...conflictIf(
      es.caFile !== undefined && url?.protocol !== 'https:',
      'elasticsearch.caFile',
      'has no effect unless elasticsearch.node is an https URL',
    ),
  ];
};

const waits: Check = ({ pipeline }) =>
  conflictIf(
    pipeline.retryInitialMs > pipeline.retryMaxMs,
    'pipeline.retryInitialMs',
    `must not be longer than pipeline.retryMaxMs (${pipeline.retryMaxMs})`,
  );

const CHECKS: readonly Check[] = [
  sizes,
  ...DOOR_CHECKS,
  rawKey,
  kafkaTls,
  kafkaLogin,
  kafkaWithoutBrokers,
  schemaRegistry,
  foreignTopics,
  foreignNames,
  listNames,
  elasticsearchLogin,
  waits,
];

export function findConflicts(values: ConfigValues): readonly Conflict[] {
  return CHECKS.flatMap((check) => check(values));
}
