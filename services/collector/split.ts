/**
 * Owns: the boundaries of the items of every body, by bytes alone; and cutting a body there that is
 * too large for one message. A part holds a run of items exactly as they came, with the commas between
 * them.
 */
import { type ItemSink, isTorn, type Span, walkItems } from '../../shared/domain/json-items.ts';
import { isLineWise, walkLines } from '../../shared/domain/json-lines.ts';

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

/** What the door knows of a body without reading it. */
export interface Seen {
  /** Of a list, or lines that are not blank; a body that is neither is one. */
  readonly items: number;
  /** It begins a list or an object and ends before that does. */
  readonly isTorn: boolean;
}

export type Split =
  | ({ readonly ok: true; readonly parts: readonly Part[] } & Seen)
  | { readonly ok: false; readonly largestBytes: number };

interface Runs extends ItemSink {
  readonly items: number;
  readonly spans: readonly Span[];
}

/** Puts neighbours together to runs, each as long as it can be within `bytes`, but at least one item. */
function createRuns(bytes: number): Runs {
  let items = 0;
  let spans: { readonly start: number; end: number }[] = [];
  return {
    get items() {
      return items;
    },
    get spans() {
      return spans;
    },
    begin() {
      items = 0;
      spans = [];
    },
    item(start, end) {
      items++;
      const run = spans.at(-1);
      if (run !== undefined && end - run.start <= bytes) run.end = end;
      else spans.push({ start, end });
    },
  };
}

interface Boundaries extends Seen {
  readonly framing: Part['framing'];
  /** Empty: it can't be cut. */
  readonly spans: readonly Span[];
}

function boundariesOf(body: Buffer, partBytes: number): Boundaries {
  const runs = createRuns(partBytes);
  if (walkItems(body, runs)) {
    return { framing: 'ITEMS', spans: runs.spans, items: runs.items, isTorn: false };
  }
  const seen = { framing: 'BODY', isTorn: isTorn(body) } as const;
  if (!isLineWise(body)) return { ...seen, spans: [], items: 1 };
  walkLines(body, runs);
  return { ...seen, spans: runs.spans, items: runs.items };
}

/**
 * Parts of a body in their order. A body that is neither a list nor lines (also one document over
 * several lines) is one part; whether it can be read is the normalizer's to say, also where it is
 * torn: nothing is refused for that. `ok: false`: a part is larger than the log takes.
 */
export function splitBody(body: Buffer, { maxBytes, partBytes }: SplitLimits): Split {
  const { framing, isTorn, items, spans } = boundariesOf(body, partBytes);
  const isWhole = body.length <= partBytes || spans.length === 0;
  const parts = isWhole
    ? [{ framing: 'BODY', body } as const]
    : spans.map(({ start, end }): Part => ({ framing, body: body.subarray(start, end) }));
  const largestBytes = parts.reduce((most, part) => Math.max(most, part.body.length), 0);
  const isTooLarge = body.length > partBytes && largestBytes > maxBytes;
  return isTooLarge ? { ok: false, largestBytes } : { ok: true, parts, items, isTorn };
}
