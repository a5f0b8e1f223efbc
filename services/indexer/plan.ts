/**
 * Owns: which documents of a batch are written, and what became of each. Pure.
 */
import type { CollectionName } from '../../shared/domain/collections.ts';
import type { Ending } from '../../shared/pipeline/outcome.ts';
import type { WriteOp, WriteVerdict } from '../../shared/ports/event-store.ts';
import { reduceDocument } from './reduce.ts';
import { type Placed, wasSeen } from './seen.ts';

export interface Indexable {
  readonly id: string;
  readonly document: Buffer;
}

/** A document and where it belongs; with a revision it is one that is updated in place. */
export interface Writable extends Indexable {
  readonly collection: CollectionName;
  readonly revision?: number;
}

export interface Candidate extends Placed, Writable {}

/** A document on its way: `ending` undefined as long as it is to be written (again). */
interface Task<W extends Writable> {
  readonly candidate: W;
  readonly reduced: boolean;
  readonly ending: Ending<never> | undefined;
}

export type Plan<W extends Writable = Writable> = readonly Task<W>[];

const WRITTEN: Ending<never> = { kind: 'emit', items: [] };
const REPEAT: Ending<never> = { kind: 'drop', reason: 'repeat' };
const SUPERSEDED: Ending<never> = { kind: 'drop', reason: 'superseded' };

/** One task for each candidate; those seen before, or earlier in the batch, are done already. */
export function planBatch(
  state: ReadonlyMap<string, Buffer>,
  candidates: readonly Candidate[],
): Plan<Candidate> {
  const inBatch = new Set<string>();
  return candidates.map((candidate) => {
    const repeat = inBatch.has(candidate.id) || wasSeen(state, candidate);
    inBatch.add(candidate.id);
    return { candidate, reduced: false, ending: repeat ? REPEAT : undefined };
  });
}

/** One task for each; of those with one id only the newest revision is written, of equal ones the last. */
export function planLatest<W extends Writable & { readonly revision: number }>(
  candidates: readonly W[],
): Plan<W> {
  const newest = new Map<string, W>();
  for (const candidate of candidates) {
    const known = newest.get(candidate.id);
    if (known === undefined || candidate.revision >= known.revision) {
      newest.set(candidate.id, candidate);
    }
  }
  return candidates.map((candidate) => {
    const isNewest = newest.get(candidate.id) === candidate;
    return { candidate, reduced: false, ending: isNewest ? undefined : SUPERSEDED };
  });
}

/** Ids of what is still to be written, by where. */
export function pendingIds(plan: Plan): ReadonlyMap<CollectionName, readonly string[]> {
  const pending = new Map<CollectionName, string[]>();
  for (const { candidate, ending } of plan) {
    if (ending !== undefined) continue;
    const ids = pending.get(candidate.collection);
    if (ids === undefined) pending.set(candidate.collection, [candidate.id]);
    else ids.push(candidate.id);
  }
  return pending;
}

/** Ends the tasks whose ids the store turned out to have, wherever: an id is of one document. */
export function markExisting<W extends Writable>(
  plan: Plan<W>,
  existing: ReadonlySet<string>,
): Plan<W> {
  return plan.map((task) =>
    task.ending === undefined && existing.has(task.candidate.id)
      ? { ...task, ending: REPEAT }
      : task,
  );
}

function operation({ collection, id, revision }: Writable, document: Buffer): WriteOp {
  const op = { collection, id, document };
  return revision === undefined ? { kind: 'create', ...op } : { kind: 'put', ...op, revision };
}

/** Operations for the tasks that are still to be written, in order. */
export function operations(plan: Plan): readonly WriteOp[] {
  return plan.flatMap(({ candidate, reduced, ending }) => {
    if (ending !== undefined) return [];
    const { document } = candidate;
    return [operation(candidate, reduced ? reduceDocument(document) : document)];
  });
}

function judge<W extends Writable>(task: Task<W>, verdict: WriteVerdict): Task<W> {
  switch (verdict.kind) {
    case 'written':
      return { ...task, ending: WRITTEN };
    case 'duplicate':
    case 'stale':
      return { ...task, ending: REPEAT };
    case 'retry':
      return task;
    case 'refused':
      return task.reduced
        ? { ...task, ending: { kind: 'reject', fault: verdict.fault } }
        : { ...task, reduced: true };
  }
}

/** The plan after the store answered `operations(plan)` with `verdicts`. */
export function applyVerdicts<W extends Writable>(
  plan: Plan<W>,
  verdicts: readonly WriteVerdict[],
): Plan<W> {
  let next = 0;
  const judged = plan.map((task) => {
    if (task.ending !== undefined) return task;
    const verdict = verdicts[next++];
    if (verdict === undefined) throw new Error('The store answered for fewer items than it got');
    return judge(task, verdict);
  });
  if (next !== verdicts.length) throw new Error('The store answered for more items than it got');
  return judged;
}

/** Endings in the order of the candidates; call when nothing is pending. */
export function endingsOf(plan: Plan): readonly Ending<never>[] {
  return plan.map((task) => {
    if (task.ending === undefined) throw new Error('A document is still to be written');
    return task.ending;
  });
}

/** What the seen-set has to remember: all that the store has now. */
export function arrivalsOf(plan: Plan<Candidate>): readonly Placed[] {
  return plan.filter((t) => t.ending?.kind !== 'reject').map((t) => t.candidate);
}
