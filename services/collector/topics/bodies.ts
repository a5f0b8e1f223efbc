/**
 * Owns: from messages of a foreign topic to bodies: several texts are one body of lines, what is no
 * text (msgpack, say) or has several lines is a body of its own. Pure.
 */
import type { LogRecord } from '../../../shared/ports/log.ts';

export interface MessageBody {
  readonly bytes: Buffer;
  readonly messages: number;
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
}

const NEWLINE = 0x0a;
const LINE_END = Buffer.from('\n');
const LOOKED_AT_BYTES = 256;

/** One line of text. Control characters, but for white space, stand in no JSON and no log line. */
function isLine(value: Buffer): boolean {
  for (let i = 0; i < Math.min(value.length, LOOKED_AT_BYTES); i++) {
    const byte = value[i] ?? 0;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  const first = value[0] ?? 0;
  // Text begins with a character of ASCII here; msgpack's maps and lists begin above.
  if (first >= 0x7f) return false;
  const newline = value.indexOf(NEWLINE);
  return newline < 0 || newline === value.length - 1;
}

function joined(values: readonly Buffer[]): Buffer {
  if (values.length === 1 && values[0] !== undefined) return values[0];
  return Buffer.concat(
    values.flatMap((value) => (value.at(-1) === NEWLINE ? [value] : [value, LINE_END])),
  );
}

/** Bodies of about `maxBytes` in the order of the messages. Messages without a value give nothing. */
export function bodiesOf(records: readonly LogRecord[], maxBytes: number): readonly MessageBody[] {
  const bodies: MessageBody[] = [];
  let run: { values: Buffer[]; bytes: number; first: bigint; last: bigint } | undefined;
  const close = (): void => {
    if (run === undefined) return;
    const { first: firstOffset, last: lastOffset, values } = run;
    bodies.push({ bytes: joined(values), messages: values.length, firstOffset, lastOffset });
    run = undefined;
  };
  for (const { offset, value } of records) {
    if (value === null || value.length === 0) continue;
    const isJoinable = isLine(value);
    if (!isJoinable || (run !== undefined && run.bytes + value.length > maxBytes)) close();
    run ??= { values: [], bytes: 0, first: offset, last: offset };
    run.values.push(value);
    run.bytes += value.length + 1;
    run.last = offset;
    if (!isJoinable) close();
  }
  close();
  return bodies;
}
