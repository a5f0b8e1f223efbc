import { describe, expect, it } from 'vitest';
import {
  cameEmpty,
  committedRecords,
  type FetchedMessage,
  type FetchedPartition,
} from '../../../../../shared/adapters/kafka/committed-records.ts';

const ABORT = Buffer.from([0, 0, 0, 0]);
const COMMIT = Buffer.from([0, 0, 0, 1]);

function message(offset: number, rest: Partial<FetchedMessage> = {}, producerId = '-1') {
  const text = String(offset);
  return {
    offset: text,
    timestamp: '7',
    key: null,
    value: Buffer.from(`v${offset}`),
    headers: {},
    isControlRecord: false,
    batchContext: {
      firstOffset: text,
      lastOffsetDelta: 0,
      producerId,
      inTransaction: producerId !== '-1',
    },
    ...rest,
  };
}

function marker(offset: number, key: Buffer, producerId: string) {
  return message(offset, { key, isControlRecord: true }, producerId);
}

function fetched(
  messages: readonly FetchedMessage[],
  aborted: readonly (readonly [producerId: string, firstOffset: number])[] = [],
  lastStableOffset = 1_000,
): FetchedPartition {
  return {
    partition: 3,
    lastStableOffset: String(lastStableOffset),
    abortedTransactions: aborted.map(([producerId, first]) => ({
      producerId,
      firstOffset: String(first),
    })),
    messages,
  };
}

function offsets(partition: FetchedPartition, from = 0n): bigint[] {
  return committedRecords('t', partition, from).records.map((r) => r.offset);
}

describe('which records are committed', () => {
  it('leaves out aborted ones and markers', () => {
    const messages = [
      message(0, {}, '6'),
      marker(1, ABORT, '6'),
      message(2, {}, '6'),
      marker(3, COMMIT, '6'),
      message(4),
    ];
    expect(offsets(fetched(messages, [['6', 0]]))).toEqual([2n, 4n]);
  });

  it('takes overlapping transactions in any order: the broker lists them as they ended', () => {
    const messages = [
      message(0, {}, '6'),
      message(1, {}, '7'),
      message(2, {}, '6'),
      marker(3, ABORT, '7'),
      marker(4, ABORT, '6'),
      message(5),
    ];
    const ended = [
      ['7', 1],
      ['6', 0],
    ] as const;
    expect(offsets(fetched(messages, ended))).toEqual([5n]);
  });

  it('knows transactions that began before the fetch', () => {
    const messages = [
      message(15, {}, '7'),
      message(16, {}, '6'),
      marker(17, ABORT, '6'),
      marker(18, ABORT, '7'),
      message(19, {}, '7'),
      marker(20, COMMIT, '7'),
    ];
    const ended = [
      ['6', 10],
      ['7', 12],
    ] as const;
    expect(offsets(fetched(messages, ended), 15n)).toEqual([19n]);
  });

  it('does not take a record with the key of a marker for one', () => {
    const messages = [
      message(0, { key: ABORT }, '6'),
      message(1, {}, '6'),
      marker(2, ABORT, '6'),
      message(3, { key: ABORT }),
    ];
    expect(offsets(fetched(messages, [['6', 0]]))).toEqual([3n]);
  });

  it('leaves records without a transaction alone', () => {
    const plain = message(1, {
      batchContext: { firstOffset: '1', lastOffsetDelta: 0, producerId: '6', inTransaction: false },
    });
    expect(offsets(fetched([message(0, {}, '6'), plain], [['6', 0]]))).toEqual([1n]);
  });
});

describe('where to go on', () => {
  it('drops what is before the offset asked for', () => {
    const batchContext = {
      firstOffset: '10',
      lastOffsetDelta: 4,
      producerId: '-1',
      inTransaction: false,
    };
    const batch = [10, 12, 13].map((offset) => message(offset, { batchContext }));
    const result = committedRecords('t', fetched(batch), 12n);
    expect(result.records.map((r) => r.offset)).toEqual([12n, 13n]);
    expect(result.next).toBe(15n);
  });

  it('passes markers, also where nothing else came', () => {
    const result = committedRecords('t', fetched([marker(4, COMMIT, '6')]), 4n);
    expect(result).toEqual({ records: [], next: 5n });
  });

  it('stays where the log ends, and steps over what compaction has emptied', () => {
    expect(committedRecords('t', fetched([], [], 9), 9n).next).toBe(9n);
    expect(committedRecords('t', fetched([], [], 12), 9n).next).toBe(10n);
  });

  it('tells an answer that holds nothing from the end of the log', () => {
    expect(cameEmpty(fetched([], [], 12), 9n)).toBe(true);
    expect(cameEmpty(fetched([], [], 9), 9n)).toBe(false);
    expect(cameEmpty(fetched([marker(9, COMMIT, '6')], [], 12), 9n)).toBe(false);
  });

  it('gives all fields', () => {
    const headers = { a: Buffer.from('ö'), b: [Buffer.from('1'), Buffer.from('2')], c: undefined };
    const given = message(2, { key: Buffer.from('k'), value: null, headers });
    expect(committedRecords('t', fetched([given]), 0n).records).toEqual([
      {
        topic: 't',
        partition: 3,
        offset: 2n,
        key: Buffer.from('k'),
        value: null,
        headers: { a: 'ö', b: '2', c: '' },
        timestampMs: 7,
      },
    ]);
  });
});
