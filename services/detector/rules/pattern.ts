/**
 * Owns: texts with wildcards: Sigma's escaping, and matching in time linear in text x pattern.
 * Does not own: which event values are compared (compile.ts).
 */
/** One part of a text to match: literal text, any run of characters, exactly one character. */
type PatternPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' };
/** An empty list matches the empty text only. */
export type Pattern = readonly PatternPart[];

const ANY: PatternPart = { kind: 'any' };
const ONE: PatternPart = { kind: 'one' };
/** Characters that a backslash makes plain; before any other it is a plain backslash itself. */
const ESCAPABLE = new Set(['*', '?', '\\']);

/** A pattern that matches exactly this text. */
export function literal(text: string): Pattern {
  return text === '' ? [] : [{ kind: 'text', text }];
}

/** Reads a rule's text: `*`, `?` and backslash as in the Sigma specification v2.1.0, "Escape Character". */
export function parsePattern(source: string): Pattern {
  const parts: PatternPart[] = [];
  let text = '';
  const flush = (part: PatternPart): void => {
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push(part);
  };
  for (let i = 0; i < source.length; i++) {
    const char = source.charAt(i);
    const next = source.charAt(i + 1);
    if (char === '\\' && ESCAPABLE.has(next)) {
      text += next;
      i++;
    } else if (char === '*') flush(ANY);
    else if (char === '?') flush(ONE);
    else text += char;
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

/** The modifiers contains, startswith, endswith: wildcards at the open ends. */
export function openPattern(pattern: Pattern, open: { start: boolean; end: boolean }): Pattern {
  return [...(open.start ? [ANY] : []), ...pattern, ...(open.end ? [ANY] : [])];
}

/** The text that the pattern matches and no other, or undefined where it has wildcards. */
export function exactText(pattern: Pattern): string | undefined {
  let text = '';
  for (const part of pattern) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return text;
}

/** `*` alone: any value at all. */
export function isAnything(pattern: Pattern): boolean {
  return pattern.length > 0 && pattern.every((part) => part.kind === 'any');
}

/**
 * Makes texts comparable without case. Final and medial sigma fold to one letter, since JavaScript
 * chooses between them by position, and a pattern is folded part by part.
 */
export function foldCase(text: string): string {
  const folded = text.toLowerCase();
  // Looked for first: replaceAll takes several times as long where there is nothing to replace.
  return folded.includes('ς') ? folded.replaceAll('ς', 'σ') : folded;
}

/** A run of literal texts and single characters, without `*`. */
type Segment = readonly PatternPart[];

/** Whether a text matches. The text must be folded by the caller unless `cased`. */
export function compilePattern(pattern: Pattern, cased: boolean): (text: string) => boolean {
  const segments = splitAtAny(cased ? pattern : pattern.map(foldPart));
  const [first = [], ...rest] = segments;
  const last = rest.pop();
  if (last === undefined) return (text) => matchForward(first, text, 0) === text.length;
  return (text) => {
    let at = matchForward(first, text, 0);
    const end = matchBackward(last, text, text.length);
    if (at === -1 || end === -1 || at > end) return false;
    for (const segment of rest) {
      at = find(segment, text, at);
      if (at === -1 || at > end) return false;
    }
    return true;
  };
}

function foldPart(part: PatternPart): PatternPart {
  return part.kind === 'text' ? { kind: 'text', text: foldCase(part.text) } : part;
}

function splitAtAny(pattern: Pattern): Segment[] {
  const segments: PatternPart[][] = [[]];
  for (const part of pattern) {
    if (part.kind === 'any') segments.push([]);
    else segments.at(-1)?.push(part);
  }
  return segments;
}

/** Where the segment ends that starts at `at`, or -1. */
function matchForward(segment: Segment, text: string, start: number): number {
  let at = start;
  for (const part of segment) {
    if (part.kind === 'text') {
      if (!text.startsWith(part.text, at)) return -1;
      at += part.text.length;
    } else {
      if (at >= text.length) return -1;
      at += characterLength(text, at);
    }
  }
  return at;
}

/** Where the segment starts that ends at `end`, or -1. */
function matchBackward(segment: Segment, text: string, end: number): number {
  return segment.reduceRight((at, part) => (at === -1 ? -1 : stepBack(part, text, at)), end);
}

function stepBack(part: PatternPart, text: string, end: number): number {
  if (part.kind === 'text') {
    const at = end - part.text.length;
    return at >= 0 && text.startsWith(part.text, at) ? at : -1;
  }
  return end > 1 && characterLength(text, end - 2) === 2 ? end - 2 : end - 1;
}

/** Where the leftmost occurrence at or after `from` ends, or -1. */
function find(segment: Segment, text: string, from: number): number {
  const [only] = segment;
  if (segment.length === 1 && only?.kind === 'text') {
    const at = text.indexOf(only.text, from);
    return at === -1 ? -1 : at + only.text.length;
  }
  // From the middle of a pair on `?` takes its second half, and ends where the whole would have.
  for (let at = from; at <= text.length; at++) {
    const end = matchForward(segment, text, at);
    if (end !== -1) return end;
  }
  return -1;
}

/** `?` stands for a character, not for half of a surrogate pair. */
function characterLength(text: string, at: number): 1 | 2 {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
