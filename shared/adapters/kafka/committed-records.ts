/**
 * Owns: which records of a fetch answer are committed ones, and where to fetch next. Pure.
 * Does not own: fetching.
 *
 * Why not kafkajs' own filter (consumer/filterAbortedMessages.js): it takes the broker's list of
 * aborted transactions as sorted by first offset and looks at one entry per message. The broker
 * gives it in the order in which the transactions ended, so with overlapping transactions kafkajs
 * hands out aborted records. The Java client sorts (CompletedFetch, a priority queue).
 */
import type { IHeaders } from 'kafkajs';
import type { Headers, LogRecord } from '../../ports/log.ts';

/** What kafkajs decodes a record to; its declared types leave the batch out. */
export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  readonly isControlRecord: boolean;
  readonly batchContext: {
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
    readonly producerId: string;
    readonly inTransaction: boolean;
  };
}

export interface FetchedPartition {
  readonly partition: number;
  readonly lastStableOffset: string;
  readonly abortedTransactions: readonly AbortedTransaction[];
  readonly messages: readonly FetchedMessage[];
}

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

export interface CommittedRecords {
  readonly records: readonly LogRecord[];
  /** Offset to fetch next; past control records and what was compacted away. */
  readonly next: bigint;
}

/** Control record's key: version int16, type int16; type 0 is abort, 1 is commit. */
function isAbortMarker(message: FetchedMessage): boolean {
  return message.key !== null && message.key.length >= 4 && message.key.readInt16BE(2) === 0;
}

function byFirstOffset(a: AbortedTransaction, b: AbortedTransaction): number {
  return BigInt(a.firstOffset) < BigInt(b.firstOffset) ? -1 : 1;
}

/** Keeps the messages that belong to no aborted transaction, without control records. */
function withoutAborted(fetched: FetchedPartition): FetchedMessage[] {
  const coming = [...fetched.abortedTransactions].sort(byFirstOffset);
  const aborted = new Set<string>();
  let seen = 0;
  return fetched.messages.filter((message) => {
    const { producerId, inTransaction } = message.batchContext;
    const offset = BigInt(message.offset);
    for (let entry = coming[seen]; entry !== undefined; entry = coming[++seen]) {
      if (BigInt(entry.firstOffset) > offset) break;
      aborted.add(entry.producerId);
    }
    if (message.isControlRecord) {
      if (isAbortMarker(message)) aborted.delete(producerId);
      return false;
    }
    return !(inTransaction && aborted.has(producerId));
  });
}

/** The offset after the last batch of the answer; `from` where it holds no record. */
function offsetAfter(fetched: FetchedPartition, from: bigint): bigint {
  const last = fetched.messages.at(-1);
  if (last === undefined) return from;
  const { firstOffset, lastOffsetDelta } = last.batchContext;
  const next = BigInt(firstOffset) + BigInt(lastOffsetDelta) + 1n;
  return next > from ? next : from;
}

/** True when the answer holds nothing for the partition although its log goes on behind `from`. */
export function cameEmpty(fetched: FetchedPartition, from: bigint): boolean {
  return offsetAfter(fetched, from) === from && from < BigInt(fetched.lastStableOffset);
}

function headersOf(headers: IHeaders): Headers {
  const entries = Object.entries(headers).map(([name, given]): [string, string] => {
    const value = Array.isArray(given) ? given.at(-1) : given;
    return [name, value === undefined || value === null ? '' : value.toString()];
  });
  return Object.fromEntries(entries);
}

/**
 * `from` is the offset that was asked for. A batch is delivered from its beginning, so records
 * before `from` are left out. `fetched` must be all that there is: of an answer to a request for
 * several partitions, one that `cameEmpty` is not, and its records would be passed over.
 */
export function committedRecords(
  topic: string,
  fetched: FetchedPartition,
  from: bigint,
): CommittedRecords {
  const { partition } = fetched;
  const records: LogRecord[] = [];
  for (const { offset: text, key, value, headers, timestamp } of withoutAborted(fetched)) {
    const offset = BigInt(text);
    if (offset < from) continue;
    const timestampMs = Number(timestamp);
    records.push({
      topic,
      partition,
      offset,
      key,
      value,
      headers: headersOf(headers),
      timestampMs,
    });
  }
  const next = offsetAfter(fetched, from);
  // Only batches that compaction has emptied lie between `from` and the end: kafkajs does not tell
  // their length, but that no record has the offset `from` is certain.
  return { records, next: cameEmpty(fetched, from) ? from + 1n : next };
}
