/**
 * Owns: turning a batch's outcomes into one commit: output records, dead letters, next offset.
 * Pure; the runner executes it.
 */
import type { LaneCommit, LogRecord, OutRecord, StateWrite } from '../ports/log.ts';
import type { Input } from './account.ts';
import { type DeadLetterSink, deadLetter, type Rejection } from './letter.ts';
import { type Ending, endings, extraOf, type Outcome } from './outcome.ts';
import { traceHeaders } from './trace.ts';

export interface Encoded {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  /** The same for other consumers, in a topic of its own; it is there with it or not at all. */
  readonly copy?: Encoded;
}

/** Where emitted and diverted items go; a route without an encoder does not compile. */
export type Sinks<Out, Route extends string> = Readonly<
  Record<'out' | Route, (item: Out) => Encoded>
>;

export interface Decision<Out, Route extends string> {
  /** Aligned with the batch's records. */
  readonly outcomes: readonly Outcome<Out, Route>[];
  readonly writes: readonly StateWrite[];
}

function outputOf(record: LogRecord, encoded: Encoded): readonly OutRecord[] {
  const { copy, key, topic, value } = encoded;
  const { headers, timestampMs } = record;
  const output = {
    topic,
    key: Buffer.from(key),
    value,
    headers: traceHeaders(headers),
    timestampMs,
  };
  return copy === undefined ? [output] : [output, ...outputOf(record, copy)];
}

function outputsOf<Out, Route extends string>(
  record: LogRecord,
  ending: Ending<Out, Route>,
  sinks: Sinks<Out, Route>,
  letter: (rejection: Rejection) => OutRecord,
): readonly OutRecord[] {
  switch (ending.kind) {
    case 'drop':
      return [];
    case 'reject':
      return [letter(ending)];
    case 'emit':
    case 'divert': {
      const encode = ending.kind === 'emit' ? sinks.out : sinks[ending.route];
      return ending.items.flatMap((item) => outputOf(record, encode(item)));
    }
  }
}

/** The commit of a whole batch, which must not be empty. Same input, same bytes. */
export function commitOf<Out, Route extends string>(
  batch: readonly Input[],
  decision: Decision<Out, Route>,
  sinks: Sinks<Out, Route>,
  dead: DeadLetterSink,
): LaneCommit {
  const outputs = batch.flatMap(({ about, record }, i) => {
    const outcome = decision.outcomes[i] as Outcome<Out, Route>;
    const all = endings(outcome);
    const letter = (rejection: Rejection): OutRecord =>
      deadLetter(dead, { record, about, isWhole: all.length === 1 }, rejection);
    return [
      ...all.flatMap((ending) => outputsOf(record, ending, sinks, letter)),
      ...extraOf(outcome).flatMap((item) => outputOf(record, sinks.out(item))),
    ];
  });
  const { record: last } = batch.at(-1) as Input;
  return { outputs, writes: decision.writes, nextOffset: last.offset + 1n };
}
