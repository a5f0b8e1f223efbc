/**
 * Owns: what an error of kafkajs means for us. Judged by name, type and code, never by text.
 * Does not own: retries, and what follows from an error.
 */
import { FatalError, LaneLostError, TransientError } from '../../errors/fault.ts';

/** The fields of kafkajs' errors that decide; its types declare them on subclasses only. */
interface ClientError {
  readonly name: string;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly retriable?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

const WRAPPERS = new Set(['KafkaJSNumberOfRetriesExceeded', 'KafkaJSNonRetriableError']);

const DENIED = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'DELEGATION_TOKEN_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'SECURITY_DISABLED',
]);
const MISSING = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);
const REFUSED = new Set([
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'POLICY_VIOLATION',
]);
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** Not `retriable` in kafkajs' table although the same call may succeed later. */
const PASSING = new Set([
  'UNKNOWN',
  'BROKER_NOT_AVAILABLE',
  'ILLEGAL_SASL_STATE',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'KafkaJSLockTimeout',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSTimeout',
]);

/**
 * The transaction was ended by somebody else: another owner's InitProducerId, or the coordinator
 * after the transaction's time. KAFKAJS_UNKNOWN_ERROR_CODE stands for what kafkajs does not know:
 * PRODUCER_FENCED (90) and TRANSACTION_ABORTABLE (120) among them.
 */
const FENCED = new Set([
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_TXN_STATE',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'TRANSACTION_COORDINATOR_FENCED',
  'PRODUCER_FENCED',
  'KAFKAJS_UNKNOWN_ERROR_CODE',
]);

/** Codes of Node's TLS when the other side's certificate is not accepted, or ours is not. */
const TLS_CODES = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

function clientError(error: unknown): ClientError | undefined {
  return error instanceof Error ? error : undefined;
}

/** The error below kafkajs' wrappers for "tried often enough", "not again", and "several". */
export function rootOf(error: unknown): unknown {
  const { cause, errors, name } = clientError(error) ?? { name: '' };
  if (WRAPPERS.has(name) && cause !== undefined) return rootOf(cause);
  if (name === 'KafkaJSAggregateError' && Array.isArray(errors)) return rootOf(errors[0]);
  return error;
}

/** The protocol's name of the error, such as `INVALID_PRODUCER_EPOCH`; undefined for others. */
export function typeOf(error: unknown): string | undefined {
  const type = clientError(rootOf(error))?.type;
  return typeof type === 'string' ? type : undefined;
}

export function isFenced(error: unknown): boolean {
  return FENCED.has(typeOf(error) ?? '');
}

/**
 * kafkajs throws a bare Error, without class or code, where it uses a connection that was begun and
 * never finished: a broker that takes connections and does not answer. What is a bug of ours has a
 * class (TypeError, RangeError, AssertionError).
 */
function isBare(root: ClientError): boolean {
  return (root as Error).constructor === Error;
}

function isPassing(root: ClientError): boolean {
  if (root.retriable === true || isBare(root)) return true;
  return PASSING.has(String(root.type)) || PASSING.has(root.name);
}

/**
 * Returns the TransientError or FatalError that `error` amounts to, or `error` itself where it is
 * none of kafkajs' (a bug). `doing` is a phrase such as "appending to audit.raw".
 */
export function logErrorOf(error: unknown, doing: string): unknown {
  if (error instanceof TransientError || error instanceof FatalError) return error;
  if (error instanceof LaneLostError) return error;
  const root = clientError(rootOf(error));
  if (root === undefined) return error;
  const said = `${doing}: ${root instanceof Error ? root.message : root.name}`;
  const type = String(root.type);
  const options = { cause: error };
  if (DENIED.has(type) || root.name === 'KafkaJSSASLAuthenticationError') {
    return new FatalError(said, { code: 'access_denied', ...options });
  }
  if (TLS_CODES.has(String(root.code))) {
    return new FatalError(`${said} (kafka.ssl)`, { code: 'invalid_config', ...options });
  }
  if (MISSING.has(type)) return new FatalError(said, { code: 'missing_topic', ...options });
  if (REFUSED.has(type)) return new FatalError(said, { code: 'invalid_config', ...options });
  if (TOO_LARGE.has(type)) return new FatalError(said, { code: 'item_too_large', ...options });
  if (root.name === 'KafkaJSGroupCoordinatorNotFound') {
    // kafkajs swallows why: no broker could say, or the user lacks Describe on the group or id.
    const hint =
      'brokers are away, or the right Describe on the group or transactional id is missing';
    return new TransientError(`${said} (${hint})`, { code: 'log_unavailable', ...options });
  }
  if (isPassing(root)) return new TransientError(said, { code: 'log_unavailable', ...options });
  return error;
}

/** Runs `action`; what it throws is turned into our errors. */
export async function translated<T>(doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw logErrorOf(error, doing);
  }
}
