/**
 * Owns: patterns of dates as java.time writes them, in UTC and English: the common letters.
 */

export const DEFAULT_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DAY_MS = 86_400_000;

interface Letter {
  format(date: Date, length: number): string;
  /** How the text looks, and what it sets; letters without it are for writing only. */
  readonly parse?: (
    length: number,
  ) => readonly [pattern: string, set: (to: Parts, text: string) => void];
}

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
  isPm?: boolean;
  offsetMinutes: number;
}

type NumberPart = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

function digits(read: (date: Date) => number, part: NumberPart): Letter {
  return {
    format: (date, length) => String(read(date)).padStart(length, '0'),
    parse: (length) => [
      length === 1 ? '\\d{1,4}' : `\\d{${length}}`,
      (to, text) => {
        to[part] = Number(text);
      },
    ],
  };
}

const year: Letter = {
  format: (date, length) => {
    const text = String(date.getUTCFullYear()).padStart(length, '0');
    return length === 2 ? text.slice(-2) : text;
  },
  parse: (length) => [
    length === 2 ? '\\d{2}' : '\\d{4}',
    (to, text) => {
      to.year = length === 2 ? 2000 + Number(text) : Number(text);
    },
  ],
};

const month: Letter = {
  format(date, length) {
    const name = MONTHS[date.getUTCMonth()] ?? '';
    if (length > 2) return length === 3 ? name.slice(0, 3) : name;
    return String(date.getUTCMonth() + 1).padStart(length, '0');
  },
  parse(length) {
    if (length <= 2) {
      return [
        length === 1 ? '\\d{1,2}' : '\\d{2}',
        (to, text) => {
          to.month = Number(text);
        },
      ];
    }
    const names = length === 3 ? MONTHS.map((name) => name.slice(0, 3)) : MONTHS;
    return [
      names.join('|'),
      (to, text) => {
        to.month = names.indexOf(text) + 1;
      },
    ];
  },
};

const zone: Letter = {
  format: (_, length) => (length > 0 ? '+0000' : 'Z'),
  parse: () => [
    'Z|[+-]\\d{2}:?\\d{2}',
    (to, text) => {
      const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
      to.offsetMinutes = text === 'Z' ? 0 : text.startsWith('-') ? -minutes : minutes;
    },
  ],
};

const LETTERS: Readonly<Record<string, Letter>> = {
  ...{ y: year, u: year, M: month, L: month, Z: zone, X: { ...zone, format: () => 'Z' } },
  d: digits((date) => date.getUTCDate(), 'day'),
  H: digits((date) => date.getUTCHours(), 'hour'),
  h: digits((date) => date.getUTCHours() % 12 || 12, 'hour'),
  m: digits((date) => date.getUTCMinutes(), 'minute'),
  s: digits((date) => date.getUTCSeconds(), 'second'),
  S: {
    format: (date, length) =>
      String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(length, '0').slice(0, length),
    parse: (length) => [
      `\\d{${length}}`,
      (to, text) => {
        to.ms = Number(text.slice(0, 3).padEnd(3, '0'));
      },
    ],
  },
  a: {
    format: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
    parse: () => [
      'AM|PM',
      (to, text) => {
        to.isPm = text === 'PM';
      },
    ],
  },
  E: {
    format: (date, length) => (DAYS[date.getUTCDay()] ?? '').slice(0, length > 3 ? 9 : 3),
    parse: () => ['[A-Z][a-z]{2,8}', () => undefined],
  },
  D: {
    format: (date, length) => {
      const first = Date.UTC(date.getUTCFullYear(), 0, 1);
      return String(Math.floor((date.getTime() - first) / DAY_MS) + 1).padStart(length, '0');
    },
  },
};

type Piece = string | { readonly letter: Letter; readonly length: number };

/** Undefined for a letter that is not known here. */
function readFormat(format: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const [text] of format.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']|'/g)) {
    const piece = /^[A-Za-z]/.test(text) ? readLetter(text) : readLiteral(text);
    if (piece === undefined) return undefined;
    pieces.push(piece);
  }
  return pieces;
}

function readLetter(text: string): Piece | undefined {
  const name = text.charAt(0);
  const letter = Object.hasOwn(LETTERS, name) ? LETTERS[name] : undefined;
  return letter === undefined || text.length > 9 ? undefined : { letter, length: text.length };
}

/** Between apostrophes all is plain; two of them are one. */
function readLiteral(text: string): string {
  if (!text.startsWith("'") || text === "''") return text.slice(0, 1);
  return text.slice(1, -1).replaceAll("''", "'");
}

export function isDateFormat(format: string): boolean {
  return readFormat(format) !== undefined;
}

export function formatDate(format: string, ms: number): string {
  const date = new Date(ms);
  const pieces = readFormat(format) ?? [];
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : piece.letter.format(date, piece.length)))
    .join('');
}

/** Milliseconds since 1970, or undefined where the text is not so written. */
export function parseDate(format: string, text: string): number | undefined {
  const parts: Parts = {
    ...{ year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, ms: 0, offsetMinutes: 0 },
  };
  let at = 0;
  for (const piece of readFormat(format) ?? []) {
    const length =
      typeof piece === 'string' ? literal(piece, text, at) : read(piece, text, at, parts);
    if (length === undefined) return undefined;
    at += length;
  }
  return at === text.length ? epochOf(parts) : undefined;
}

function literal(piece: string, text: string, at: number): number | undefined {
  return text.startsWith(piece, at) ? piece.length : undefined;
}

function read(
  { letter, length }: Exclude<Piece, string>,
  text: string,
  at: number,
  parts: Parts,
): number | undefined {
  const [pattern, set] = letter.parse?.(length) ?? [];
  if (pattern === undefined || set === undefined) return undefined;
  // The patterns are those above, never a rule's.
  const found = new RegExp(`^(?:${pattern})`).exec(text.slice(at, at + 16))?.[0];
  if (found !== undefined) set(parts, found);
  return found?.length;
}

function epochOf(parts: Parts): number | undefined {
  const { day, hour, isPm, minute, month: monthOf, ms, second, year: yearOf } = parts;
  const hours = isPm === undefined ? hour : (hour % 12) + (isPm ? 12 : 0);
  const inRange = hours < 24 && minute < 60 && second < 60 && monthOf >= 1 && monthOf <= 12;
  const date = new Date(Date.UTC(yearOf, monthOf - 1, day, hours, minute, second, ms));
  if (!inRange || date.getUTCDate() !== day) return undefined;
  return date.getTime() - parts.offsetMinutes * 60_000;
}
