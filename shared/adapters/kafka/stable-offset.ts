/**
 * Owns: the offset a group has committed for a partition once no transaction can change it.
 * Does not own: the bytes of the question (offset-fetch.ts), when it is asked (lane.ts).
 *
 * The answer of InitProducerId means that the former owner's last transaction is complete in the
 * log. A coordinator before Kafka 4.0 takes its offset over into its memory on another thread,
 * which may be busy, after a failover for seconds; asked as kafkajs does, without require_stable,
 * it tells the offset before. So the question is one of our own (own-request.ts).
 */
import type { Cluster } from 'kafkajs';
import { FatalError, TransientError } from '../../errors/fault.ts';
import type { Clock } from '../../ports/telemetry.ts';
import { translated } from './errors.ts';
import {
  decodeAnswer,
  encodeQuestion,
  OFFSET_FETCH_KEY,
  OFFSET_FETCH_VERSION,
  type OffsetAnswer,
  type OffsetQuestion,
} from './offset-fetch.ts';
import { sendOwn } from './own-request.ts';

const UNSTABLE_OFFSET_COMMIT = 88;
const TOPIC_AUTHORIZATION_FAILED = 29;
const GROUP_AUTHORIZATION_FAILED = 30;

const PAUSE_MS = 20;
const MOST_QUESTIONS = 250;

/**
 * Undefined where the group has committed nothing. `cluster` must have the topic's metadata.
 * Throws TransientError, FatalError (`access_denied`).
 */
export async function stableOffset(
  cluster: Cluster,
  question: OffsetQuestion,
  clock: Clock,
  signal: AbortSignal,
): Promise<bigint | undefined> {
  const doing = `reading the offset of ${question.group}`;
  for (let asked = 0; asked < MOST_QUESTIONS && !signal.aborted; asked++) {
    const { errorCode, offset } = await translated(doing, () => ask(cluster, question));
    if (errorCode === 0) return offset < 0n ? undefined : offset;
    if (errorCode !== UNSTABLE_OFFSET_COMMIT) throw errorOf(errorCode, doing);
    await clock.sleep(PAUSE_MS, signal);
  }
  throw errorOf(UNSTABLE_OFFSET_COMMIT, doing);
}

async function ask(cluster: Cluster, question: OffsetQuestion): Promise<OffsetAnswer> {
  const coordinator = await cluster.findGroupCoordinator({ groupId: question.group });
  const bytes = encodeQuestion(question);
  return sendOwn(coordinator, {
    apiKey: OFFSET_FETCH_KEY,
    apiVersion: OFFSET_FETCH_VERSION,
    apiName: 'OffsetFetch',
    bytes: { buf: bytes, buffer: bytes },
    decode: decodeAnswer,
  });
}

function errorOf(errorCode: number, doing: string): Error {
  const what = `${doing}: error ${errorCode}`;
  if (errorCode === TOPIC_AUTHORIZATION_FAILED || errorCode === GROUP_AUTHORIZATION_FAILED) {
    return new FatalError(what, { code: 'access_denied' });
  }
  return new TransientError(what, { code: 'log_unavailable' });
}
