/**
 * Owns: a RawBatch from what is known of it; what is not given has its schema's default.
 */
import type { RawBatch } from './generated/avro.ts';

type Given = Pick<RawBatch, 'source' | 'cluster' | 'body'> & Partial<RawBatch>;

const NOTHING = Buffer.alloc(0);

export function rawBatch(given: Given): RawBatch {
  return {
    ...{ sender: '', receivedAt: 0, collectorId: '', sequence: 0 },
    ...{ previousChain: NOTHING, chain: NOTHING, bodySha256: NOTHING },
    ...{ part: 0, parts: 1, framing: 'BODY' as const },
    ...{ senderId: '', contentEncoding: '', origin: '', refused: [], replayOf: null },
    ...given,
  };
}
