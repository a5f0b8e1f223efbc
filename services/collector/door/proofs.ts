/**
 * Owns: what a request shows to prove who sent it, read from its headers and certificate. Pure.
 * Sources: RFC 6750 (Bearer), RFC 7617 (Basic), Amazon Data Firehose, HTTP endpoint delivery
 * (X-Amz-Firehose-Access-Key), RFC 7519 (JWT).
 */
export interface Certificate {
  /** Common names, DNS and URI names. */
  readonly names: readonly string[];
  /** Fingerprint, hexadecimal, with or without colons. */
  readonly sha256: string;
}

export interface Proofs {
  readonly tokens: readonly string[];
  /** Only one that the configured authorities signed. */
  readonly certificate: Certificate | undefined;
  /** Senders whose OpenID Connect token was found to be good. */
  readonly verifiedSenders: readonly string[];
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Longer is no token of ours; hashing it would cost. */
const MAX_TOKEN_CHARS = 8192;
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' && value.length <= MAX_TOKEN_CHARS ? value : undefined;
}

/** The password: whoever asks for Basic has a user name to fill in, too, which says nothing here. */
function basicPassword(encoded: string): string | undefined {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}

function authorization(value: string): string | undefined {
  const space = value.indexOf(' ');
  const scheme = value.slice(0, space).toLowerCase();
  const rest = value.slice(space + 1).trim();
  if (scheme === 'bearer') return rest;
  return scheme === 'basic' ? basicPassword(rest) : undefined;
}

/** Everything in the headers that may be a token, at most two. */
export function tokensOf(headers: Headers): readonly string[] {
  const given = single(headers['authorization']);
  const token = given === undefined ? undefined : authorization(given);
  const key = single(headers['x-amz-firehose-access-key']);
  return [token, key].filter((text): text is string => text !== undefined && text !== '');
}

export function isJwt(token: string): boolean {
  return JWT.test(token);
}

/** `\,` and `\0A` (RFC 2253 §2.4) as what they stand for. */
function unescaped(value: string): string {
  return value.replace(/\\([0-9A-F]{2}|.)/g, (_, what: string) =>
    what.length === 2 ? String.fromCharCode(Number.parseInt(what, 16)) : what,
  );
}

/** Values of `subject` lines `CN=…`, as node:crypto's X509Certificate gives them. */
function commonNames(subject: string): readonly string[] {
  return subject
    .split('\n')
    .filter((line) => line.startsWith('CN='))
    .map((line) => unescaped(line.slice('CN='.length)));
}

/**
 * `DNS:a.example, URI:spiffe://x/y, DNS:"odd, DNS:name"`: names with a comma or quote in them stand
 * as JSON, so that none can pass for two (node:crypto, X509Certificate.subjectAltName).
 */
export function alternativeNames(text: string): readonly string[] {
  const names: string[] = [];
  for (let at = 0; at < text.length; ) {
    const colon = text.indexOf(':', at);
    if (colon < 0) break;
    const kind = text.slice(at, colon);
    const { value, end } = nameAt(text, colon + 1);
    if (kind === 'DNS' || kind === 'URI') names.push(value);
    at = end + ', '.length;
  }
  return names;
}

function nameAt(text: string, start: number): { readonly value: string; readonly end: number } {
  if (text[start] !== '"') {
    const comma = text.indexOf(', ', start);
    const end = comma < 0 ? text.length : comma;
    return { value: text.slice(start, end), end };
  }
  let end = start + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  const quoted = text.slice(start, end + 1);
  return { value: unquoted(quoted), end: end + 1 };
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return ''; // No name matches it.
  }
}

export function certificateOf(x509: {
  readonly subject: string;
  readonly subjectAltName: string | undefined;
  readonly fingerprint256: string;
}): Certificate {
  const names = [...commonNames(x509.subject), ...alternativeNames(x509.subjectAltName ?? '')];
  return { names: names.filter((name) => name !== ''), sha256: x509.fingerprint256 };
}
