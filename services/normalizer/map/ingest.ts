/**
 * Owns: `podwitness.ingest`: how a record came, as its senders told it; bounded, and claims only.
 */
import type { JsonObject } from '../read/leaf.ts';
import { compact } from './fields.ts';
import type { Around } from './mapped.ts';

const MAX_VIA = 8;
const MAX_FIELDS = 24;
const MAX_NAME_CHARS = 64;
const MAX_TEXT_CHARS = 512;

/** The beginning of a text; half of a surrogate pair is no character. */
export function beginning(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : text.slice(0, maxChars).replace(/[\ud800-\udbff]$/, '');
}

/**
 * A key of a flattened field: Elasticsearch refuses NUL and what is too long together with its
 * value, and rules can't name a blank one.
 */
export function flatKey(key: string): string {
  const clean = key.replaceAll('\0', '').trim();
  return clean === '' ? '_' : beginning(clean, MAX_NAME_CHARS * 4);
}

function fieldsOf(fields: Readonly<Record<string, string>>): JsonObject | undefined {
  const kept = Object.entries(fields).slice(0, MAX_FIELDS);
  if (kept.length === 0) return undefined;
  return Object.fromEntries(
    kept.map(([name, value]) => [flatKey(name), beginning(value, MAX_TEXT_CHARS)]),
  );
}

/** Undefined for what came straight from whoever wrote it: there is nothing to tell then. */
export function ingestOf({ envelope, format, source }: Around): JsonObject | undefined {
  const { cluster, fields, node, via } = envelope;
  const told = compact({
    via: via.length === 0 ? undefined : via.slice(0, MAX_VIA),
    cluster: cluster === undefined ? undefined : beginning(cluster, MAX_TEXT_CHARS),
    node: node === undefined ? undefined : beginning(node, MAX_TEXT_CHARS),
    fields: fieldsOf(fields),
  });
  return told === undefined ? undefined : { source, format, ...told };
}
