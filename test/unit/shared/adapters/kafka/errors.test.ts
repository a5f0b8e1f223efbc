import {
  KafkaJSAggregateError,
  KafkaJSConnectionError,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { isFenced, logErrorOf, typeOf } from '../../../../../shared/adapters/kafka/errors.ts';
import { LaneLostError } from '../../../../../shared/errors/fault.ts';

function protocol(type: string, retriable = false): KafkaJSProtocolError {
  return new KafkaJSProtocolError(Object.assign(new Error('text'), { type, retriable, code: 1 }));
}

const gaveUp = (error: Error) =>
  new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 5, retryTime: 1 });

describe('what an error of kafkajs means', () => {
  it.each([
    [protocol('NOT_ENOUGH_REPLICAS', true), 'TransientError', 'log_unavailable'],
    [gaveUp(protocol('REQUEST_TIMED_OUT', true)), 'TransientError', 'log_unavailable'],
    [new KafkaJSConnectionError('refused'), 'TransientError', 'log_unavailable'],
    [protocol('UNKNOWN'), 'TransientError', 'log_unavailable'],
    [new Error('Broker not connected'), 'TransientError', 'log_unavailable'],
    [protocol('UNKNOWN_MEMBER_ID'), 'TransientError', 'log_unavailable'],
    [protocol('TOPIC_AUTHORIZATION_FAILED'), 'FatalError', 'access_denied'],
    [gaveUp(protocol('GROUP_AUTHORIZATION_FAILED')), 'FatalError', 'access_denied'],
    [gaveUp(protocol('UNKNOWN_TOPIC_OR_PARTITION', true)), 'FatalError', 'missing_topic'],
    [protocol('MESSAGE_TOO_LARGE'), 'FatalError', 'item_too_large'],
    [
      new KafkaJSAggregateError('several', [protocol('POLICY_VIOLATION')]),
      'FatalError',
      'invalid_config',
    ],
    [
      Object.assign(new KafkaJSConnectionError('tls'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      'FatalError',
      'invalid_config',
    ],
  ])('%s: %s %s', (error, name, code) => {
    expect(logErrorOf(error, 'testing')).toMatchObject({ name, code, cause: error });
  });

  it('leaves bugs and our own errors as they are', () => {
    const lost = new LaneLostError('lost');
    const misuse = new KafkaJSNonRetriableError('Invalid topic');
    const bug = new TypeError('x is not a function');
    expect(logErrorOf(lost, 'testing')).toBe(lost);
    expect(logErrorOf(bug, 'testing')).toBe(bug);
    expect(logErrorOf('text', 'testing')).toBe('text');
    expect(logErrorOf(protocol('INVALID_REQUEST'), 'testing')).toBeInstanceOf(KafkaJSError);
    expect(logErrorOf(misuse, 'testing')).toBe(misuse);
  });

  it('sees a fence through the wrappers', () => {
    expect(isFenced(gaveUp(protocol('INVALID_PRODUCER_EPOCH')))).toBe(true);
    expect(isFenced(protocol('KAFKAJS_UNKNOWN_ERROR_CODE'))).toBe(true);
    expect(isFenced(protocol('NOT_ENOUGH_REPLICAS', true))).toBe(false);
    expect(isFenced(new Error('INVALID_PRODUCER_EPOCH'))).toBe(false);
    expect(typeOf(gaveUp(protocol('UNKNOWN_PRODUCER_ID')))).toBe('UNKNOWN_PRODUCER_ID');
  });
});
