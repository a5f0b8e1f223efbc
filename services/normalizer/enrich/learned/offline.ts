/**
 * Owns: learning from files: all is heard first, and told afterwards of every event, so that the
 * order of the files and of their lines plays no part.
 */
import type { AuditEvent } from '../../../../schemas/generated/avro.ts';
import type { JsonObject } from '../../../../shared/domain/json.ts';
import type { Kind } from '../../map/mapped.ts';
import { merged } from '../../map/merged.ts';
import type { Enrich } from '../enrich.ts';
import { createDescribe } from './describe.ts';
import type { Fact } from './fact.ts';
import { learn } from './learn.ts';
import type { Learning } from './learning.ts';
import { learnUse } from './learn-use.ts';
import { withNews } from './news.ts';
import { compareObservations, type Timeline } from './timeline.ts';

export interface OfflineLearning {
  readonly learning: Pick<Learning, 'hear'>;
  /** To be asked when all has been heard. Gives the event with what is known. */
  completing(): (event: AuditEvent) => AuditEvent;
}

/** Of one thing; live, eight are kept. */
const MAX_OBSERVATIONS = 256;
const NOTHING = { timeline: () => undefined };

function inventoryOf(facts: readonly Fact[]): ReadonlyMap<string, Timeline> {
  const timelines = new Map<string, Timeline>();
  // What only repeats what was said before is no news: before in time, not in the files.
  for (const fact of [...facts].sort(compareObservations)) {
    const timeline = withNews(timelines.get(fact.key), fact, MAX_OBSERVATIONS);
    if (timeline !== undefined) timelines.set(fact.key, timeline);
  }
  return timelines;
}

function completed(event: AuditEvent, enrich: Enrich): AuditEvent {
  const document = JSON.parse(event.document.toString('utf8')) as JsonObject;
  const { cluster, time } = event;
  const kind = event.kind as Kind;
  const more = enrich({ kind, cluster, timeMs: time, facts: event, document });
  if (more === undefined) return event;
  return { ...event, document: Buffer.from(JSON.stringify(merged(document, more))) };
}

export function createOfflineLearning(): OfflineLearning {
  const facts: Fact[] = [];
  const uses = new Map<string, Fact>();
  const takeUse = (use: Fact | undefined): void => {
    if (use === undefined) return;
    const first = uses.get(use.key);
    if (first === undefined || compareObservations(use, first) < 0) uses.set(use.key, use);
  };
  return {
    learning: {
      hear(subject, event) {
        const { cluster, facts: asked, timeMs } = subject;
        const fact = learn({ cluster, facts: asked, timeMs, event });
        if (fact !== undefined) facts.push(fact);
        takeUse(learnUse(subject, NOTHING));
      },
    },
    completing() {
      const timelines = inventoryOf([...facts, ...uses.values()]);
      if (timelines.size === 0) return (event) => event;
      const known = { timeline: (key: string) => timelines.get(key) };
      const describe = createDescribe();
      return (event) => completed(event, (subject) => describe(known, subject));
    },
  };
}
