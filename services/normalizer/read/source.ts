/**
 * Owns: one view of what is read, be it the bytes of a body or a text out of a record: characters to
 * look for structure in, the text of a range, and the bytes of a range.
 */
import { isAscii } from 'node:buffer';

export interface Source {
  /**
   * One character per byte, or the text itself. What has a meaning in JSON is ASCII, so that
   * structure is found alike in both; the characters of a body are no text to show.
   */
  readonly chars: string;
  text(start: number, end: number): string;
  bytes(start: number, end: number): Buffer;
}

export function sourceOfBody(body: Buffer): Source {
  const chars = body.toString('latin1');
  const isPlain = isAscii(body);
  return {
    chars,
    text: (start, end) => (isPlain ? chars.slice(start, end) : body.toString('utf8', start, end)),
    bytes: (start, end) => body.subarray(start, end),
  };
}

export function sourceOfText(chars: string): Source {
  return {
    chars,
    text: (start, end) => chars.slice(start, end),
    bytes: (start, end) => Buffer.from(chars.slice(start, end)),
  };
}
