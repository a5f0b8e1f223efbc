/**
 * Owns: from one request body to the records of audit.raw. Pure but for the chain it is given.
 * Does not own: HTTP (webhook.ts), the chain's state (intake.ts), durability (the Log).
 */
import type { RawBatch } from '../../schemas/generated/avro.ts';
import type { Bytes } from '../../shared/domain/bytes.ts';
import type { Headers, OutRecord } from '../../shared/ports/log.ts';
import { type Link, nextLink, sha256 } from '../../shared/domain/chain.ts';
import type { Sealer } from '../../shared/domain/sealing/batch.ts';
import type { Protection } from './protect/protection.ts';
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
  /** Absent: bodies are stored as they came. */
  readonly protection?: Protection | undefined;
  encode(batch: RawBatch): Bytes;
}

export type Accepted =
  | ({ readonly ok: true; readonly records: readonly OutRecord[]; readonly last: Link } & Seen)
  | { readonly ok: false; readonly largestBytes: number };

/** How far the chain is, and what the next record has to tell of. */
interface Turn {
  readonly last: Link;
  readonly refused: readonly number[];
}

function recordsOf(
  parts: AcceptParts,
  request: Request,
  { last, refused }: Turn,
  sealer: Sealer | undefined,
): Accepted {
  const split = splitBody(request.body, parts.limits);
  if (!split.ok) return split;
  const hash = sealer?.hash ?? sha256;
  const bodySha256 = hash(request.body);
  let link = last;
  const records = split.parts.map(({ body, framing }, part): OutRecord => {
    // A list of one large item is one part, but not the whole body.
    const key = body.length === request.body.length ? bodySha256 : hash(body);
    const plain = {
      source: request.source,
      cluster: request.cluster,
      sender: request.sender,
      receivedAt: request.receivedAtMs,
      collectorId: parts.collectorId,
      sequence: link.sequence + 1,
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
    };
    const stored = sealer === undefined ? plain : sealer.seal(plain);
    // Over the bytes as they are stored, so that it can be checked without the key.
    link = nextLink(link, sealer === undefined ? key : sha256(stored.body));
    const { chain, previousChain } = link;
    const value = parts.encode({ ...stored, previousChain, chain });
    const { trace: headers, receivedAtMs: timestampMs } = request;
    return { topic: parts.topic, key, value, headers, timestampMs };
  });
  const { isTorn, items } = split;
  return { ok: true, records, last: link, items, isTorn };
}

/** Records for one body, and the chain's link after them; the first tells of those `refused`. */
export function accept(
  parts: AcceptParts,
  request: Request,
  last: Link,
  refused: readonly number[] = [],
): Accepted {
  const { protection } = parts;
  const turn = { last, refused };
  const redacted = protection?.redact?.(request);
  if (redacted !== undefined) {
    const accepted = recordsOf(parts, { ...request, body: redacted }, turn, undefined);
    // Marks can be longer than what they stand for: nothing is refused for that.
    if (accepted.ok) return accepted;
  }
  return recordsOf(parts, request, turn, protection?.sealer);
}
