/** Owns: where something stands in a rule file. */

/** Both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}
