/**
 * Owns: the text of a condition put together from several places of rule files, and where each
 * character of it stands.
 */
import type { Position } from '../position.ts';

export interface Piece {
  readonly text: string;
  /** @param offset character of the piece, counted from 0 */
  placeOf(offset: number): Position;
}
export type Pieces = readonly Piece[];

export function textOfPieces(pieces: Pieces): string {
  return pieces.map(({ text }) => text).join('');
}

/** All of the text stands at one place. */
export function pieceAt(text: string, place: Position): Piece {
  return { text, placeOf: () => place };
}

/** The second after the first, with a blank between. */
export function joinPieces(first: Pieces, second: Pieces): Pieces {
  return [...first, { text: ' ', placeOf: () => placeIn(second, 0) }, ...second];
}

export function placeIn(pieces: Pieces, offset: number): Position {
  return placesIn(pieces)(offset);
}

/** For many offsets: begins anew only for one that is smaller than the one before it. */
export function placesIn(pieces: Pieces): (offset: number) => Position {
  const starts: number[] = [];
  let end = 0;
  for (const { text } of pieces) {
    starts.push(end);
    end += text.length;
  }
  let at = 0;
  return (offset) => {
    if ((starts[at] ?? 0) > offset) at = 0;
    while ((starts[at + 1] ?? Number.POSITIVE_INFINITY) <= offset) at++;
    return pieces[at]?.placeOf(offset - (starts[at] ?? 0)) ?? { line: 1, column: 1 };
  };
}
