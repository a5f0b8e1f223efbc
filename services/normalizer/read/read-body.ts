/**
 * Owns: from a body's bytes to everything in it, in its order: records of the known formats, what is
 * known to be none, and what can't be read. The format is found in each record (docs/adr/0009).
 * Does not own: what a record means (services/normalizer/map).
 */
import type { RawBatch } from '../../../schemas/generated/avro.ts';
import type { Fault } from '../../../shared/errors/fault.ts';
import type { Body, Read } from './leaf.ts';
import { NO_DEPTH, NO_ENVELOPE } from './node.ts';
import { readBytes } from './read-text.ts';
import { MAX_UNPACKED_BYTES } from './unpack.ts';

const UNREADABLE: Fault = {
  code: 'unreadable_body',
  message: 'No audit events, processes or alerts in any format that is known',
};
const STILL_PACKED: Fault = {
  code: 'undecodable_body',
  message: 'In an encoding that this release or platform can not unpack',
};
const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');

/** One fault for the whole, if nothing in it is known: one dead letter, not one for each line. */
function faultOf(items: readonly Read[]): Fault | undefined {
  const codes = new Set<Fault['code']>();
  for (const item of items) {
    if (item.kind !== 'bad') return undefined;
    codes.add(item.fault.code);
  }
  const [first] = items;
  const isOfOneKind = codes.size === 1 && !codes.has('unreadable_item');
  return isOfOneKind && first?.kind === 'bad' ? first.fault : UNREADABLE;
}

/** A list that says itself that it is empty; blanks, zeros and commas are none. */
function isEmptyList(body: Buffer): boolean {
  return body.includes('[');
}

/** Everything in the body. Total: bad bytes give faults, never an exception. */
export function readBody(batch: Pick<RawBatch, 'framing' | 'body' | 'contentEncoding'>): Body {
  const { framing, body, contentEncoding } = batch;
  if (contentEncoding.endsWith('!')) return { ok: false, fault: STILL_PACKED };
  const bytes = framing === 'ITEMS' ? Buffer.concat([OPEN, body, CLOSE]) : body;
  const budget = { unpackBytes: MAX_UNPACKED_BYTES };
  const items = readBytes(bytes, { envelope: NO_ENVELOPE, depth: NO_DEPTH, budget });
  if (items.length === 0 && isEmptyList(body)) return { ok: true, items };
  const fault = faultOf(items);
  return fault === undefined ? { ok: true, items } : { ok: false, fault };
}
