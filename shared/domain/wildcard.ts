/**
 * Owns: matching names against patterns in which `*` stands for any run of characters, all others
 * for themselves. No regular expression: the time is bounded whatever the pattern and the name are.
 */
export type Wildcard = (name: string) => boolean;

/** Each piece between two stars is found once, from left to right: the first place is as good as any. */
export function wildcard(pattern: string): Wildcard {
  const pieces = pattern.split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return (name) => name === pattern;
  const last = pieces.at(-1) ?? '';
  const between = pieces.slice(1, -1).filter((piece) => piece !== '');
  return (name) => {
    if (name.length < first.length + last.length) return false;
    if (!name.startsWith(first) || !name.endsWith(last)) return false;
    const end = name.length - last.length;
    let at = first.length;
    for (const piece of between) {
      const found = name.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** Whether any of the patterns matches. */
export function anyOf(patterns: readonly string[]): Wildcard {
  const matchers = patterns.map(wildcard);
  return (name) => matchers.some((matches) => matches(name));
}
