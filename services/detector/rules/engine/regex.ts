/**
 * Owns: the rules' regular expressions: RE2's language, matched in time linear in the text, and the
 * texts without which one can't match.
 *
 * The second is a guess that only ever says too little: what it does not know gives nothing.
 */
import { RE2JS } from 're2js';

const FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};

/** Throws where the source is not in RE2's language; loaders have checked that. */
export function compileRegex(source: string, flags: string): (text: string) => boolean {
  let bits = 0;
  for (const flag of flags) {
    const bit = FLAGS[flag];
    if (bit === undefined) throw new Error(`No such flag of a regular expression: ${flag}`);
    bits |= bit;
  }
  const expression = RE2JS.compile(source, bits);
  return (text) => expression.test(text);
}

export interface RegexTexts {
  /** Of each group, one text is in every text that matches. */
  readonly groups: readonly (readonly string[])[];
  /** They are to be looked for without case, and are folded. */
  readonly isFolded: boolean;
}

const MIN_LENGTH = 2;
const MAX_ALTERNATIVES = 64;

export function textsOfRegex(source: string, flags: string): RegexTexts {
  const inline = /^\(\?([ims]+)\)/.exec(source);
  const isFolded = flags.includes('i') || (inline?.[1] ?? '').includes('i');
  const state: State = { source, at: inline?.[0].length ?? 0, isFolded, isLost: false };
  const groups = readAlternatives(state);
  const isRead = !state.isLost && state.at === source.length;
  return { groups: isRead ? groups : [], isFolded };
}

interface State {
  readonly source: string;
  at: number;
  readonly isFolded: boolean;
  /** Something was met that is not known here. */
  isLost: boolean;
}
type Groups = string[][];

function readAlternatives(state: State): Groups {
  const branches = [readSequence(state)];
  while (state.source[state.at] === '|') {
    state.at += 1;
    branches.push(readSequence(state));
  }
  const [only = []] = branches;
  if (branches.length === 1) return only;
  const best = branches.map(bestOf);
  const texts = best.flatMap((group) => group ?? []);
  return best.includes(undefined) || texts.length > MAX_ALTERNATIVES ? [] : [texts];
}

/** The group whose shortest text is longest. */
function bestOf(groups: Groups): string[] | undefined {
  const shortest = (group: readonly string[]): number =>
    Math.min(...group.map((text) => text.length));
  return groups.reduce<string[] | undefined>(
    (best, group) => (best === undefined || shortest(group) > shortest(best) ? group : best),
    undefined,
  );
}

function readSequence(state: State): Groups {
  const groups: Groups = [];
  let run = '';
  const flush = (): void => {
    if (run.length >= MIN_LENGTH) groups.push([run]);
    run = '';
  };
  while (isInSequence(state)) {
    const item = readItem(state, state.source[state.at] ?? '');
    const { isExact, min } = readQuantifier(state);
    const text = typeof item === 'string' && min > 0 ? item : '';
    run += text;
    if (text === '' || !isExact) flush();
    if (typeof item !== 'string' && min > 0) groups.push(...item);
  }
  flush();
  return groups;
}

function isInSequence({ at, isLost, source }: State): boolean {
  return at < source.length && !isLost && source[at] !== '|' && source[at] !== ')';
}

/** A character, '' for one that can't be told, or the groups of what is in parentheses. */
function readItem(state: State, char: string): string | Groups {
  state.at += 1;
  if (char === '(') return readGroup(state);
  if (char === '[') return readClass(state);
  if (char === '\\') return readEscape(state);
  if ('.^$'.includes(char)) return '';
  if ('*+?'.includes(char)) state.isLost = true;
  return known(state, char);
}

/**
 * Without case, RE2 takes ſ for s, which foldCase does not; of other alphabets nothing is known here.
 * Halves of surrogate pairs would be quantified by themselves.
 */
function known({ isFolded }: State, char: string): string {
  if (!isFolded) return char >= '\ud800' && char <= '\udfff' ? '' : char;
  const folded = char.toLowerCase();
  return char > '\u007f' || folded === 's' ? '' : folded;
}

function readGroup(state: State): Groups {
  const opening = /^\?(?::|P?<\w+>)/.exec(state.source.slice(state.at, state.at + 100));
  if (opening !== null) state.at += opening[0].length;
  else if (state.source[state.at] === '?') state.isLost = true;
  const groups = state.isLost ? [] : readAlternatives(state);
  if (state.source[state.at] !== ')') state.isLost = true;
  state.at += 1;
  return groups;
}

function readClass(state: State): string {
  const { source } = state;
  if (source[state.at] === '^') state.at += 1;
  if (source[state.at] === ']') state.at += 1;
  while (state.at < source.length && source[state.at] !== ']') {
    if (source.startsWith('[:', state.at)) state.at = source.indexOf(':]', state.at) + 1;
    if (state.at === 0) state.isLost = true;
    if (state.isLost) return '';
    state.at += source[state.at] === '\\' ? 2 : 1;
  }
  state.at += 1;
  return '';
}

/** Classes and places that one letter stands for. */
const LETTERS = 'dDwWsSbBAznrtfva';

function readEscape(state: State): string {
  const char = state.source[state.at] ?? '';
  state.at += 1;
  if (LETTERS.includes(char) && char !== '') return '';
  if (char === '' || /[\w\u0080-\uffff]/.test(char)) state.isLost = true;
  return known(state, char);
}

/** How often at least; exact: once. */
function readQuantifier(state: State): { readonly min: number; readonly isExact: boolean } {
  const rest = state.source.slice(state.at, state.at + 20);
  const found = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(rest);
  if (found === null) return { min: 1, isExact: true };
  state.at += found[0].length;
  const min = found[0].startsWith('+') ? 1 : Number(found[1] ?? 0);
  return { min, isExact: false };
}
