/**
 * Owns: a record of audit.raw as a collector of its own would have written it.
 */
import { CHAIN_START, nextLink, sha256 } from '../../shared/domain/chain.ts';
import type { LogRecord, OutRecord } from '../../shared/ports/log.ts';
import { codecOf } from '../../shared/runtime/stage-worker.ts';

/** As `record`, with another body, as the first of another collector. */
export function rawWith({ timestampMs, topic, value }: LogRecord, text: string): OutRecord {
  const raw = codecOf('audit.raw');
  const decoded = raw.decode(value ?? Buffer.alloc(0));
  if (!decoded.ok) throw new Error(decoded.fault.message);
  const body = Buffer.from(text);
  const bodySha256 = sha256(body);
  const link = nextLink(CHAIN_START, bodySha256);
  const batch = { ...decoded.value, ...link, body, bodySha256, collectorId: 'another' };
  return { topic, key: bodySha256, value: raw.encode(batch), timestampMs };
}
