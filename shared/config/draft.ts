/**
 * Owns: the values that sources have given so far, by dotted key, with where each came from, and
 * the problems that were found on the way. A later source beats an earlier one.
 * Does not own: the sources (yaml-source.ts, env-source.ts), the schema.
 */

/** `where` is `podwitness.yaml:3:9` (line and column from 1), a variable, or a command's option. */
export interface ConfigProblem {
  readonly where: string;
  readonly message: string;
}

export interface GivenValue {
  readonly name: string;
  readonly value: unknown;
  readonly where: string;
}

/** What one source gave. */
export interface SourceReading {
  readonly given: readonly GivenValue[];
  readonly problems: readonly ConfigProblem[];
}

interface Tree {
  [part: string]: unknown;
}

/** The nested object that the schema parses. */
export function nest(given: Iterable<GivenValue>): Readonly<Tree> {
  const tree: Tree = {};
  for (const { name, value } of given) {
    const parts = name.split('.');
    const last = parts.pop() ?? name;
    let section = tree;
    for (const part of parts) {
      section[part] ??= {};
      section = section[part] as Tree;
    }
    section[last] = value;
  }
  return tree;
}

const LONGEST_SHOWN = 60;

/** A value as an error may show it: short, and without a password in a URL. */
export function showValue(value: unknown): string {
  const text = JSON.stringify(value).replace(/\/\/[^/@\s"]*@/g, '//…@');
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
