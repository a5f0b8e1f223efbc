/**
 * Owns: what a path with wildcards means: `*` and `?` within a name, `[abc]`, `{a,b}`, and `**` for
 * any number of folders. Pure. A name that begins with a dot is matched only by a pattern that does.
 * Does not own: looking into folders (edge/folders.ts).
 */
export interface Glob {
  /** The pattern as it was written. */
  readonly pattern: string;
  /** Each alternative of `{a,b}`: the folder to begin at, and the names below it. */
  readonly routes: readonly Route[];
}

export interface Route {
  readonly root: string;
  readonly segments: readonly string[];
}

/** A pattern names a handful of alternatives; a thousand is a mistake that would take all memory. */
const MAX_ALTERNATIVES = 1000;
const WILD = /[*?[]/;

/** The first innermost `{…}` of `text`, with the places of its braces. */
function innermostBraces(text: string): readonly [open: number, close: number] | undefined {
  const close = text.indexOf('}');
  const open = text.lastIndexOf('{', close);
  return close < 0 || open < 0 ? undefined : [open, close];
}

/** Every text that `{a,b}` in it stands for, in their order; undefined: too many. */
function alternativesOf(text: string): readonly string[] | undefined {
  let open: readonly string[] = [text];
  const done: string[] = [];
  while (open.length > 0) {
    if (open.length + done.length > MAX_ALTERNATIVES) return undefined;
    open = open.flatMap((one) => {
      const braces = innermostBraces(one);
      if (braces === undefined) {
        done.push(one);
        return [];
      }
      const [start, end] = braces;
      const inside = one.slice(start + 1, end).split(',');
      return inside.map((part) => one.slice(0, start) + part + one.slice(end + 1));
    });
  }
  return done;
}

function routeOf(path: string): Route {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const wild = names.findIndex((name) => WILD.test(name));
  // The last name is looked up as a name, wildcard or not.
  const fixed = wild < 0 ? names.length - 1 : wild;
  const start = path.startsWith('/') ? '/' : './';
  return { root: start + names.slice(0, fixed).join('/'), segments: names.slice(fixed) };
}

/** Undefined: no usable pattern (empty, or too many alternatives). */
export function parseGlob(pattern: string): Glob | undefined {
  const paths = alternativesOf(pattern);
  const routes = paths?.map(routeOf);
  if (routes === undefined || routes.some(({ segments }) => segments.length === 0)) {
    return undefined;
  }
  return { pattern, routes };
}

/** Whether the class that begins at `at` (a `[`) takes `char`, and where the pattern goes on. */
function inClass(
  pattern: string,
  at: number,
  char: string,
): { readonly takes: boolean; readonly next: number } | undefined {
  const isNot = pattern[at + 1] === '!' || pattern[at + 1] === '^';
  const start = at + (isNot ? 2 : 1);
  const end = pattern.indexOf(']', start + 1);
  if (end < 0) return undefined;
  let found = false;
  for (let i = start; i < end; i++) {
    const from = pattern[i] ?? '';
    if (pattern[i + 1] === '-' && i + 2 < end) {
      if (from <= char && char <= (pattern[i + 2] ?? '')) found = true;
      i += 2;
    } else if (from === char) found = true;
  }
  return { takes: found !== isNot, next: end + 1 };
}

/** Where the pattern goes on after it took the one character; -1: it does not take it. */
function takeOne(pattern: string, at: number, char: string): number {
  if (pattern[at] === '?') return at + 1;
  const found = pattern[at] === '[' ? inClass(pattern, at, char) : undefined;
  if (found !== undefined) return found.takes ? found.next : -1;
  return pattern[at] === char ? at + 1 : -1;
}

/** Whether one name matches one segment. Goes back to the last `*` only, so it is quick. */
export function matchesName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let p = 0;
  let n = 0;
  let star = -1;
  let starName = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      starName = n;
      continue;
    }
    const next = p < pattern.length ? takeOne(pattern, p, name[n] ?? '') : -1;
    if (next >= 0) {
      p = next;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++starName;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

export function isWild(segment: string): boolean {
  return WILD.test(segment);
}
