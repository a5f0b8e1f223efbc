/**
 * Owns: large documents: cut into parts of one size, in a table of their own. The engine reads rows
 * 2,048 at a time and writes 4,096 at a time: with documents of megabytes in a row, each of these
 * takes gigabytes, and the engine gives up for good.
 */
import assert from 'node:assert/strict';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { CollectionName } from '../../domain/collections.ts';
import { lookUp, rowKey } from './keys.ts';

/** Longest document that stays in its row, and the length of a part. */
const PART_BYTES = 16 * 1024;

export interface Part {
  readonly key: bigint;
  /** Key of the document. */
  readonly owner: bigint;
  readonly bytes: Buffer;
}

export function isInParts(documentBytes: number): boolean {
  return documentBytes > PART_BYTES;
}

function partKeys(id: string, documentBytes: number): bigint[] {
  const count = Math.ceil(documentBytes / PART_BYTES);
  return Array.from({ length: count }, (_, i) => rowKey(JSON.stringify([id, i])));
}

export function cut(id: string, document: Buffer): Part[] {
  return partKeys(id, document.length).map((key, i) => ({
    key,
    owner: rowKey(id),
    bytes: document.subarray(i * PART_BYTES, (i + 1) * PART_BYTES),
  }));
}

/** The JSON of a document in parts; `bytes` is its length. */
export async function join(
  connection: DuckDBConnection,
  collection: CollectionName,
  { id, bytes }: { readonly id: string; readonly bytes: number },
): Promise<string> {
  const keys = partKeys(id, bytes);
  const rows = await lookUp(connection, `key, part from ${collection}_parts`, keys);
  const parts = new Map(rows.map(([key, part]) => [key, part]));
  const buffers = keys.map((key) => {
    const part = parts.get(key);
    assert(part instanceof Uint8Array, 'a part of a document is missing');
    return part;
  });
  return Buffer.concat(buffers).toString('utf8', 0, bytes);
}
