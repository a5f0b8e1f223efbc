/**
 * Owns: what the error codes of a Produce answer are called, and which of them pass, in the form of
 * kafkajs' errors, so that errors.ts judges them as it does those.
 * Table: https://kafka.apache.org/protocol.html#protocol_error_codes
 */

/** NETWORK_EXCEPTION. */
const UNANSWERED = 13;

/** Name and whether the same request may succeed later. */
const CODES: ReadonlyMap<number, readonly [type: string, isRetriable: boolean]> = new Map([
  [-1, ['UNKNOWN', false]],
  [2, ['CORRUPT_MESSAGE', true]],
  [3, ['UNKNOWN_TOPIC_OR_PARTITION', true]],
  [5, ['LEADER_NOT_AVAILABLE', true]],
  [6, ['NOT_LEADER_FOR_PARTITION', true]],
  [7, ['REQUEST_TIMED_OUT', true]],
  [8, ['BROKER_NOT_AVAILABLE', false]],
  [9, ['REPLICA_NOT_AVAILABLE', true]],
  [10, ['MESSAGE_TOO_LARGE', false]],
  [13, ['NETWORK_EXCEPTION', true]],
  [17, ['INVALID_TOPIC_EXCEPTION', false]],
  [18, ['RECORD_LIST_TOO_LARGE', false]],
  [19, ['NOT_ENOUGH_REPLICAS', true]],
  [20, ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', true]],
  [21, ['INVALID_REQUIRED_ACKS', false]],
  [29, ['TOPIC_AUTHORIZATION_FAILED', false]],
  [31, ['CLUSTER_AUTHORIZATION_FAILED', false]],
  [32, ['INVALID_TIMESTAMP', false]],
  [35, ['UNSUPPORTED_VERSION', false]],
  [44, ['POLICY_VIOLATION', false]],
  [54, ['SECURITY_DISABLED', false]],
  [45, ['OUT_OF_ORDER_SEQUENCE_NUMBER', false]],
  [46, ['DUPLICATE_SEQUENCE_NUMBER', false]],
  [47, ['INVALID_PRODUCER_EPOCH', false]],
  [48, ['INVALID_TXN_STATE', false]],
  [49, ['INVALID_PRODUCER_ID_MAPPING', false]],
  [53, ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', false]],
  [56, ['KAFKA_STORAGE_ERROR', true]],
  [59, ['UNKNOWN_PRODUCER_ID', false]],
  [87, ['INVALID_RECORD', false]],
  [90, ['PRODUCER_FENCED', false]],
]);

/** In the shape of kafkajs' protocol errors. */
export class ProduceError extends Error {
  override readonly name = 'ProduceError';
  readonly type: string;
  readonly retriable: boolean;

  /** `code` undefined: the broker left the partition out of its answer, and may have it or not. */
  constructor(code: number | undefined, where: string) {
    // What we do not know may pass: the sender is told to come again, and nothing is lost.
    const [type, retriable] = CODES.get(code ?? UNANSWERED) ?? [`PRODUCE_ERROR_${code}`, true];
    super(`${type} for ${where}`);
    this.type = type;
    this.retriable = retriable;
  }
}
