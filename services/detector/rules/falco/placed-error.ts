/**
 * Owns: what is wrong with a rule, with its place in a file.
 */
import type { Position } from '../position.ts';

/** Caught by whoever compiles the rule. */
export class PlacedError extends Error {
  readonly place: Position;
  /** A field that no event has, which `skip-if-unknown-filter` lets pass. */
  readonly isUnknownField: boolean;
  constructor(message: string, place: Position | undefined, isUnknownField = false) {
    super(message);
    this.name = 'PlacedError';
    this.place = place ?? { line: 1, column: 1 };
    this.isUnknownField = isUnknownField;
  }
}
