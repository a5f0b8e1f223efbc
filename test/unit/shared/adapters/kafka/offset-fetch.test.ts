import { describe, expect, it } from 'vitest';
import { decodeAnswer, encodeQuestion } from '../../../../../shared/adapters/kafka/offset-fetch.ts';

/** Laid out by hand after the protocol's guide, OffsetFetch version 7. */
const QUESTION = [
  '00', // tags of the header
  '02 67', // group "g": compact, length + 1
  '02', // one topic
  '03 69 6e', // "in"
  '02', // one partition
  '00 00 00 05',
  '00', // tags of the topic
  '01', // require_stable
  '00', // tags
];

const hex = (parts: readonly string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');

function answer(rest: { offset?: string; metadata?: string; error?: string; group?: string } = {}) {
  const {
    offset = '00 00 00 00 00 00 01 00',
    metadata = '00',
    error = '00 00',
    group = '00 00',
  } = rest;
  return hex([
    '00', // tags of the header
    '00 00 00 00', // throttle time
    '02',
    '03 69 6e',
    '02',
    '00 00 00 05',
    offset,
    'ff ff ff ff', // leader epoch
    metadata,
    error,
    '01 07 02 aa bb', // one tag of the partition: number 7, two bytes
    '00',
    group,
    '00',
  ]);
}

describe('OffsetFetch with require_stable', () => {
  it('is asked as the protocol has it', () => {
    expect(encodeQuestion({ group: 'g', topic: 'in', partition: 5 })).toEqual(hex(QUESTION));
  });

  it('writes lengths above 127 in two bytes', () => {
    const bytes = encodeQuestion({ group: 'x'.repeat(200), topic: 'in', partition: 0 });
    expect([...bytes.subarray(1, 3)]).toEqual([0xc9, 0x01]);
  });

  it('is understood, metadata and unknown tags included', () => {
    expect(decodeAnswer(answer())).toEqual({ offset: 256n, errorCode: 0 });
    expect(decodeAnswer(answer({ metadata: '03 61 62' }))).toEqual({ offset: 256n, errorCode: 0 });
    expect(decodeAnswer(answer({ offset: 'ff'.repeat(8) }))).toEqual({ offset: -1n, errorCode: 0 });
  });

  it('tells errors of the partition and of the group', () => {
    expect(decodeAnswer(answer({ error: '00 58' })).errorCode).toBe(88);
    expect(decodeAnswer(answer({ group: '00 0e' })).errorCode).toBe(14);
    const empty = hex(['00', '00 00 00 00', '01', '00 00', '00']);
    expect(() => decodeAnswer(empty)).toThrow(Error);
  });
});
