/**
 * Owns: the dead letter of a record: what was wrong, where it was read, who sent it, and its bytes,
 * as many as the log takes. Pure.
 */
import type { DeadLetter } from '../../schemas/generated/avro.ts';
import { letterId } from '../domain/ids.ts';
import type { LogRecord, OutRecord } from '../ports/log.ts';
import type { Ending } from './outcome.ts';
import { readReplay } from './replay.ts';
import { traceHeaders } from './trace.ts';

/** What a value tells of its origin; fields as in schemas/avro/dead-letter. */
export type About = Pick<DeadLetter, 'source' | 'cluster' | 'sender' | 'senderId' | 'replayOf'>;

export const ABOUT_NOTHING: About = {
  ...{ source: '', cluster: '', sender: '', senderId: '', replayOf: null },
};

export interface DeadLetterSink {
  readonly stage: string;
  readonly topic: string;
  /** The largest value that the log takes; a letter's bytes are cut to it. */
  readonly maxBytes: number;
  encode(letter: DeadLetter): Buffer;
}

export type Rejection = Extract<Ending<never>, { kind: 'reject' }>;

const CUT = / \[cut: the first (\d{1,15}) of (\d{1,15}) bytes; the whole is where it was read\]$/;

/** Avro's lengths take a few bytes more or less as they change. */
const SLACK_BYTES = 16;

/** Whether the letter holds the beginning of the rejected bytes only. */
export function isCut({ reason }: Pick<DeadLetter, 'reason'>): boolean {
  return CUT.test(reason);
}

/**
 * The letter as bytes. One that the log would not take must not end the worker: it keeps as much of
 * the rejected bytes as fits and says so in its reason. The whole stays where it was read, which for
 * the normalizer is audit.raw.
 */
function encodeWithin(sink: DeadLetterSink, letter: DeadLetter): Buffer {
  const whole = sink.encode(letter);
  if (whole.length <= sink.maxBytes) return whole;
  const { bytes } = letter;
  const marker = (kept: number): string =>
    ` [cut: the first ${kept} of ${bytes.length} bytes; the whole is where it was read]`;
  const excess = whole.length - sink.maxBytes + marker(bytes.length).length + SLACK_BYTES;
  const kept = Math.max(0, bytes.length - excess);
  const reason = letter.reason + marker(kept);
  return sink.encode({ ...letter, reason, bytes: bytes.subarray(0, kept) });
}

/** What was rejected, all of it or a part. */
export interface Rejected {
  readonly record: LogRecord;
  readonly about: About;
  /** The record was rejected as one, not an item of it. */
  readonly isWhole: boolean;
}

/**
 * A replay that fails as a whole is its letter again, under the same id and with one more attempt;
 * what is wrong with a part of it is a letter of its own that names it.
 */
export function deadLetter(
  sink: DeadLetterSink,
  { about, isWhole, record }: Rejected,
  { fault, part }: Rejection,
): OutRecord {
  const replay = readReplay(record.headers);
  const replayOf = about.replayOf ?? replay?.of ?? null;
  const isAgain = isWhole && replayOf !== null;
  const index = part?.index ?? null;
  const { offset, partition, timestampMs, topic } = record;
  const value = encodeWithin(sink, {
    ...{ ...about, replayOf, stage: sink.stage, code: fault.code, reason: fault.message },
    ...{ topic, partition, offset: Number(offset), index, receivedAt: timestampMs },
    attempts: isAgain ? (replay?.attempt ?? 2) : 1,
    id: isAgain ? replayOf : letterId(topic, partition, offset, index),
    bytes: part?.bytes ?? record.value ?? Buffer.alloc(0),
  });
  return {
    topic: sink.topic,
    key: Buffer.from(`${topic}-${partition}-${offset}`),
    value,
    headers: traceHeaders(record.headers),
    timestampMs,
  };
}
