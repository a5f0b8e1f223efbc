/**
 * Owns: ticks as records. The runner appends them to the input of a stateful stage, so that quiet
 * periods and silence fire at the same place in every replay.
 */
import type { Headers, OutRecord } from '../ports/log.ts';
import type { Tick } from './stage.ts';

const HEADER = 'podwitness-tick';
const MILLISECONDS = /^\d{1,15}$/;

export function tickRecord(topic: string, partition: number, timeMs: number): OutRecord {
  return {
    topic,
    partition,
    key: null,
    value: null,
    headers: { [HEADER]: String(timeMs) },
    timestampMs: timeMs,
  };
}

/** The tick that a record's headers name, if it is one. A header that names no time is none. */
export function readTick(headers: Headers): Tick | undefined {
  const text = headers[HEADER];
  if (text === undefined || !MILLISECONDS.test(text)) return undefined;
  return { kind: 'tick', timeMs: Number(text) };
}
