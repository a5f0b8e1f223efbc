/**
 * Owns: turning one write operation into a table row, or saying why the document is refused: the
 * same documents as Elasticsearch refuses for their form.
 * Does not own: whether the row is new (write-rows.ts).
 */
import { isUtf8 } from 'node:buffer';
import { documentProblem } from '../../domain/document-limits.ts';
import type { Fault } from '../../errors/fault.ts';
import type { WriteOp } from '../../ports/event-store.ts';
import { isUnusual } from './candidates.ts';
import { rowKey } from './keys.ts';
import { parseTimestamp } from './parse-timestamp.ts';
import { cut, isInParts, type Part } from './parts.ts';

export interface Row {
  /** See keys.ts. */
  readonly key: bigint;
  readonly id: string;
  /** `@timestamp`, ms since the epoch. */
  readonly ts: number;
  readonly revision: number;
  /** Length of the document in UTF-8 bytes. */
  readonly bytes: number;
  /** See candidates.ts. */
  readonly unusual: boolean;
  /** The document's JSON; empty where it is in parts. */
  readonly document: string;
  readonly parts: readonly Part[];
}

export type Prepared =
  | { readonly ok: true; readonly row: Row }
  | { readonly ok: false; readonly fault: Fault };

function refused(message: string, field?: string): Prepared {
  const fault: Fault = { code: 'document_refused', message };
  return { ok: false, fault: field === undefined ? fault : { ...fault, field } };
}

function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Never throws for what a document says; messages never quote it. */
export function prepareRow(op: WriteOp): Prepared {
  const problem = documentProblem(op.id, op.document);
  if (problem !== undefined) return refused(problem);
  if (!isUtf8(op.document)) return refused('the document is not UTF-8');
  const json = op.document.toString('utf8');
  const document = parseObject(json);
  if (document === undefined) return refused('the document is no JSON object');
  const ts = parseTimestamp(document['@timestamp']);
  if (ts === undefined) return refused('the field is no point in time', '@timestamp');
  const row = {
    key: rowKey(op.id),
    id: op.id,
    ts,
    revision: op.kind === 'put' ? op.revision : 0,
    bytes: op.document.length,
    ...(isInParts(op.document.length)
      ? { unusual: true, document: '', parts: cut(op.id, op.document) }
      : { unusual: isUnusual(json), document: json, parts: [] }),
  };
  return { ok: true, row };
}
