/**
 * Owns: the indexer's attempt at one batch of documents that are updated in place: the newest
 * revision of each is put, and the store refuses to go back to an older one. So nothing has to be
 * remembered: what was written and not committed is written again, and changes nothing.
 */
import type { CollectionName } from '../../../shared/domain/collections.ts';
import type { Decide } from '../../../shared/pipeline/decide.ts';
import { isTick } from '../../../shared/pipeline/stage.ts';
import type { EventStore } from '../../../shared/ports/event-store.ts';
import type { Failpoint } from '../../../shared/ports/telemetry.ts';
import { type Indexable, planLatest } from '../plan.ts';
import { outcomesOf, writePlan } from './write-plan.ts';

interface LatestParts {
  readonly store: EventStore;
  readonly collection: CollectionName;
  readonly failpoint: Failpoint;
}

interface Revised extends Indexable {
  readonly revision: number;
}

export function createIndexLatest<T extends Revised>(parts: LatestParts): Decide<T, never> {
  const { collection } = parts;
  return (_lane, batch) => {
    const candidates = batch.flatMap(({ value }) => {
      if (isTick(value)) return [];
      const { document, id, revision } = value;
      return [{ id, document, revision, collection }];
    });
    const writing = { plan: planLatest(candidates), isUnsure: false };
    return async () => {
      await writePlan(writing, parts);
      return { outcomes: outcomesOf(batch, writing.plan), writes: [] };
    };
  };
}
