/**
 * Owns: a topic's record as a JSON object that a person can read.
 */
import { isUtf8 } from 'node:buffer';
import { TOPICS, type TopicName } from '../../schemas/topics.ts';
import { openBatch } from '../../shared/domain/sealing/batch.ts';
import { openLetter } from '../../shared/domain/sealing/letter.ts';
import type { SealKey } from '../../shared/domain/sealing/seal.ts';
import type { LogRecord } from '../../shared/ports/log.ts';
import { codecOf, type ValueOf } from '../../shared/runtime/stage-worker.ts';
import { JSON_SUFFIX } from '../../shared/runtime/topics.ts';

export type DecodedRecord = Readonly<Record<string, unknown>>;

const HASHES = new Set(['previousChain', 'chain', 'bodySha256']);

function text(bytes: Buffer): unknown {
  return isUtf8(bytes) ? bytes.toString('utf8') : { base64: bytes.toString('base64') };
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return text(bytes); // What somebody else wrote is shown as it is.
  }
}

function readable(name: string, bytes: Buffer): unknown {
  if (HASHES.has(name)) return bytes.toString('hex');
  return name === 'document' ? json(bytes) : text(bytes);
}

/** What was sealed as it was before, where there is the key. */
function opened(value: ValueOf<TopicName>, keys: readonly SealKey[]): object {
  if ('contentEncoding' in value) {
    const batch = openBatch(keys, value);
    return batch.ok ? batch.batch : value;
  }
  if (!('bytes' in value)) return value;
  const letter = openLetter(keys, value);
  return letter.ok ? { ...value, bytes: letter.bytes } : value;
}

function decodedValue(topic: TopicName, bytes: Buffer, keys: readonly SealKey[]): unknown {
  if (TOPICS[topic].schema === null) return text(bytes);
  const decoded = codecOf(topic).decode(bytes);
  if (!decoded.ok) {
    const { code, message } = decoded.fault;
    return { undecodable: code, message, base64: bytes.toString('base64') };
  }
  return Object.fromEntries(
    Object.entries(opened(decoded.value, keys)).map(([name, v]) => [
      name,
      Buffer.isBuffer(v) ? readable(name, v) : v,
    ]),
  );
}

function readableValue(
  topic: TopicName,
  { topic: name, value }: LogRecord,
  keys: readonly SealKey[],
): unknown {
  if (value === null) return null;
  return name.endsWith(JSON_SUFFIX) ? json(value) : decodedValue(topic, value, keys);
}

/** Key as text or hex; times as ISO; bytes of JSON documents as objects. `keys`: of audit.raw. */
export function decodeRecord(
  topic: TopicName,
  record: LogRecord,
  keys: readonly SealKey[],
): DecodedRecord {
  const { headers, key, offset, partition, timestampMs } = record;
  return {
    topic: record.topic,
    partition,
    offset: Number(offset),
    time: new Date(timestampMs).toISOString(),
    key: key === null ? null : isUtf8(key) ? key.toString('utf8') : key.toString('hex'),
    headers,
    value: readableValue(topic, record, keys),
  };
}
