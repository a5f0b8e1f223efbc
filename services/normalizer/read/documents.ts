/**
 * Owns: which JSON documents a text holds, however they follow each other: one, one per line, over
 * several lines, one after the other with nothing between, behind record separators (RFC 7464); and
 * what between them is no JSON.
 * Does not own: what a document or a line means (read-text.ts), what is left of a document that is
 * torn or damaged (damage.ts).
 */
import { skipNestedText } from './brackets.ts';
import { takeCut, takeDamaged } from './damage.ts';
import { type Scan, scanValue } from './scan.ts';
import type { Source } from './source.ts';
import {
  lineEnd,
  type Piece,
  skipBetween,
  startsDocument,
  takeParsed,
  text,
  trimEnd,
  type Walk,
} from './walk.ts';

/** CloudWatch ends a message of 256 KiB with it. */
const TRUNCATED = '[Truncated...]';

/** Where a document that is no JSON and has no end of its own ends: before the next one. */
function endOfDamage({ source: { chars }, end: last }: Walk, scan: Scan, line: number): number {
  let end = line;
  if (scan.end <= end) return end;
  while (end < last && !startsDocument(chars, end + 1)) {
    const newline = chars.indexOf('\n', end + 1);
    end = newline < 0 ? last : Math.min(newline, last);
  }
  return end;
}

/** By brackets alone: on this line, or further on if it was JSON up to there. */
function closingOf(walk: Walk, scan: Scan, line: number): number {
  const { chars } = walk.source;
  const closes = skipNestedText(chars, walk.at, line);
  if (closes >= 0 || scan.end <= line || walk.budget <= 0) return closes;
  const further = skipNestedText(chars, walk.at, walk.end);
  walk.budget -= (further < 0 ? walk.end : further) - walk.at;
  return further;
}

function takeScanned(walk: Walk, line: number): void {
  const { chars } = walk.source;
  const limit = walk.budget > 0 ? walk.end : line;
  const scan = scanValue(chars, walk.at, limit, line);
  if (scan.kind === 'whole') {
    if (!takeParsed(walk, scan.end)) takeDamaged(walk, scan, scan.end);
    if (walk.at < line) walk.severalUntil = line;
    return;
  }
  // A torn line must not take the next for its own: one that begins a document is one.
  const end = endOfDamage(walk, scan, line);
  if (scan.kind === 'cut' && end === limit) {
    takeCut(walk, scan, end);
    return;
  }
  walk.budget -= scan.end - walk.at;
  takeWrong(walk, scan, line, end);
}

/** A document that is no JSON from some place on, or not without what begins another. */
function takeWrong(walk: Walk, scan: Scan, line: number, end: number): void {
  const closes = scan.kind === 'wrong' ? closingOf(walk, scan, line) : -1;
  if (closes >= 0) {
    takeDamaged(walk, scan, closes);
    return;
  }
  const isInLine = scan.kind === 'wrong' && scan.end < line;
  const alone = isInLine ? scan : scanValue(walk.source.chars, walk.at, end, line);
  if (alone.kind === 'cut') takeCut(walk, alone, end);
  else takeDamaged(walk, alone, end);
}

/** A line that says at its end that it was truncated. */
function takeTruncated(walk: Walk, line: number): boolean {
  const { chars } = walk.source;
  const suffix = trimEnd(chars, walk.at, line) - TRUNCATED.length;
  if (suffix <= walk.at || !chars.startsWith(TRUNCATED, suffix)) return false;
  const scan = scanValue(chars, walk.at, suffix);
  if (scan.kind === 'cut') takeCut(walk, scan, line);
  else if (scan.kind === 'wrong' || scan.end < suffix || !takeParsed(walk, suffix)) return false;
  walk.at = line;
  return true;
}

/** The next document or line. */
function take(walk: Walk): void {
  const line = lineEnd(walk, walk.at);
  if (!startsDocument(walk.source.chars, walk.at)) text(walk, line);
  else if (!takeWhole(walk, line) && !takeTruncated(walk, line)) takeScanned(walk, line);
}

function takeWhole(walk: Walk, line: number): boolean {
  if (walk.at < walk.severalUntil) return false;
  if (takeParsed(walk, line)) return true;
  // A document over several lines is most often the only one.
  return walk.pieces.length === 0 && line < walk.end && takeParsed(walk, walk.end);
}

/** Everything in a range of a source, in its order. Linear in its length. */
export function documents(source: Source, start = 0, end = source.chars.length): readonly Piece[] {
  const walk: Walk = {
    ...{
      source,
      end,
      pieces: [],
      at: start,
      budget: 4 * (end - start),
      severalUntil: start,
      newline: -1,
    },
  };
  skipBetween(walk);
  while (walk.at < end) {
    take(walk);
    skipBetween(walk);
  }
  return walk.pieces;
}
