/**
 * Owns: the wanted parameters of a requestURI's query, decoded as the API server decodes them.
 * Does not own: what they mean (request.ts, proxy.ts).
 */
const MAX_VALUES = 1024;

export type Query = ReadonlyMap<string, readonly string[]>;

export const NO_QUERY: Query = new Map();

const HEX = /^[0-9a-fA-F]{2}$/;

/** Escapes that are none stay as they are; bytes that are no UTF-8 become U+FFFD. */
function decodeLenient(text: string): string {
  const chunks: Buffer[] = [];
  for (let at = 0; at < text.length; ) {
    const mark = text.indexOf('%', at);
    const end = mark < 0 ? text.length : mark;
    if (end > at) chunks.push(Buffer.from(text.slice(at, end)));
    if (mark < 0) break;
    const hex = text.slice(mark + 1, mark + 3);
    const isEscape = HEX.test(hex);
    chunks.push(isEscape ? Buffer.from(hex, 'hex') : Buffer.from('%'));
    at = mark + (isEscape ? 3 : 1);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Percent encoding. Total. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return decodeLenient(text);
  }
}

function decode(text: string): string {
  return decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** A name may be encoded, too: `comm%61nd=id` is a command. */
function nameOf(raw: string): string {
  return raw.includes('%') || raw.includes('+') ? decode(raw) : raw;
}

function add(into: Map<string, string[]>, name: string, value: string): void {
  const values = into.get(name);
  if (values === undefined) into.set(name, [value]);
  else if (values.length < MAX_VALUES) values.push(value);
}

/**
 * Values by name, in order. A pair with a broken escape, which the server drops, is kept as far as it
 * can be read: what was tried is to be seen. Total.
 */
export function queryOf(uri: string, wanted: ReadonlySet<string>): Query {
  const mark = uri.indexOf('?');
  if (mark < 0) return NO_QUERY;
  let found: Map<string, string[]> | undefined;
  for (let at = mark + 1, end = at; at <= uri.length; at = end + 1) {
    const next = uri.indexOf('&', at);
    end = next < 0 ? uri.length : next;
    // Looked for in the pair only: many pairs without one would make this quadratic.
    const pair = uri.slice(at, end);
    const equals = pair.indexOf('=');
    const name = nameOf(equals < 0 ? pair : pair.slice(0, equals));
    if (!wanted.has(name)) continue;
    found ??= new Map();
    add(found, name, equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
  return found ?? NO_QUERY;
}
