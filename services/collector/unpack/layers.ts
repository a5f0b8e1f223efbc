/**
 * Owns: how a body is packed, from its Content-Encoding and Transfer-Encoding. Pure.
 * Sources: RFC 9110 §8.4 (codings in the order in which they were applied, names in any case,
 * `x-gzip` is gzip), RFC 9112 §7 (transfer codings), RFC 8878 (zstd). `snappy` is what Fluent Bit
 * and Prometheus call theirs, framed and as one block.
 */
export type Coding = 'gzip' | 'deflate' | 'zstd' | 'snappy';

/** More is nothing that a sender does, and each multiplies what a few bytes can become. */
const MAX_LAYERS = 2;
const MAX_LABEL_CHARS = 64;
const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['zstd', 'zstd'],
  ['x-zstd', 'zstd'],
  ['snappy', 'snappy'],
  ['x-snappy', 'snappy'],
  ['x-snappy-framed', 'snappy'],
]);
const NONE: ReadonlySet<string> = new Set(['', 'identity', 'chunked']);

export interface Packing {
  /** In the order in which they were applied: the last is taken off first. Undefined: can't be. */
  readonly layers: readonly Coding[] | undefined;
  /** For the record: `gzip`, `deflate, gzip`, `br`; empty for none. */
  readonly label: string;
}

function namesIn(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  return header
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !NONE.has(name));
}

/** A name of the sender's, fit to be stored: what is no token is no name. */
function labelOf(names: readonly string[]): string {
  const label = names.join(', ');
  return label.length <= MAX_LABEL_CHARS && /^[a-z0-9._, -]*$/.test(label) ? label : 'unknown';
}

export function packingOf(
  contentEncoding: string | undefined,
  transferEncoding: string | undefined,
): Packing {
  const names = [...namesIn(contentEncoding), ...namesIn(transferEncoding)];
  const label = labelOf(names);
  const layers: Coding[] = [];
  for (const name of names) {
    const coding = CODINGS.get(name);
    if (coding === undefined) return { layers: undefined, label };
    layers.push(coding);
  }
  return { layers: layers.length > MAX_LAYERS ? undefined : layers, label };
}

/** What is recorded of a body that is kept as it came because it could not be unpacked. */
export function stillPacked({ label }: Packing): string {
  return `${label}!`;
}
