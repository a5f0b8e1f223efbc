/**
 * Owns: what reading a file of local data gives: its data, or what is wrong where. Types only.
 */

/** No value of the file is quoted: the path may be a mistake, and name a file of secrets. */
export interface Problem {
  /** From 1; absent: it is about the file as a whole. */
  readonly line?: number;
  /** What is wrong, and what to do. */
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly entries: number }
  | { readonly ok: false; readonly problems: readonly Problem[] };
