/**
 * Owns: percent-encoding as clients write it, wrong forms included.
 */

const PERCENT = 0x25;

function hexAt(text: string, at: number): number {
  const digits = text.slice(at, at + 2);
  return /^[0-9a-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
}

/** Byte by byte, with what is no escape left as it is. */
function decodeLeniently(text: string): string {
  const source = Buffer.from(text);
  const bytes = Buffer.alloc(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const byte = source[i] ?? 0;
    const code = byte === PERCENT ? hexAt(source.toString('latin1', i + 1, i + 3), 0) : -1;
    bytes[length++] = code < 0 ? byte : code;
    if (code >= 0) i += 2;
  }
  return bytes.toString('utf8', 0, length);
}

/** Total: what is no encoding stands for itself. */
export function decodeComponent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return decodeLeniently(text); // A percent sign that encodes nothing.
  }
}

/** Of a query, where a plus sign is a blank. */
export function decodeQuery(text: string): string {
  return decodeComponent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** Total: half of a surrogate pair, which has no encoding, becomes the sign for that. */
export function encodeComponent(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString('utf8'));
}
