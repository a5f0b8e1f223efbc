/**
 * Owns: whether all that a regular expression matches has some fixed text in it.
 * Does not own: the expression's syntax, which its loader has checked.
 */

const MIN_TEXT = 3;

interface Part {
  /** All that it matches has a fixed text of the length asked for. */
  readonly isFixed: boolean;
  /** Where it ends. */
  readonly end: number;
}

/** In one pass; what it is not sure of counts as no text. */
export function hasFixedText(source: string): boolean {
  return alternatives(source, 0).isFixed;
}

/** Up to the bracket that closes it, or the end. */
function alternatives(source: string, start: number): Part {
  let isFixed = true;
  let at = start;
  for (;;) {
    const part = sequence(source, at);
    isFixed &&= part.isFixed;
    if (source[part.end] !== '|') return { isFixed, end: part.end };
    at = part.end + 1;
  }
}

function sequence(source: string, start: number): Part {
  let isFixed = false;
  let run = 0;
  let at = start;
  const endRun = (length: number): void => {
    isFixed ||= length >= MIN_TEXT;
    run = 0;
  };
  while (at < source.length && source[at] !== '|' && source[at] !== ')') {
    const char = source.charAt(at);
    if (char === '(') {
      endRun(run);
      const group = alternatives(source, at + 1);
      at = group.end + 1;
      isFixed ||= group.isFixed && !isOptional(source, at);
      continue;
    }
    const end = itemEnd(source, at);
    if (isQuantifier(char)) endRun(isOptional(source, at) ? run - 1 : run);
    else if (isPlain(source, at)) run += 1;
    else endRun(run);
    at = end;
  }
  endRun(run);
  return { isFixed, end: at };
}

function isQuantifier(char: string): boolean {
  return char === '*' || char === '?' || char === '+' || char === '{';
}

function isOptional(source: string, at: number): boolean {
  return source[at] === '*' || source[at] === '?' || source.startsWith('{0', at);
}

/** One character that stands for itself. */
function isPlain(source: string, at: number): boolean {
  const char = source.charAt(at);
  if (char === '\\') return !/\w/.test(source.charAt(at + 1));
  return !'.^$['.includes(char);
}

function itemEnd(source: string, at: number): number {
  const char = source[at];
  if (char === '\\') return at + 2;
  const close =
    char === '[' ? source.indexOf(']', at + 2) : char === '{' ? source.indexOf('}', at) : at;
  return close === -1 ? source.length : close + 1;
}
