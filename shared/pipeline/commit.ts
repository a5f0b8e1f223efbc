/**
 * Owns: turning a batch's outcomes into one commit: output records, dead letters, next offset.
 * Pure; the runner executes it.
 */
import type { DeadLetter } from '../../schemas/generated/avro.ts';
import type { LaneCommit, LogRecord, OutRecord, StateWrite } from '../ports/log.ts';
import { type Ending, endings, extraOf, type Outcome } from './outcome.ts';
import { traceHeaders } from './trace.ts';

export interface Encoded {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
}

/** Where emitted and diverted items go; a route without an encoder does not compile. */
export type Sinks<Out, Route extends string> = Readonly<
  Record<'out' | Route, (item: Out) => Encoded>
>;

export interface DeadLetterSink {
  readonly stage: string;
  readonly topic: string;
  encode(letter: DeadLetter): Buffer;
}

export interface Decision<Out, Route extends string> {
  /** Aligned with the batch's records. */
  readonly outcomes: readonly Outcome<Out, Route>[];
  readonly writes: readonly StateWrite[];
}

function deadLetter(
  sink: DeadLetterSink,
  record: LogRecord,
  ending: Extract<Ending<never>, { kind: 'reject' }>,
): OutRecord {
  const letter: DeadLetter = {
    stage: sink.stage,
    code: ending.fault.code,
    reason: ending.fault.message,
    attempts: 1,
    topic: record.topic,
    partition: record.partition,
    offset: Number(record.offset),
    index: ending.part?.index ?? null,
    receivedAt: record.timestampMs,
    id: '',
    source: '',
    cluster: '',
    sender: '',
    senderId: '',
    replayOf: null,
    bytes: ending.part?.bytes ?? record.value ?? Buffer.alloc(0),
  };
  return {
    topic: sink.topic,
    key: Buffer.from(`${record.topic}-${record.partition}-${record.offset}`),
    value: sink.encode(letter),
    headers: traceHeaders(record.headers),
    timestampMs: record.timestampMs,
  };
}

function outputOf(record: LogRecord, { topic, key, value }: Encoded): OutRecord {
  const { headers, timestampMs } = record;
  return { topic, key: Buffer.from(key), value, headers: traceHeaders(headers), timestampMs };
}

function outputsOf<Out, Route extends string>(
  record: LogRecord,
  ending: Ending<Out, Route>,
  sinks: Sinks<Out, Route>,
  dead: DeadLetterSink,
): readonly OutRecord[] {
  switch (ending.kind) {
    case 'drop':
      return [];
    case 'reject':
      return [deadLetter(dead, record, ending)];
    case 'emit':
    case 'divert': {
      const encode = ending.kind === 'emit' ? sinks.out : sinks[ending.route];
      return ending.items.map((item) => outputOf(record, encode(item)));
    }
  }
}

/** The commit of a whole batch; `records` must not be empty. Same input, same bytes. */
export function commitOf<Out, Route extends string>(
  records: readonly LogRecord[],
  decision: Decision<Out, Route>,
  sinks: Sinks<Out, Route>,
  dead: DeadLetterSink,
): LaneCommit {
  const outputs = records.flatMap((record, i) => {
    const outcome = decision.outcomes[i] as Outcome<Out, Route>;
    return [
      ...endings(outcome).flatMap((ending) => outputsOf(record, ending, sinks, dead)),
      ...extraOf(outcome).map((item) => outputOf(record, sinks.out(item))),
    ];
  });
  const last = records.at(-1) as LogRecord;
  return { outputs, writes: decision.writes, nextOffset: last.offset + 1n };
}
