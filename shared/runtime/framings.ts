/**
 * Owns: what is known of the ids by which a schema registry names the schemas of one topic.
 * Does not own: the bytes (adapters/avro/framing.ts), when it is asked (framed-log.ts).
 */
import { createFrame, registryId, type Unframe, unframeOf } from '../adapters/avro/framing.ts';
import type { RegistryClient } from '../adapters/schema-registry/client.ts';
import { lookupIds } from '../adapters/schema-registry/register.ts';
import type { Bytes } from '../domain/bytes.ts';
import { FatalError } from '../errors/fault.ts';
import type { LogRecord } from '../ports/log.ts';
import type { TopicSubject } from './schemas.ts';

export interface Framing {
  /** From single-object encoding to the registry's ids. */
  readonly frame: (value: Bytes) => Bytes;
  readonly schema: TopicSubject['schema'];
  /** By id; null: values with it can not be read as this topic's. */
  readonly unframes: Map<number, Unframe | null>;
}

/** Throws FatalError('missing_schema') where the version that is written is not registered. */
export async function framingOf(client: RegistryClient, topic: TopicSubject): Promise<Framing> {
  const { name, schemas } = topic.subject;
  const ids = await lookupIds(client, topic.subject);
  if (ids.at(-1) === undefined) {
    const message = `The schema registry does not have v${schemas.length} of ${name}`;
    throw new FatalError(message, { code: 'missing_schema' });
  }
  const unframes = new Map<number, Unframe | null>();
  for (const [i, id] of ids.entries()) {
    if (id !== undefined) unframes.set(id, unframeOf(topic.schema, schemas[i] ?? '') ?? null);
  }
  return { frame: createFrame(topic.schema, ids), schema: topic.schema, unframes };
}

/** Ids in the values whose schema is not known. */
export function unknownIds(
  { unframes }: Framing,
  records: readonly LogRecord[],
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { value } of records) {
    const id = value === null ? undefined : registryId(value);
    if (id !== undefined && !unframes.has(id)) found.add(id);
  }
  return found;
}

/** Throws TransientError while the registry is away: an id that it was not asked for is no fault. */
export async function learn(
  client: RegistryClient,
  framing: Framing,
  ids: ReadonlySet<number>,
): Promise<void> {
  for (const id of ids) {
    const text = await client.schemaOf(id);
    // Not kept: a registry of several nodes may know it a moment later.
    if (text !== undefined) framing.unframes.set(id, unframeOf(framing.schema, text) ?? null);
  }
}

/** The record in single-object encoding, if its id is known. */
export function unframed({ unframes }: Framing, record: LogRecord): LogRecord {
  const { value } = record;
  const id = value === null ? undefined : registryId(value);
  if (value === null || id === undefined) return record;
  // What no schema reads stays as it is: the codec says what it is, and it becomes a dead letter.
  return { ...record, value: unframes.get(id)?.(value) ?? value };
}
