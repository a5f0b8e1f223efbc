/**
 * Owns: a topic's record as a JSON object that a person can read.
 */
import { isUtf8 } from 'node:buffer';
import { TOPICS, type TopicName } from '../../schemas/topics.ts';
import type { LogRecord } from '../../shared/ports/log.ts';
import { codecOf } from '../../shared/runtime/stage-worker.ts';

export type DecodedRecord = Readonly<Record<string, unknown>>;

const HASHES = new Set(['previousChain', 'chain', 'bodySha256']);

function readable(name: string, bytes: Buffer): unknown {
  if (HASHES.has(name)) return bytes.toString('hex');
  if (name === 'document') return JSON.parse(bytes.toString('utf8'));
  return isUtf8(bytes) ? bytes.toString('utf8') : { base64: bytes.toString('base64') };
}

function decodedValue(topic: TopicName, bytes: Buffer): unknown {
  if (TOPICS[topic].schema === null) return readable('', bytes);
  const decoded = codecOf(topic).decode(bytes);
  if (!decoded.ok) return { undecodable: decoded.fault.code, base64: bytes.toString('base64') };
  return Object.fromEntries(
    Object.entries(decoded.value).map(([name, v]) => [
      name,
      Buffer.isBuffer(v) ? readable(name, v) : v,
    ]),
  );
}

/** Key as text or hex; times as ISO; bytes of JSON documents as objects. */
export function decodeRecord(topic: TopicName, record: LogRecord): DecodedRecord {
  const { headers, key, offset, partition, timestampMs, value } = record;
  return {
    topic: record.topic,
    partition,
    offset: Number(offset),
    time: new Date(timestampMs).toISOString(),
    key: key === null ? null : isUtf8(key) ? key.toString('utf8') : key.toString('hex'),
    headers,
    value: value === null ? null : decodedValue(topic, value),
  };
}
