/**
 * Owns: other people's words in a sentence of ours: what could be taken for a part of it is quoted,
 * cut, and shown as what it is.
 */
import { beginning } from '../ingest.ts';

const MAX_CHARS = 128;
/** What names are made of; a name with a blank could go on with our words. */
const PLAIN = /^[\w.:@+=,~*-]{1,128}$/;
const PLAIN_PATH = /^[\w.:@+=,~*/%-]{1,128}$/;
/** Controls, ends of lines, what turns or hides text, half characters, blanks that are no blank. */
const UNSEEN = /["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]|[^\P{Zs} ]/gu;

function shown(char: string): string {
  if (char === '"' || char === '\\') return `\\${char}`;
  if (char === '\n') return '\\n';
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

/** In quotes, whatever it is. */
export function quoted(text: string, maxChars = MAX_CHARS): string {
  const cut = text.length > maxChars ? '…' : '';
  return `"${beginning(text, maxChars).replace(UNSEEN, shown)}${cut}"`;
}

/** A name as it is, unless it is an odd one. */
export function named(text: string): string {
  return PLAIN.test(text) ? text : quoted(text);
}

/** The same for a text with slashes in it. */
export function pathNamed(text: string): string {
  return PLAIN_PATH.test(text) ? text : quoted(text);
}
