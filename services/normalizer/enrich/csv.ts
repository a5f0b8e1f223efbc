/**
 * Owns: reading CSV (RFC 4180) into its records, with the line on which each begins.
 * Does not own: what the columns mean.
 * By hand: the grammar has six rules, a package for it has a hundred options.
 */
import type { Problem } from './parsed.ts';

export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

export type CsvReading =
  | { readonly ok: true; readonly records: readonly CsvRecord[] }
  | { readonly ok: false; readonly problem: Problem };

/** A field as it is written, by separator: in quotes (a quote in it is doubled), or up to its end. */
const FIELD = {
  ',': /"([^"]*(?:""[^"]*)*)"|([^",\r\n]*)/y,
  ';': /"([^"]*(?:""[^"]*)*)"|([^";\r\n]*)/y,
};
type Separator = keyof typeof FIELD;
const NEWLINE = /\n/g;

function separatorOf(text: string): Separator {
  const [header = ''] = text.split('\n', 1);
  return header.includes(';') && !header.includes(',') ? ';' : ',';
}

/** Where a field may end: at the separator, at a line's end, at the end. */
function endAt(text: string, at: number, separator: string): 'field' | 'record' | undefined {
  if (text[at] === separator) return 'field';
  const isEnd = at >= text.length || text[at] === '\n' || text.startsWith('\r\n', at);
  return isEnd ? 'record' : undefined;
}

/**
 * `,` between the fields, or `;` where the first line has that alone, as spreadsheets of half the world
 * write it. Lines without anything are no records.
 */
export function readCsv(text: string): CsvReading {
  const separator = separatorOf(text);
  const pattern = FIELD[separator];
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let line = 1;
  let start = 1;
  for (let at = 0; at < text.length || fields.length > 0; ) {
    pattern.lastIndex = at;
    const [written = '', quoted, plain = ''] = pattern.exec(text) ?? [];
    fields.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    at += written.length;
    line += written.match(NEWLINE)?.length ?? 0;
    const end = endAt(text, at, separator);
    if (end === undefined) {
      const message = 'a quote that does not end, or text beside one: write "" for a quote';
      return { ok: false, problem: { line: start, message } };
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    if (end === 'field') continue;
    if (fields.some((field) => field !== '')) records.push({ line: start, fields });
    fields = [];
    line += 1;
    start = line;
  }
  return { ok: true, records };
}
