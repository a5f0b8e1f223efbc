import { describe, expect, it } from 'vitest';
import { answerOf, statusOf } from '../../../../../services/collector/door/answers.ts';
import {
  bodyRequestId,
  firehoseOrigin,
  headerRequestId,
} from '../../../../../services/collector/door/firehose.ts';
import { createOnce } from '../../../../../services/collector/door/once.ts';

const TO = { source: 'audit', requestId: '', nowMs: 5, retryAfterSeconds: 7 };

describe('answers', () => {
  it('are 503 with Retry-After for all that is not final, and for nothing else', () => {
    const final = [404, 400, 431, 401, 403, 413];
    const reasons = ['no_such_source', 'bad_request', 'bad_headers', 'unknown_sender'] as const;
    const others = ['not_allowed', 'too_large'] as const;
    expect([...reasons, ...others].map(statusOf)).toStrictEqual(final);
    for (const reason of [
      ...(['no_room', 'too_slow', 'stopping', 'log_unavailable'] as const),
      ...(['issuer_unavailable', 'bug'] as const),
    ]) {
      const answer = answerOf({ kind: 'refused', reason, text: 'why' }, TO);
      expect(answer).toStrictEqual({
        ...{ status: 503, headers: { 'retry-after': '7' }, body: { error: 'why' } },
      });
    }
  });

  it('ask who it is', () => {
    const answer = answerOf({ kind: 'refused', reason: 'unknown_sender', text: 'why' }, TO);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer, Basic realm=/);
  });

  it('are in the form that Firehose wants, good and bad', () => {
    const to = { ...TO, source: 'firehose', requestId: 'id' };
    expect(answerOf({ kind: 'taken', records: 3 }, to)).toStrictEqual({
      ...{ status: 200, headers: {}, body: { requestId: 'id', timestamp: 5 } },
    });
    expect(answerOf({ kind: 'refused', reason: 'too_large', text: 'why' }, to)).toStrictEqual({
      ...{ status: 413, headers: {} },
      body: { requestId: 'id', timestamp: 5, errorMessage: 'why' },
    });
  });
});

describe('what Firehose says of its request', () => {
  it('is taken from the header, or from the body’s beginning', () => {
    expect(headerRequestId('ed4acda5-034f-9f42')).toBe('ed4acda5-034f-9f42');
    expect(headerRequestId(['a', 'b'])).toBe('');
    expect(headerRequestId('"><script>')).toBe('');
    expect(bodyRequestId(Buffer.from('{"requestId" : "a-1","timestamp":1}'))).toBe('a-1');
    expect(bodyRequestId(Buffer.from(`{"records":"${'x'.repeat(5000)}","requestId":"a"}`))).toBe(
      '',
    );
  });

  it('is kept, as far as it is what it should be', () => {
    const arn = 'arn:aws:firehose:us-east-1:111111111111:deliverystream/audit';
    expect(JSON.parse(firehoseOrigin('id', arn))).toStrictEqual({ requestId: 'id', stream: arn });
    expect(firehoseOrigin('', 'no arn')).toBe('');
  });
});

it('says a thing once in a while, and does not grow', () => {
  const isNew = createOnce(100);
  expect([isNew('a', 0), isNew('a', 99), isNew('b', 99), isNew('a', 100)]).toStrictEqual([
    ...[true, false, true, true],
  ]);
  for (let index = 0; index < 998; index++) expect(isNew(`k${index}`, 150)).toBe(true);
  expect(isNew('one too many', 150)).toBe(false);
  expect(isNew('one too many', 250)).toBe(true);
});
