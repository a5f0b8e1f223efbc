/**
 * Owns: from one request body to the records of audit.raw. Pure but for the chain it is given.
 * Does not own: HTTP (webhook.ts), the chain's state (intake.ts), durability (the Log).
 */
import type { RawBatch } from '../../schemas/generated/avro.ts';
import type { Bytes } from '../../shared/domain/bytes.ts';
import type { Headers, OutRecord } from '../../shared/ports/log.ts';
import { type Link, nextLink, sha256 } from '../../shared/domain/chain.ts';
import { type Seen, type SplitLimits, splitBody } from './split.ts';

/** What one sender gave at one time. Fields as in schemas/avro/raw-batch. */
export interface Request {
  readonly source: string;
  readonly cluster: string;
  readonly sender: string;
  readonly senderId: string;
  /** How the body was packed; it is unpacked, but for names that end in `!`. */
  readonly contentEncoding: string;
  /** A JSON object, or empty. */
  readonly origin: string;
  readonly receivedAtMs: number;
  readonly body: Buffer;
  readonly trace: Headers;
}

export interface AcceptParts {
  readonly topic: string;
  readonly collectorId: string;
  readonly limits: SplitLimits;
  encode(batch: RawBatch): Bytes;
}

export type Accepted =
  | ({ readonly ok: true; readonly records: readonly OutRecord[]; readonly last: Link } & Seen)
  | { readonly ok: false; readonly largestBytes: number };

/** Records for one body, and the chain's link after them; the first tells of those `refused`. */
export function accept(
  parts: AcceptParts,
  request: Request,
  last: Link,
  refused: readonly number[] = [],
): Accepted {
  const split = splitBody(request.body, parts.limits);
  if (!split.ok) return split;
  const bodySha256 = sha256(request.body);
  let link = last;
  const records = split.parts.map(({ body, framing }, part): OutRecord => {
    // A list of one large item is one part, but not the whole body.
    const key = body.length === request.body.length ? bodySha256 : sha256(body);
    link = nextLink(link, key);
    const value = parts.encode({
      source: request.source,
      cluster: request.cluster,
      sender: request.sender,
      receivedAt: request.receivedAtMs,
      collectorId: parts.collectorId,
      sequence: link.sequence,
      previousChain: link.previousChain,
      chain: link.chain,
      bodySha256,
      part,
      parts: split.parts.length,
      framing,
      body,
      senderId: request.senderId,
      contentEncoding: request.contentEncoding,
      origin: request.origin,
      refused: part === 0 ? [...refused] : [],
      replayOf: null,
    });
    const { trace: headers, receivedAtMs: timestampMs } = request;
    return { topic: parts.topic, key, value, headers, timestampMs };
  });
  const { isTorn, items } = split;
  return { ok: true, records, last: link, items, isTorn };
}
