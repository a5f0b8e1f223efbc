/**
 * Owns: what texts and bytes hold: each document and each line of them, in their order.
 * Does not own: where documents begin and end (documents.ts), what their values are (unwrap.ts).
 */
import { documents } from './documents.ts';
import { textFields, within } from './envelope.ts';
import type { Envelope, Read } from './leaf.ts';
import { isMsgpack, msgpackNodes } from './msgpack-records.ts';
import { bad, type Budget, type Depth, MAX_TEXTS, MAX_WRAPPERS, type Node, noise } from './node.ts';
import { type Source, sourceOfBody, sourceOfText } from './source.ts';
import { textLine } from '../../../shared/domain/text-line.ts';
import { fromBase64, gunzip, isGzip } from './unpack.ts';
import { createReaders } from './unwrap.ts';
import type { Piece } from './walk.ts';

/** Where a text lies. */
export interface Place {
  readonly envelope: Envelope;
  readonly depth: Depth;
  readonly budget: Budget;
}

interface Lines extends Place {
  readonly source: Source;
  /** Beginnings of lines that a container runtime split, by stream. */
  readonly started: Map<string, Buffer[]>;
}

/** A text one level further in. */
function deeper({ depth: { texts, wrappers }, budget }: Place, envelope: Envelope): Place {
  return { envelope, depth: { texts: texts + 1, wrappers }, budget };
}

/** A text in a record; nothing in it is told as such, so that the record is accounted for. */
function readInner(
  source: Source,
  place: Place,
  start = 0,
  end = source.chars.length,
): readonly Read[] {
  const bytes = () => source.bytes(start, end);
  if (place.depth.texts > MAX_TEXTS) return [bad('Texts in texts, too deep', bytes)];
  const reads = readRange(source, place, start, end);
  return reads.length === 0 ? [noise('empty')] : reads;
}

const readers = createReaders({
  text: (text: string, node: Node, envelope: Envelope) =>
    readInner(sourceOfText(text), deeper(node, envelope)),
  base64: (text: string, { depth, budget, bytes }: Node, envelope: Envelope) => {
    const content = fromBase64(text);
    if (content === undefined) return [bad('No base64', bytes)];
    const wrappers = depth.wrappers + 1;
    const reads = readBytes(content, { envelope, depth: { ...depth, wrappers }, budget });
    return reads.length === 0 ? [noise('empty')] : reads;
  },
});

function nodeOf(
  piece: Piece & { readonly kind: 'json' },
  { source, envelope, depth, budget }: Lines,
): Node {
  const { value, cut, list, start, end } = piece;
  const elements = list && {
    key: list.key,
    bytes: (index: number) => {
      const span = list.elements[index] ?? piece;
      return source.bytes(span.start, span.end);
    },
  };
  const node = { value, envelope, cut, depth, budget, bytes: () => source.bytes(start, end) };
  return elements === undefined ? node : { ...node, elements };
}

/** A document that was torn or damaged: what nobody tells of is told at its end. */
function readDamaged(piece: Piece & { readonly kind: 'json' }, lines: Lines): readonly Read[] {
  const reads = readers.value(nodeOf(piece, lines));
  const rest = piece.rest ?? piece;
  const isTold = reads.some((read) => read.kind === 'bad' || (read.kind === 'leaf' && read.isCut));
  if (isTold) return reads;
  return [...reads, bad('Ends too early', () => lines.source.bytes(rest.start, rest.end))];
}

/** Pieces are cut between bytes, be it in the middle of a character. */
function joined(pieces: readonly Buffer[]): Source {
  return sourceOfBody(Buffer.concat(pieces));
}

/** A line of a container runtime's log; pieces wait for the last of them. */
function readCri(
  content: number,
  end: number,
  tag: { stream: string; isPartial: boolean },
  lines: Lines,
): readonly Read[] {
  const { source, envelope, started } = lines;
  const { stream, isPartial } = tag;
  const before = started.get(stream);
  if (isPartial) {
    if (before === undefined) started.set(stream, [source.bytes(content, end)]);
    else before.push(source.bytes(content, end));
    return [];
  }
  started.delete(stream);
  const inside = deeper(lines, within(envelope, 'cri', { fields: textFields({ stream }) }));
  if (before === undefined) return readInner(source, inside, content, end);
  return readInner(joined([...before, source.bytes(content, end)]), inside);
}

function readLine({ start, end }: Piece, lines: Lines): readonly Read[] {
  const { source, envelope } = lines;
  const bytes = () => source.bytes(start, end);
  // Structure is ASCII; one character past a cut keeps what follows a header apart from its end.
  const line = textLine(source.chars.slice(start, end));
  switch (line.kind) {
    case 'log':
      return [noise()];
    case 'legacy':
      return [bad('The old text format of the audit log', bytes, 'legacy_format')];
    case 'cri':
      return readCri(start + line.content, end, line, lines);
    case 'syslog': {
      const found = line.host === '-' ? {} : { node: line.host };
      return readInner(
        source,
        deeper(lines, within(envelope, 'syslog', found)),
        start + line.content,
        end,
      );
    }
    case 'unknown':
      return [bad('Neither JSON nor a line of a log that is known', bytes)];
  }
}

/** Beginnings of which the end never came are read as far as they go. */
function readStarted(lines: Lines): readonly Read[] {
  return [...lines.started].flatMap(([stream, pieces]) => {
    const envelope = within(lines.envelope, 'cri', { fields: { stream } });
    return readInner(joined(pieces), deeper(lines, envelope));
  });
}

function readRange(source: Source, place: Place, start: number, end: number): readonly Read[] {
  const lines: Lines = { ...place, source, started: new Map() };
  const reads: Read[] = [];
  let whole: Node[] = [];
  const flush = (): void => {
    for (const read of readers.siblings(whole)) reads.push(read);
    whole = [];
  };
  for (const piece of documents(source, start, end)) {
    if (piece.kind === 'json' && piece.rest === undefined) {
      whole.push(nodeOf(piece, lines));
      continue;
    }
    flush();
    const found = piece.kind === 'json' ? readDamaged(piece, lines) : readLine(piece, lines);
    for (const read of found) reads.push(read);
  }
  flush();
  return [...reads, ...readStarted(lines)];
}

/** Everything in bytes of any kind: packed, MessagePack, text. */
export function readBytes(bytes: Buffer, place: Place): readonly Read[] {
  const { depth, budget } = place;
  if (depth.wrappers > MAX_WRAPPERS) return [bad('Packed too often', () => bytes)];
  if (isGzip(bytes)) {
    const unpacked = gunzip(bytes, budget);
    if (unpacked === undefined) return [bad('Can not be unpacked within the limit', () => bytes)];
    const inside = { ...place, depth: { ...depth, wrappers: depth.wrappers + 1 } };
    const reads = readBytes(unpacked.bytes, inside);
    return unpacked.isTorn ? [...reads, bad('Packed content ends too early', () => bytes)] : reads;
  }
  const packed = isMsgpack(bytes) ? msgpackNodes(bytes, place) : { nodes: [], end: 0 };
  const reads = readers.siblings(packed.nodes);
  const source = sourceOfBody(packed.end === 0 ? bytes : bytes.subarray(packed.end));
  const others = readRange(source, place, 0, source.chars.length);
  return reads.length === 0 ? others : [...reads, ...others];
}
