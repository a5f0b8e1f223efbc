/**
 * Owns: every error code of the product in one table; docs/reference/errors.md is generated from it.
 * Codes are the only metric label that errors have, so the set is closed.
 */

/** `class` as in fault.ts; `exit` is the process exit code where the error ends a command. */
export interface ErrorEntry {
  readonly class: 'fault' | 'transient' | 'fatal';
  readonly text: string;
  readonly action: string;
  readonly exit?: 64 | 65 | 69 | 70 | 78;
}

export const ERROR_CODES = {
  unreadable_body: {
    class: 'fault',
    text: 'The bytes are no audit data in any format that is known.',
    action: 'Look at the bytes in the dead letter and at what the sender was configured to send.',
  },
  unreadable_item: {
    class: 'fault',
    text: 'One item of a readable batch is no audit event.',
    action: 'Look at the bytes in the dead letter; the other items of the batch were processed.',
  },
  legacy_format: {
    class: 'fault',
    text: 'A line of the old text format of the audit log, which lacks most of an event.',
    action: 'Start the API server with --audit-log-format=json.',
  },
  undecodable_body: {
    class: 'fault',
    text: 'The body came in a content encoding that can not be unpacked here.',
    action: 'Let the sender use gzip, or none; zstd needs Node 22.15.',
  },
  unknown_key: {
    class: 'fault',
    text: 'A record of audit.raw is encrypted with a key that this process does not have.',
    action:
      'Name the key in collector.raw.keyFile or previousKeyFiles, restart, and replay: `podwitness deadletter replay --code unknown_key`.',
  },
  broken_seal: {
    class: 'fault',
    text: 'An encrypted record of audit.raw was changed, or is not where it was written.',
    action: 'Find out who writes to this topic besides the collectors: `podwitness doctor`.',
  },
  unknown_schema: {
    class: 'fault',
    text: 'A record carries no known Avro schema fingerprint.',
    action:
      'Check that no other producer writes to this topic, and that all workers are of one release.',
  },
  corrupt_record: {
    class: 'fault',
    text: 'A record does not decode with the schema that it names.',
    action: 'Check that no other producer writes to this topic.',
  },
  document_refused: {
    class: 'fault',
    text: 'The store refused the document, also without its bodies.',
    action:
      'Read the reason in the dead letter; run `podwitness setup` if the index template is missing.',
  },
  item_too_large: {
    class: 'fault',
    text: 'One item is larger than the largest message that the log takes.',
    action: 'Raise kafka.maxMessageBytes and the topic limit with it (`podwitness setup`).',
  },
  log_unavailable: {
    class: 'transient',
    text: 'The log (Kafka, or the embedded one) can not serve now.',
    action: 'Check that the brokers are up and reachable: `podwitness check`.',
    exit: 69,
  },
  store_unavailable: {
    class: 'transient',
    text: 'The event store (Elasticsearch, or the embedded one) can not serve now.',
    action: 'Check that Elasticsearch is up and reachable: `podwitness check`.',
    exit: 69,
  },
  store_busy: {
    class: 'transient',
    text: 'The event store answered 429: it takes less than is sent.',
    action: 'None if it passes; otherwise give Elasticsearch more resources.',
  },
  schema_registry_unavailable: {
    class: 'transient',
    text: 'The schema registry can not serve now.',
    action: 'Check that it is up and that kafka.schemaRegistry.url is right: `podwitness check`.',
    exit: 69,
  },
  missing_schema: {
    class: 'fatal',
    text: 'The schema registry lacks schemas of ours, or does not guard their compatibility.',
    action: 'Run `podwitness setup`, or set kafka.schemaRegistry.autoRegister to true.',
    exit: 69,
  },
  schema_refused: {
    class: 'fatal',
    text: 'The schema registry refuses what it is asked.',
    action:
      'Read its reason; where a subject holds schemas of somebody else, give the topics a prefix of their own (kafka.topicPrefix).',
    exit: 78,
  },
  access_denied: {
    class: 'fatal',
    text: 'The neighbour refused the credentials, or they may not do this.',
    action:
      'Check user, password or API key, and apply the rights that `podwitness setup --print` shows.',
    exit: 78,
  },
  invalid_config: {
    class: 'fatal',
    text: 'The configuration can not be used.',
    action: 'Mend the lines that the message names.',
    exit: 78,
  },
  invalid_rule: {
    class: 'fatal',
    text: 'A detection rule can not be used.',
    action: 'Mend the file and line that the message names, or take the rule out.',
    exit: 78,
  },
  missing_topic: {
    class: 'fatal',
    text: 'A topic is missing or has other settings than the product needs.',
    action: 'Run `podwitness setup`.',
    exit: 69,
  },
  missing_index: {
    class: 'fatal',
    text: 'A data stream or index is missing in Elasticsearch.',
    action: 'Run `podwitness setup`.',
    exit: 69,
  },
  data_dir_locked: {
    class: 'fatal',
    text: 'Another process holds the data folder.',
    action: 'Stop the other podwitness, or give this one a folder of its own with --data.',
    exit: 69,
  },
  data_dir_damaged: {
    class: 'fatal',
    text: 'The data folder does not hold what was written to it.',
    action:
      'Look for disk errors; restore the folder from a backup, or move it away to start anew.',
    exit: 69,
  },
  usage: {
    class: 'fatal',
    text: 'The command line can not be understood.',
    action: 'See `podwitness --help`.',
    exit: 64,
  },
  unreadable_input: {
    class: 'fatal',
    text: 'None of the input could be read.',
    action: 'Check the paths, and that the files hold audit data.',
    exit: 65,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
