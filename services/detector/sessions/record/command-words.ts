/**
 * Owns: the words of a command line as a node tells it: a text that has lost which word was an
 * argument, a quote or a part of a script. One pass over at most 8 KiB.
 * Does not own: what a word names (named-files.ts, named-hosts.ts).
 */

/** More than people type, less than what takes time to look at. */
const MAX_CHARS = 8192;

export interface Word {
  readonly text: string;
  /** It stands right behind `<` or `>`: a file that is read or written. */
  readonly isRedirected: boolean;
}

/** The words between two of `; | & ( )` and line breaks: a program and its arguments. */
export type Command = readonly Word[];

const ENDS_COMMAND: ReadonlySet<string> = new Set([';', '|', '&', '(', ')', '\n']);
const ENDS_WORD: ReadonlySet<string> = new Set([' ', '\t', '\r', '\0', '"', "'", '`', '\\']);
const REDIRECTS: ReadonlySet<string> = new Set(['<', '>']);

interface Reading {
  readonly commands: Word[][];
  word: string;
  isRedirected: boolean;
}

function endWord(reading: Reading): void {
  const { isRedirected, word } = reading;
  if (word === '') return;
  reading.commands.at(-1)?.push({ text: word, isRedirected });
  reading.word = '';
  reading.isRedirected = false;
}

/** `http://a/?x=1&y=2` is one word; `a & b` and `a && b` are two commands. */
function isInAddress(word: string, char: string): boolean {
  return char === '&' && word.includes('?') && word.includes('://');
}

function read(reading: Reading, char: string): void {
  if (ENDS_WORD.has(char)) {
    endWord(reading);
  } else if (REDIRECTS.has(char)) {
    endWord(reading);
    reading.isRedirected = true;
  } else if (ENDS_COMMAND.has(char) && !isInAddress(reading.word, char)) {
    const isDuplicate = char === '&' && reading.isRedirected && reading.word === '';
    endWord(reading);
    reading.isRedirected = false;
    if (!isDuplicate) reading.commands.push([]);
  } else {
    reading.word += char;
  }
}

/** Never empty words; commands without words are left out. Texts that are longer are cut. */
export function commandsIn(commandLine: string): readonly Command[] {
  const reading: Reading = { commands: [[]], word: '', isRedirected: false };
  for (const char of commandLine.slice(0, MAX_CHARS)) read(reading, char);
  endWord(reading);
  return reading.commands.filter((words) => words.length > 0);
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
