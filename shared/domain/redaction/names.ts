/**
 * Owns: what the name of a field, variable, option or parameter says about its value.
 * Does not own: what the value itself shows (shapes.ts).
 */

/** Nothing that is looked at has a name without one of these. */
const QUICK = /pass|pwd|pw$|secret|token|key|cred|auth|cookie|dsn|jwt|psk|otp|sas$|connection/i;

/** Ends of a name, its words joined. */
const STRONG = new RegExp(
  '(?:passwor[dt]|passwd|passphrase|passcode|pwd|secret|token|credential|connectionstring|cookie|' +
    'authorization|keydata|keypass|storepass|requirepass|masterauth|privkey|' +
    '(?:api|access|secret|private|shared|encryption|decryption|signing|master|account|storage|auth|' +
    'ssh|license|app|application|crypt|hmac|aes|session|service|subscription|deploy)key)s?$',
);
/** Last words that are too short to be looked for at the end of any word. */
const SHORT: ReadonlySet<string> = new Set([
  ...['pass', 'pw', 'cred', 'creds', 'dsn', 'jwt', 'psk', 'otp', 'sas', 'pgpass'],
]);
/** Words behind a name that change nothing. */
const DECORATION: ReadonlySet<string> = new Set([
  ...['value', 'values', 'base64', 'b64', 'plain', 'plaintext', 'text', 'raw', 'content', 'string'],
  ...['old', 'new', 'current', 'data', 'literal', 'decoded', 'encoded'],
]);
/** Of a secret, and none. */
const DERIVED: ReadonlySet<string> = new Set([
  ...['checksum', 'hash', 'hashed', 'digest', 'fingerprint', 'sha256', 'sha1', 'md5', 'public'],
]);
/** By these names go names of Secrets, and marks of pages in a list. */
const REFERENCE =
  /(?:(?:existing|pull|tls|ca|cert|certificate|password|credentials?|auth|registry|backup|bind)secrets?|(?:continue|page|sync|resume|next|legacy|stale|max|min|num|total|input|output)tokens?)$/;
const MAX_NAME_CHARS = 128;
const MAX_KNOWN = 8192;

function wordsOf(name: string): string[] {
  const spaced = name.slice(-MAX_NAME_CHARS).replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  const words = spaced.toLowerCase().split(/[^a-z0-9]+/);
  return words.filter((word) => word !== '' && !/^\d+$/.test(word));
}

function withoutDecoration(words: readonly string[]): readonly string[] {
  let end = words.length;
  while (end > 1 && DECORATION.has(words[end - 1] ?? '')) end--;
  return words.slice(0, end);
}

function judge(name: string): boolean {
  if (!QUICK.test(name)) return false;
  const words = wordsOf(name);
  if (words.some((word) => DERIVED.has(word))) return false;
  const whole = words.join('');
  if (REFERENCE.test(whole)) return false;
  const bare = withoutDecoration(words);
  const end = (bare.at(-1) ?? '').replace(/\d+$/, '');
  return SHORT.has(end) || STRONG.test(bare.join('').replace(/\d+$/, '')) || STRONG.test(whole);
}

// The same names come again in every record.
const known = new Map<string, boolean>();

/** Is the literal value under this name a secret? `dbPassword`, `API_KEY`, `x.token`: yes. */
export function isSecretName(name: string): boolean {
  const found = known.get(name);
  if (found !== undefined) return found;
  const judged = judge(name);
  if (name.length > MAX_NAME_CHARS) return judged;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(name, judged);
  return judged;
}

/** A value under such a name is called a token. */
export function isTokenName(name: string): boolean {
  return /tokens?$|jwt$/i.test(name);
}

const NOTHING: ReadonlySet<string> = new Set([
  ...['', 'null', 'nil', 'none', 'true', 'false', 'undefined', '<nil>', '<na>', '~'],
]);
const PLACEHOLDER = /^(?:\*+|\$\{[A-Z_][A-Z0-9_]*\}|\$\([A-Z_][A-Z0-9_]*\))$/;

/** What a template leaves to be filled in, or says that there is nothing. */
export function isNoValue(value: string): boolean {
  return (
    value.length <= MAX_NAME_CHARS && (NOTHING.has(value.toLowerCase()) || PLACEHOLDER.test(value))
  );
}

const SCHEME = /^(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)[ \t]+(?=\S)/i;

/** Length of the scheme that stands before credentials in a header's value; 0: there is none. */
export function schemeLength(value: string): number {
  return SCHEME.exec(value.slice(0, 64))?.[0].length ?? 0;
}
