/**
 * Owns: reading a document by dotted field path, and what "the field has this value" means:
 * the keyword semantics of Elasticsearch, on a parsed document.
 * Does not own: how a store finds candidates (adapters).
 */

/** A leaf of a document: what can be equal to a text. */
export type Leaf = string | number | boolean;

interface Step {
  readonly value: unknown;
  /** Where in the path the rest starts; past its end: `value` is what the path names. */
  readonly at: number;
}

function isLeaf(value: unknown): value is Leaf {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Members of `value` whose key is the rest of the path up to one of its dots, or all of it. */
function members(value: object, path: string, at: number): Step[] {
  const record = value as Readonly<Record<string, unknown>>;
  const steps: Step[] = [];
  for (let end = at - 1; end < path.length; ) {
    const dot = path.indexOf('.', end + 1);
    end = dot === -1 ? path.length : dot;
    const key = path.slice(at, end);
    if (Object.hasOwn(record, key)) steps.push({ value: record[key], at: end + 1 });
  }
  return steps;
}

/** Where the path leads on from `step`, in document order. */
function next({ value, at }: Step, path: string): Step[] {
  if (Array.isArray(value)) return value.map((element: unknown) => ({ value: element, at }));
  const isObject = typeof value === 'object' && value !== null;
  return isObject && at <= path.length ? members(value, path, at) : [];
}

/**
 * All leaves at a dotted path, in document order. Arrays on the way and at the end stand for each
 * of their elements. A key may itself hold dots (`annotations.authentication.kubernetes.io/x`):
 * every way to cut the path into keys that exist is followed. Objects and null are no values.
 */
export function valuesAt(document: unknown, path: string): readonly Leaf[] {
  const found: Leaf[] = [];
  // An explicit stack: the depth of a document is its writer's choice.
  const stack: Step[] = [{ value: document, at: 0 }];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if (isLeaf(step.value)) {
      if (step.at > path.length) found.push(step.value);
    } else {
      // One by one: a list may be longer than a call takes arguments.
      for (const onward of next(step, path).reverse()) stack.push(onward);
    }
  }
  return found;
}

/**
 * Is `text` equal to `pattern`, in which `*` stands for any run of characters? Case counts.
 * Linear in the length of the text for each piece between two stars.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces[pieces.length - 1] ?? '';
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (let i = 1; i < pieces.length - 1; i++) {
    const piece = pieces[i] ?? '';
    const at = text.indexOf(piece, from);
    if (at === -1 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}

/** Does any value at `field` equal `pattern` as text (see matchesPattern)? */
export function fieldMatches(document: unknown, field: string, pattern: string): boolean {
  return valuesAt(document, field).some((value) => matchesPattern(String(value), pattern));
}
