/**
 * Owns: cutting a body that is too large for one message at item boundaries, by bytes alone.
 * A part holds a run of items exactly as they came, with the commas between them.
 */
import { isLineWise, scanItems, scanLines, type Span } from '../../shared/domain/json-items.ts';

export interface SplitLimits {
  /** A body up to this size is not cut; parts are filled up to it. */
  readonly partBytes: number;
  /** No part may be larger: a single item can't be cut. */
  readonly maxBytes: number;
}

export interface Part {
  readonly framing: 'BODY' | 'ITEMS';
  readonly body: Buffer;
}

export type Split =
  | { readonly ok: true; readonly parts: readonly Part[] }
  | { readonly ok: false; readonly largestBytes: number };

/** Runs of neighbouring spans, each as long as it can be within `bytes`, but at least one span. */
function runs(spans: readonly Span[], bytes: number): readonly Span[] {
  const result: Span[] = [];
  let run: Span | undefined;
  for (const span of spans) {
    if (run !== undefined && span.end - run.start <= bytes)
      run = { start: run.start, end: span.end };
    else {
      if (run !== undefined) result.push(run);
      run = span;
    }
  }
  if (run !== undefined) result.push(run);
  return result;
}

/**
 * Parts of a body in their order. A body that is neither a list nor lines (also one document over
 * several lines) is one part; whether it can be read is the normalizer's to say. `ok: false`: a part is larger than the log takes.
 */
export function splitBody(body: Buffer, limits: SplitLimits): Split {
  if (body.length <= limits.partBytes) return { ok: true, parts: [{ framing: 'BODY', body }] };
  const items = scanItems(body);
  const spans = items ?? (isLineWise(body) ? scanLines(body) : []);
  const framing = items === undefined ? 'BODY' : 'ITEMS';
  const parts = runs(spans, limits.partBytes).map(
    ({ start, end }): Part => ({ framing, body: body.subarray(start, end) }),
  );
  if (parts.length === 0) parts.push({ framing: 'BODY', body });
  const largestBytes = parts.reduce((most, part) => Math.max(most, part.body.length), 0);
  return largestBytes > limits.maxBytes ? { ok: false, largestBytes } : { ok: true, parts };
}
