/**
 * Owns: carrying out one write call: plan, requests, verdicts.
 * Does not own: what is in a request (plan.ts), what a reply means (verdict.ts).
 */
import assert from 'node:assert/strict';
import pLimit from 'p-limit';
import { COLLECTIONS } from '../../domain/collections.ts';
import { FatalError } from '../../errors/fault.ts';
import type { WriteOp, WriteVerdict } from '../../ports/event-store.ts';
import type { Targets } from './names.ts';
import { type Chunk, planBulk } from './plan.ts';
import { accepted, type Rest } from './rest.ts';
import { BULK_FILTER, readVerdicts } from './verdict.ts';

export interface BulkOptions {
  readonly rest: Rest;
  readonly targets: Targets;
  /** Most bytes of one request; Elasticsearch takes 100 MB. */
  readonly maxRequestBytes: number;
  /** Requests at the same time, over all calls. */
  readonly concurrency: number;
}

export type Write = (ops: readonly WriteOp[]) => Promise<readonly WriteVerdict[]>;

const TOO_LARGE: WriteVerdict = {
  kind: 'refused',
  fault: { code: 'document_refused', message: 'Elasticsearch takes no request of this size' },
};

export function createWrite(options: BulkOptions): Write {
  const limit = pLimit(options.concurrency);

  const writeWithin = async (
    ops: readonly WriteOp[],
    maxBytes: number,
  ): Promise<WriteVerdict[]> => {
    const { chunks, refused } = planBulk(ops, options.targets, maxBytes);
    const verdicts: WriteVerdict[] = [];
    for (const [index, fault] of refused) verdicts[index] = { kind: 'refused', fault };
    for (const wave of wavesOf(chunks)) {
      const answers = await all(wave.map((chunk) => writeChunk(ops, chunk)));
      for (const [index, verdict] of answers.flat()) verdicts[index] = verdict;
    }
    return ops.map((_, index) => known(verdicts[index]));
  };

  const writeChunk = async (ops: readonly WriteOp[], chunk: Chunk): Promise<Placed[]> => {
    const part = chunk.indexes.map((index) => known(ops[index]));
    const answer = await limit(() => send(options.rest, part, chunk));
    const verdicts = answer === 'too large' ? await writeHalves(part) : answer;
    return chunk.indexes.map((index, i) => [index, known(verdicts[i])]);
  };

  /** A proxy may take less than Elasticsearch: halves, until one operation alone is too large. */
  const writeHalves = async (ops: readonly WriteOp[]): Promise<WriteVerdict[]> => {
    if (ops.length === 1) return [TOO_LARGE];
    const middle = Math.ceil(ops.length / 2);
    const first = await writeWithin(ops.slice(0, middle), Number.POSITIVE_INFINITY);
    return [...first, ...(await writeWithin(ops.slice(middle), Number.POSITIVE_INFINITY))];
  };

  return (ops) => {
    for (const op of ops) assertFits(op);
    return writeWithin(ops, options.maxRequestBytes);
  };
}

/** A verdict and the place of its operation in the call. */
type Placed = readonly [index: number, verdict: WriteVerdict];

/** A create for what is updated in place, or the other way round, is a bug of the caller. */
function assertFits(op: WriteOp): void {
  const fits = (COLLECTIONS[op.collection].mode === 'append') === (op.kind === 'create');
  assert(fits, `operation ${op.kind} does not fit collection ${op.collection}`);
  if (op.kind === 'put') assert(Number.isSafeInteger(op.revision) && op.revision >= 0);
}

function known<T>(value: T | undefined): T {
  assert(value !== undefined, 'an operation got lost in a bulk request');
  return value;
}

function wavesOf(chunks: readonly Chunk[]): Chunk[][] {
  const waves: Chunk[][] = [];
  for (const chunk of chunks) {
    const wave = waves[chunk.wave] ?? [];
    wave.push(chunk);
    waves[chunk.wave] = wave;
  }
  return waves;
}

/** All results, or the error that matters most; nothing is under way any more when it throws. */
async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  const errors = settled.flatMap((s): unknown[] => (s.status === 'rejected' ? [s.reason] : []));
  if (errors.length > 0) throw errors.find((error) => error instanceof FatalError) ?? errors[0];
  return settled.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []));
}

async function send(
  rest: Rest,
  ops: readonly WriteOp[],
  { lines }: Chunk,
): Promise<readonly WriteVerdict[] | 'too large'> {
  const query = { filter_path: BULK_FILTER };
  const reply = await rest.call({ method: 'POST', path: '/_bulk', query, lines });
  if (reply.status === 413) return 'too large';
  const kinds = ops.map((op) => op.kind);
  return readVerdicts(kinds, accepted(reply, 'take a bulk request'));
}
