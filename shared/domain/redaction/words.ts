/**
 * Owns: a command line's words as a shell splits them. Total and linear: a quote that is never closed
 * is a character like any other, since sensors join arguments without quoting them.
 */

export interface Word {
  /** Without quotes and escapes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** `|`, `;`, `&&`, `<<<` … or a line break. */
  readonly isOperator: boolean;
}

const OPERATOR = /\|\|?|&&?|;|\n|<<<|[<>]+&?/y;
/** What needs a look, in a word. */
const SPECIAL = /["'\\\s|&;<>]/g;

interface Cursor {
  readonly text: string;
  at: number;
  /** No closing quote of this kind follows. */
  readonly unclosed: Set<string>;
}

/** Text in the quotes that open at the cursor; undefined if they never close. */
function quotedPart(cursor: Cursor, quote: string): string | undefined {
  const { at, text, unclosed } = cursor;
  if (unclosed.has(quote)) return undefined;
  let end = text.indexOf(quote, at + 1);
  while (quote === '"' && end > 0 && isEscaped(text, end, at)) end = text.indexOf(quote, end + 1);
  if (end < 0) {
    unclosed.add(quote);
    return undefined;
  }
  cursor.at = end + 1;
  const inside = text.slice(at + 1, end);
  return quote === '"' ? inside.replace(/\\(["\\$`])/g, '$1') : inside;
}

function isEscaped(text: string, at: number, from: number): boolean {
  let slashes = 0;
  while (at - 1 - slashes > from && text[at - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}

/** One piece of a word at the cursor, which moves behind it. */
function piece(cursor: Cursor): string {
  const { at, text } = cursor;
  const char = text[at] ?? '';
  if (char === '"' || char === "'") {
    const inside = quotedPart(cursor, char);
    if (inside !== undefined) return inside;
  }
  if (char === '\\' && at + 1 < text.length) {
    cursor.at = at + 2;
    return text[at + 1] ?? '';
  }
  SPECIAL.lastIndex = at + 1;
  cursor.at = SPECIAL.exec(text)?.index ?? text.length;
  return text.slice(at, cursor.at);
}

function operatorAt(text: string, at: number): number {
  OPERATOR.lastIndex = at;
  return OPERATOR.test(text) ? OPERATOR.lastIndex : at;
}

export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  const cursor: Cursor = { text, at: 0, unclosed: new Set() };
  while (cursor.at < text.length) {
    const start = cursor.at;
    const operatorEnd = operatorAt(text, start);
    if (operatorEnd > start) {
      cursor.at = operatorEnd;
      words.push({
        text: text.slice(start, operatorEnd),
        start,
        end: operatorEnd,
        isOperator: true,
      });
    } else if (/\s/.test(text[start] ?? '')) {
      cursor.at++;
    } else {
      words.push(wordAt(cursor, start));
    }
  }
  return words;
}

function wordAt(cursor: Cursor, start: number): Word {
  const { text } = cursor;
  const parts: string[] = [];
  do {
    parts.push(piece(cursor));
  } while (cursor.at < text.length && !/[\s|&;<>]/.test(text[cursor.at] ?? ''));
  return { text: parts.join(''), start, end: cursor.at, isOperator: false };
}

/** Another text for a word, quoted as the word was. */
export function asWritten(raw: string, text: string): string {
  const [quote] = raw;
  if (quote === "'" || (quote !== '"' && /[\s'"]/.test(text))) return `'${text}'`;
  return quote === '"' ? `"${text.replace(/["\\$`]/g, '\\$&')}"` : text;
}
