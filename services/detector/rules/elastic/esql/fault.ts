/**
 * Owns: why a query can't be used, carried from where it is seen to compile.ts, and places in the text.
 */
import type { Position } from '../../position.ts';

/** Never leaves compile.ts. */
export class EsqlFault extends Error {
  /** Offset into the query. */
  readonly offset: number;
  readonly remedy: string;
  /** The query is right; it needs something that this engine does not have. */
  readonly isUnsupported: boolean;

  constructor(offset: number, reason: string, remedy: string, isUnsupported = false) {
    super(reason);
    this.offset = offset;
    this.remedy = remedy;
    this.isUnsupported = isUnsupported;
  }
}

export function unsupported(offset: number, reason: string, remedy: string): EsqlFault {
  return new EsqlFault(offset, reason, remedy, true);
}

/** Line and column of an offset; lines end with LF. */
export function positionOf(source: string, offset: number): Position {
  const lines = source.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
