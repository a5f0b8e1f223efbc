/**
 * Owns: what can be read of a JSON text that ends too early: every member that is complete, in
 * parents that are not. The member in which the cut fell is left out; so is a list of scalars that
 * did not end, since its last element may mean more than the others (sourceIPs).
 * Does not own: whether the text did end too early (scan.ts).
 */
import type { Span } from '../../../shared/domain/json-items.ts';
import { parseJson } from '../../../shared/domain/json-numbers.ts';
import type { Scan } from './scan.ts';
import type { Source } from './source.ts';

/**
 * Where a value was cut: the keys and indices that lead to the innermost container that is not
 * complete. Empty: the value itself is the one. Undefined: it is whole.
 */
export type CutPath = readonly (string | number)[] | undefined;

export interface Salvaged {
  readonly value: unknown;
  readonly cut: CutPath;
}

/** The path below a child; undefined if the child is whole. */
export function cutOf(cut: CutPath, ...keys: readonly (string | number)[]): CutPath {
  if (cut === undefined || keys.some((key, i) => cut[i] !== key)) return undefined;
  return cut.slice(keys.length);
}

/** The key that stands, with quotes, at `span`. */
export function keyAt(source: Source, span: Span): string | undefined {
  const parsed = parseJson(source.text(span.start, span.end));
  return typeof parsed?.value === 'string' ? parsed.value : undefined;
}

/** Undefined if nothing is complete, or what is complete is no JSON after all. */
export function salvage(source: Source, start: number, scan: Scan): Salvaged | undefined {
  const { open, safe } = scan;
  if (open.length === 0) return undefined;
  const closers = open.map(({ isList }) => (isList ? ']' : '}')).reverse();
  const parsed = parseJson(source.text(start, safe) + closers.join(''));
  if (parsed === undefined) return undefined;
  const cut = open
    .slice(0, -1)
    .map(({ isList, key, done }) => (isList ? done : (keyAt(source, key) ?? '')));
  return { value: parsed.value, cut };
}
