/**
 * Owns: cutting write operations into bulk requests. Pure: bytes in, bytes out; documents are
 * neither parsed nor copied more than once.
 * Does not own: sending them (bulk.ts), what the replies mean (verdict.ts).
 */
import { documentProblem } from '../../domain/document-limits.ts';
import type { Fault } from '../../errors/fault.ts';
import type { WriteOp } from '../../ports/event-store.ts';
import type { Targets } from './names.ts';

/** One request. */
export interface Chunk {
  /** Places of its operations in the call, in the order of the request's lines. */
  readonly indexes: readonly number[];
  readonly lines: Buffer;
  /**
   * Chunks of one wave may be sent at the same time. A chunk with an id of an earlier chunk is in
   * a later wave, so that operations on one id happen in order.
   */
  readonly wave: number;
}

export interface BulkPlan {
  readonly chunks: readonly Chunk[];
  /** Operations that are not sent, by their place. */
  readonly refused: ReadonlyMap<number, Fault>;
}

const LINE_FEED = Buffer.from('\n');

function actionLine(op: WriteOp, targets: Targets): Buffer {
  const place = { _index: targets[op.collection], _id: op.id };
  const action =
    op.kind === 'create'
      ? { create: place }
      : { index: { ...place, version: op.revision, version_type: 'external_gte' } };
  return Buffer.from(`${JSON.stringify(action)}\n`);
}

interface OpenChunk {
  readonly indexes: number[];
  readonly lines: Buffer[];
  readonly ids: Set<string>;
  bytes: number;
}

function openChunk(): OpenChunk {
  return { indexes: [], lines: [], ids: new Set(), bytes: 0 };
}

/**
 * `maxBytes`: most bytes of a request; one operation that is longer has a request of its own.
 */
export function planBulk(ops: readonly WriteOp[], targets: Targets, maxBytes: number): BulkPlan {
  const refused = new Map<number, Fault>();
  const open: OpenChunk[] = [];
  let current: OpenChunk | undefined;
  ops.forEach((op, index) => {
    const problem = documentProblem(op.id, op.document);
    if (problem !== undefined) {
      refused.set(index, { code: 'document_refused', message: problem });
      return;
    }
    const action = actionLine(op, targets);
    const bytes = action.length + op.document.length + 1;
    if (current === undefined || current.bytes + bytes > maxBytes) {
      current = openChunk();
      open.push(current);
    }
    current.indexes.push(index);
    current.lines.push(action, op.document, LINE_FEED);
    current.ids.add(`${op.collection} ${op.id}`);
    current.bytes += bytes;
  });
  return { chunks: inWaves(open), refused };
}

function inWaves(open: readonly OpenChunk[]): Chunk[] {
  const lastWave = new Map<string, number>();
  return open.map(({ ids, indexes, lines }) => {
    let wave = 0;
    for (const id of ids) wave = Math.max(wave, (lastWave.get(id) ?? -1) + 1);
    for (const id of ids) lastWave.set(id, wave);
    return { indexes, lines: Buffer.concat(lines), wave };
  });
}
