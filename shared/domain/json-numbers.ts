/**
 * Owns: JSON.parse that loses no digits: a whole number that a double would change becomes the text of
 * its digits (Falco's evt.time, ids). Everything else is as JSON.parse gives it.
 */

/** Fewer digits in a row than this can't make a whole number that a double changes. */
const LONG_DIGITS = 16;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Of a number, before its last digits. */
function isInNumber(code: number): boolean {
  return isDigit(code) || code === 0x2e || code === 0x2d || code === 0x2b || (code | 0x20) === 0x65;
}

/** What stands before a number that is none of a text's: a colon, a comma, a bracket, a blank. */
function startsNumber(code: number): boolean {
  return code === 0x3a || code === 0x2c || code === 0x5b || code <= 0x20 || Number.isNaN(code);
}

/** So far back its beginning is looked for; what goes on longer may well be one. */
const MAX_BACK = 64;

/** Do digits that begin here belong to what may be a number, and not to a name or a hash? */
function isOfNumber(text: string, first: number): boolean {
  for (let before = first - 1; before > first - MAX_BACK; before--) {
    const code = text.charCodeAt(before);
    if (!isInNumber(code)) return startsNumber(code);
  }
  return true;
}

/**
 * Is there such a run, in what may be a number? Looks at one character of sixteen: a tenth of the time
 * of parsing. Digests and ids have long runs, too; they would cost a second parsing.
 */
export function hasLongDigits(text: string): boolean {
  const half = LONG_DIGITS / 2;
  for (let i = LONG_DIGITS - 1; i < text.length; i += LONG_DIGITS) {
    if (!isDigit(text.charCodeAt(i))) continue;
    // Most runs are short; a long one reaches this far to one side at least.
    if (!isDigit(text.charCodeAt(i - half)) && !isDigit(text.charCodeAt(i + half))) continue;
    let first = i;
    let last = i;
    while (first > 0 && isDigit(text.charCodeAt(first - 1))) first--;
    while (last + 1 < text.length && isDigit(text.charCodeAt(last + 1))) last++;
    if (last - first + 1 >= LONG_DIGITS && isOfNumber(text, first)) return true;
    i = Math.max(i, last);
  }
  return false;
}

interface Decimal {
  readonly sign: string;
  /** Without zeros at either end. */
  readonly digits: string;
  /** The value is the digits times ten to the power of this. */
  readonly exponent: number;
}

function trimZeros(digits: string): { readonly digits: string; readonly trailing: number } {
  let first = 0;
  let end = digits.length;
  while (first < end && digits[first] === '0') first++;
  while (end > first && digits[end - 1] === '0') end--;
  return { digits: digits.slice(first, end), trailing: digits.length - end };
}

function decimalOf(literal: string): Decimal | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const { digits, trailing } = trimZeros(whole + fraction);
  return { sign, digits, exponent: Number(exponent) - fraction.length + trailing };
}

/** Beyond this many zeros a text of digits would be made longer than it came. */
const MAX_ZEROS = 64;

function digitsOf({ sign, digits, exponent }: Decimal): string {
  const zeros = exponent <= MAX_ZEROS ? '0'.repeat(exponent) : `e${exponent}`;
  return `${sign}${digits}${zeros}`;
}

/** The literal, or its digits in quotes if it is a whole number that a double would change. */
function exactly(literal: string, mark: string): string {
  if (literal.length < LONG_DIGITS || !hasLongDigits(literal)) return literal;
  const exact = decimalOf(literal);
  if (exact === undefined || exact.exponent < 0) return literal;
  const held = decimalOf(String(Number(literal)));
  if (held?.digits === exact.digits && held.exponent === exact.exponent) return literal;
  return `"${mark}${digitsOf(exact)}"`;
}

/** Position after the closing quote of the string that opens at `quote`; -1: it never closes. */
export function endOfString(text: string, quote: number): number {
  for (let close = text.indexOf('"', quote + 1); close >= 0; close = text.indexOf('"', close + 1)) {
    let escapes = close - 1;
    while (escapes > quote && text[escapes] === '\\') escapes--;
    if ((close - escapes) % 2 === 1) return close + 1;
  }
  return -1;
}

/** Text that is known to be JSON, with long numbers outside of strings in quotes. */
function quoteLongNumbers(text: string, mark: string): string {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    parts.push(text.slice(at, end).replace(/-?\d[\d.eE+-]*/g, (literal) => exactly(literal, mark)));
    at = quote < 0 ? text.length : endOfString(text, quote);
    if (quote >= 0) parts.push(text.slice(quote, at));
  }
  return parts.join('');
}

/**
 * The value of a JSON text; undefined if the text is none. `mark` stands before digits that became a
 * text, for who writes the value again and wants them to be a number there.
 */
export function parseJson(text: string, mark = ''): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value: hasLongDigits(text) ? JSON.parse(quoteLongNumbers(text, mark)) : value };
  } catch {
    return undefined; // The one thing that can be wrong is that the text is no JSON.
  }
}
