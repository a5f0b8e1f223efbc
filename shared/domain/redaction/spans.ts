/**
 * Owns: parts of a text that are taken out of it.
 * Does not own: how they are found (shapes.ts, assignments.ts).
 */
import { decodeComponent } from './percent.ts';
import { type RedactionKind, take, type Trace } from './trace.ts';

export interface Span {
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  readonly kind: RedactionKind;
  /** Percent-encoded; the value is what that stands for. */
  readonly isEncoded?: boolean;
}

/** What overlaps is one span, of the first one's kind. */
function joined(spans: readonly Span[]): readonly Span[] {
  const sorted = spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const result: Span[] = [];
  for (const span of sorted) {
    const last = result.at(-1);
    if (last === undefined || span.start >= last.end) result.push(span);
    else if (span.end > last.end) result[result.length - 1] = { ...last, end: span.end };
  }
  return result;
}

/** The text with a mark for each span; the text itself where there is none. */
export function withoutSpans(text: string, spans: readonly Span[], trace: Trace): string {
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const { end, isEncoded, kind, start } of joined(spans)) {
    const value = text.slice(start, end);
    parts.push(
      text.slice(at, start),
      take(trace, kind, isEncoded ? decodeComponent(value) : value),
    );
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
