/**
 * Owns: the query of a request's URI as Go's net/url reads it.
 */

const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/**
 * The first value of a parameter. Strict, as in Go: a broken escape or a semicolon anywhere makes all
 * parameters unreadable; otherwise only those pairs that have one.
 */
export function queryParam(uri: string, name: string, isStrict: boolean): string | undefined {
  const mark = uri.indexOf('?');
  if (mark === -1 || (isStrict && isUnreadable(uri, mark))) return undefined;
  const hash = uri.indexOf('#', mark);
  const query = uri.slice(mark + 1, hash === -1 ? undefined : hash);
  for (const pair of query.split('&')) {
    if (isBroken(pair)) continue;
    const equals = pair.indexOf('=');
    const key = equals === -1 ? pair : pair.slice(0, equals);
    if (decoded(key) === name) return equals === -1 ? '' : decoded(pair.slice(equals + 1));
  }
  return undefined;
}

function isBroken(pair: string): boolean {
  return pair.includes(';') || BROKEN_ESCAPE.test(pair);
}

function isUnreadable(uri: string, mark: number): boolean {
  const hasControl = [...uri].some((character) => character < ' ' || character === '\x7f');
  return hasControl || BROKEN_ESCAPE.test(uri) || uri.includes(';', mark);
}

/** Bytes that are no UTF-8 become U+FFFD. */
function decoded(text: string): string {
  if (!/[%+]/.test(text)) return text;
  const bytes = text
    .replaceAll('+', ' ')
    .split(/(%[0-9A-Fa-f]{2})/)
    .map((part, i) => (i % 2 === 1 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part)));
  return Buffer.concat(bytes).toString('utf8');
}
