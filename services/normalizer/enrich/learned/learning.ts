/**
 * Owns: learning from the events of one batch: what is news beside what is known already, what the
 * batch's events can be told by it, and the records that keep it.
 * Pure from outside: the inventory is only asked; what the batch taught goes out as records, and
 * comes into the inventory when they are committed and read.
 */
import type { InventoryFact } from '../../../../schemas/generated/avro.ts';
import type { JsonObject } from '../../../../shared/domain/json.ts';
import type { Enrich, Subject } from '../enrich.ts';
import { createDescribe } from './describe.ts';
import type { Fact } from './fact.ts';
import { learn } from './learn.ts';
import { learnUse } from './learn-use.ts';
import { withNews } from './news.ts';
import { inventoryFact } from './record.ts';
import { type Inventory, MAX_OBSERVATIONS } from './table.ts';
import type { Timeline } from './timeline.ts';

/** Of one batch. */
export interface Learning {
  /**
   * `event`: in the form of audit.k8s.io/v1, redacted. `receivedAt`: when the collector had it,
   * milliseconds; 0: not known.
   */
  hear(subject: Subject, event: JsonObject, receivedAt: number): void;
  /** Nothing, where it is told later. */
  readonly enrich?: Enrich;
  /** What is to be written, when the batch has been heard. */
  records(nowMs: number): readonly InventoryFact[];
}

export type BeginLearning = () => Learning;

const DAY_MS = 86_400_000;
/** Of records that are written again, with each batch: many are in hand before one is committed. */
const WRITTEN_AGAIN = 2;

/** What a forger dates into the future would be the newest for ever. */
function isOfFuture({ timeMs }: Subject, receivedAt: number): boolean {
  return receivedAt > 0 && timeMs > receivedAt + DAY_MS;
}

export function createLearning(inventory: Inventory): BeginLearning {
  const describe = createDescribe();
  return () => {
    const news = new Map<string, Timeline>();
    const known = { timeline: (key: string) => news.get(key) ?? inventory.timeline(key) };
    const take = (fact: Fact | undefined): void => {
      if (fact === undefined) return;
      const timeline = withNews(known.timeline(fact.key), fact, MAX_OBSERVATIONS);
      if (timeline !== undefined) news.set(fact.key, timeline);
    };
    return {
      hear(subject, event, receivedAt) {
        if (isOfFuture(subject, receivedAt)) return;
        const { cluster, facts, timeMs } = subject;
        take(learn({ cluster, facts, timeMs, event }));
        take(learnUse(subject, known));
      },
      enrich: (subject) => describe(known, subject),
      records(nowMs) {
        const keys = new Set([...news.keys(), ...inventory.due(nowMs, WRITTEN_AGAIN)]);
        return [...keys].flatMap((key) => {
          const timeline = known.timeline(key);
          return timeline === undefined ? [] : [inventoryFact(key, timeline)];
        });
      },
    };
  };
}
