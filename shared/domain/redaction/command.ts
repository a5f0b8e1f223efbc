/**
 * Owns: passwords in commands, as a list of arguments or as one line, commands in arguments included
 * (`sh -c '…'`).
 */
import { redactWords } from './arguments.ts';
import { redactText } from './text.ts';
import type { Trace } from './trace.ts';
import { asWritten, wordsOf } from './words.ts';

const NONE: ReadonlySet<number> = new Set();
/** Commands in commands that are looked into. */
const MAX_NESTED = 4;
/** A longer line is a file that is written; its words are too many to be arguments. */
const MAX_LINE_CHARS = 65_536;

function wordAt(level: number): (word: string, trace: Trace) => string {
  return (word, trace) =>
    level < MAX_NESTED && /\s/.test(word)
      ? lineAt(word, trace, level + 1)
      : redactText(word, trace);
}

function lineAt(line: string, trace: Trace, level: number): string {
  if (line.length > MAX_LINE_CHARS) return redactText(line, trace);
  const words = wordsOf(line);
  const operators = new Set<number>();
  for (const [i, { isOperator }] of words.entries()) if (isOperator) operators.add(i);
  const texts = words.map(({ text }) => text);
  const redacted = redactWords(texts, operators, trace, wordAt(level));
  const parts: string[] = [];
  let at = 0;
  for (const [i, { end, start, text }] of words.entries()) {
    const now = redacted[i] ?? text;
    const raw = line.slice(start, end);
    parts.push(
      line.slice(at, start),
      now === text ? raw : raw === text ? now : asWritten(raw, now),
    );
    at = end;
  }
  parts.push(line.slice(at));
  return redactText(parts.join(''), trace);
}

/** A command in one text. */
export function redactLine(line: string, trace: Trace): string {
  return line === '' ? line : lineAt(line, trace, 0);
}

/** Arguments as a program is given them. The same list where nothing is secret. */
export function redactArguments(words: readonly string[], trace: Trace): readonly string[] {
  const redacted = redactWords(words, NONE, trace, wordAt(0));
  return redacted.some((word, i) => word !== words[i]) ? redacted : words;
}

const JOINED = /(?:^|\s)(?:exe=(\S+) )?args=(\S+)/g;

/** An event's arguments as Falco writes them: `exe=mysql args=-px.-u.root. tid=…`. */
export function redactJoined(text: string, trace: Trace): string {
  const redacted = text.replace(JOINED, (found: string, exe: string | undefined, args: string) => {
    const words = [exe ?? '', ...args.split('.')];
    const [, ...now] = redactArguments(words, trace);
    return found.slice(0, found.length - args.length) + now.join('.');
  });
  return redactText(redacted, trace);
}
