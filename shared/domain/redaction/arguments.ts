/**
 * Owns: passwords in the words of a command.
 * Does not own: splitting a line into words (words.ts), options by program (programs.ts).
 */
import { isNoValue, isSecretName } from './names.ts';
import { COMMON, type Part, type Program, programOf, readsPassword } from './programs.ts';
import { take, type Trace } from './trace.ts';

const PASS = 'pass:';

/** Where the secret part of an argument begins; its length: there is none. */
function secretStart(word: string, part: Part): number {
  const after = (sign: string): number => {
    const at = word.indexOf(sign);
    return at < 0 ? word.length : at + sign.length;
  };
  if (part === 'after-colon') return after(':');
  if (part === 'after-percent') return after('%');
  if (part === 'after-equals') return after('=');
  return part === 'after-pass' ? (word.startsWith(PASS) ? PASS.length : word.length) : 0;
}

/** The word with a mark behind its first `from` characters. */
function marked(word: string, from: number, trace: Trace): string {
  const value = word.slice(from);
  return value === '' || isNoValue(value)
    ? word
    : word.slice(0, from) + take(trace, 'argument', value);
}

function own(options: Program['next'] | undefined, name: string): Part | undefined {
  return options !== undefined && Object.hasOwn(options, name) ? options[name] : undefined;
}

const OPTION = /^-{1,2}[A-Za-z]/;
const NAME = /^[\w./:@$-]{1,128}$/;

/** `--password`: what follows is one; `--from-literal` and a program's own options by their parts. */
function partOfNext(word: string, program: Program | undefined): Part | undefined {
  const part = own(COMMON, word) ?? own(program?.next, word);
  if (part !== undefined) return part;
  return OPTION.test(word) && NAME.test(word) && isSecretName(word) ? 'whole' : undefined;
}

/** `--password=x`, `PASSWORD=x`, `-Dx.password=x`: where the value begins; 0: it is none of them. */
function assignedFrom(word: string, program: Program | undefined): number {
  const equals = word.indexOf('=');
  if (equals <= 0) return 0;
  const name = word.slice(0, equals);
  if (NAME.test(name) && isSecretName(name)) return equals + 1;
  const part = own(COMMON, name) ?? own(program?.next, name);
  return part === undefined ? 0 : equals + 1 + secretStart(word.slice(equals + 1), part);
}

/** `-phunter2` of mysql. */
function attachedFrom(word: string, program: Program | undefined): number {
  if (program === undefined || word.length < 3) return 0;
  const part = own(program.attached, word.slice(0, 2));
  return part === undefined ? 0 : 2 + secretStart(word.slice(2), part);
}

/** `sh -c`, `bash -lc`: what follows is a command. */
const CODE = /^(?:-[a-z]{0,8}c|eval)$/;

interface Walk {
  readonly words: readonly string[];
  readonly trace: Trace;
  /** Of one word that holds no argument of an option. */
  readonly inner: (word: string, trace: Trace) => string;
  readonly out: string[];
  program: Program | undefined;
  /** Which part of this word an option before it makes secret. */
  pending: Part | undefined;
  /** First word behind the last operator. */
  from: number;
}

/** A word `set` or `put` and a secret's name: `config set requirepass x`. */
function isAfterSetting({ words }: Walk, at: number): boolean {
  const name = words[at - 1] ?? '';
  return /^(?:set|put|add)$/i.test(words[at - 2] ?? '') && NAME.test(name) && isSecretName(name);
}

function wordOf(walk: Walk, at: number): string {
  const { pending, program, trace } = walk;
  const word = walk.words[at] ?? '';
  walk.pending = undefined;
  // An option's value may be left out: `mysql --password --user=x`.
  if (pending !== undefined && !(word.startsWith('--') && OPTION.test(word))) {
    return marked(word, secretStart(word, pending), trace);
  }
  if (isAfterSetting(walk, at)) return marked(word, 0, trace);
  const isCode = /\s/.test(word) && CODE.test(walk.words[at - 1] ?? '');
  const from = isCode ? 0 : assignedFrom(word, program) || attachedFrom(word, program);
  if (from > 0) return marked(word, from, trace);
  walk.program = programOf(word) ?? program;
  walk.pending = partOfNext(word, program);
  return walk.inner(word, trace);
}

/** `echo x | passwd --stdin`, `chpasswd <<< x`: what is given is no option. */
function markGiven(walk: Walk, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const word = walk.out[i] ?? '';
    if (!OPTION.test(word)) walk.out[i] = marked(word, 0, walk.trace);
  }
}

function segmentEnd(
  words: readonly string[],
  from: number,
  operators: ReadonlySet<number>,
): number {
  let end = from;
  while (end < words.length && !operators.has(end)) end++;
  return end;
}

const PRINTS = /(?:^|\/)(?:echo|printf)$/;

function atOperator(walk: Walk, at: number, operators: ReadonlySet<number>): void {
  const { from, out, words } = walk;
  walk.program = undefined;
  walk.pending = undefined;
  walk.from = at + 1;
  const isPiped = words[at] === '|' && PRINTS.test(words[from] ?? '');
  if (!isPiped) return;
  const reader = words.slice(at + 1, segmentEnd(words, at + 1, operators));
  if (readsPassword(reader)) markGiven(walk, from + 1, out.length);
}

function isHereString(walk: Walk, at: number): boolean {
  return (
    walk.words[at - 1] === '<<<' && readsPassword(walk.words.slice(Math.max(0, at - 16), at - 1))
  );
}

/**
 * The words with a mark for each secret; as many as before. `operators`: positions of the shell's
 * signs among them. `inner` looks into a word of its own.
 */
export function redactWords(
  words: readonly string[],
  operators: ReadonlySet<number>,
  trace: Trace,
  inner: Walk['inner'],
): readonly string[] {
  const walk: Walk = {
    ...{ words, trace, inner, out: [], program: undefined, pending: undefined, from: 0 },
  };
  for (let i = 0; i < words.length; i++) {
    if (operators.has(i)) {
      atOperator(walk, i, operators);
      walk.out.push(words[i] ?? '');
    } else if (isHereString(walk, i)) {
      walk.out.push(marked(words[i] ?? '', 0, trace));
    } else {
      walk.out.push(wordOf(walk, i));
    }
  }
  return walk.out;
}
