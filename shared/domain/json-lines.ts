/**
 * Owns: whether bytes are lines of documents, and where those are.
 * Does not own: what a line holds; items of a list (json-items.ts).
 */
import { NEWLINE } from './bytes-of-json.ts';
import { type ItemSink, isSpace, type Span, skipSpace, startOfNested } from './json-items.ts';
import { createSkipNested } from './json-scan/skip-nested.ts';

/**
 * The stream of a line that a container runtime split (CRI, tag P) and that goes on in a later one;
 * or the one that such a line ends. Undefined for any other line.
 */
function partOf(
  bytes: Buffer,
  { start, end }: Span,
): { stream: string; goesOn: boolean } | undefined {
  const first = bytes[start] ?? 0;
  if (first < 0x30 || first > 0x39) return undefined;
  const head = bytes.toString('latin1', start, Math.min(end, start + 64));
  const found = /^\d{4}-\S{10,40} (stdout|stderr) ([FP])/.exec(head);
  return found === null ? undefined : { stream: found[1] ?? '', goesOn: found[2] === 'P' };
}

function eachLine(bytes: Buffer, tell: (line: Span) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    if (skipSpace(bytes, start, end) < end) tell({ start, end });
    start = end + 1;
  }
}

/**
 * Tells `sink` of the non-blank lines of `bytes` as byte ranges, without their line ends. A line that
 * a container runtime split is one range, with what other streams wrote meanwhile.
 */
export function walkLines(bytes: Buffer, sink: ItemSink): void {
  const unfinished = new Set<string>();
  let from = 0;
  let last: Span | undefined;
  sink.begin();
  eachLine(bytes, (line) => {
    if (unfinished.size === 0) {
      if (last !== undefined) sink.item(from, last.end);
      from = line.start;
    }
    last = line;
    const part = partOf(bytes, line);
    if (part?.goesOn === true) unfinished.add(part.stream);
    else if (part !== undefined) unfinished.delete(part.stream);
  });
  if (last !== undefined) sink.item(from, last.end);
}

/** Begins with what no text begins with: control characters, or no character of UTF-8. */
function isBinary(bytes: Buffer): boolean {
  const [first = 0x20, second = 0] = bytes;
  const isText = first >= 0x20 || isSpace(first) || first === 0x1e;
  if (first < 0x80) return !isText;
  return first < 0xc2 || first > 0xf4 || second < 0x80 || second > 0xbf;
}

/**
 * False where the first value of `bytes` goes on after its first line: a document written over
 * several lines must not be taken for lines of documents. Nor must bytes that are no text.
 */
export function isLineWise(bytes: Buffer): boolean {
  if (isBinary(bytes)) return false;
  const start = startOfNested(bytes);
  if (start < 0) return true;
  const newline = bytes.indexOf(NEWLINE, start);
  return newline < 0 || createSkipNested(bytes.subarray(0, newline))(start) >= 0;
}
