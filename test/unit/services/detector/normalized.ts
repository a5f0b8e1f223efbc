/**
 * Owns: for tests of rules: raw records as senders send them to event documents, by the normalizer
 * itself, with what it learns from the records before.
 */
import { rawBatch } from '../../../../schemas/raw-batch.ts';
import { EVENT_KINDS, type EventKind } from '../../../../services/detector/rules/model.ts';
import type { EventDocument } from '../../../../services/detector/rules/expression.ts';
import { createOfflineNormalizer } from '../../../../services/normalizer/stage.ts';
import { endings } from '../../../../shared/pipeline/outcome.ts';

export interface NormalizedEvent {
  readonly kind: EventKind;
  readonly document: EventDocument;
}

const NOWHERE = { topic: '', partition: 0, offset: 0n, timestampMs: 0 };

function isEventKind(kind: string): kind is EventKind {
  return EVENT_KINDS.some((known) => known === kind);
}

/** All events of one body, in its order. Throws where anything in it is no event. */
export function normalized(
  body: Buffer | string,
  cluster = 'test',
  local?: EventDocument,
): readonly NormalizedEvent[] {
  const { completing, stage } = createOfflineNormalizer({
    dataStreamNamespace: 'default',
    ...(local !== undefined && { enrich: () => local }),
  });
  const value = rawBatch({ source: 'logs', cluster, body: Buffer.from(body as string) });
  const all = stage.apply([{ value, origin: NOWHERE }]).flatMap((outcome) => endings(outcome));
  const complete = completing();
  return all.flatMap((ending) => {
    if (ending.kind !== 'emit') throw new Error(`No event: ${JSON.stringify(ending)}`);
    return ending.items.map((item) => {
      const { document, kind } = complete(item);
      if (!isEventKind(kind)) throw new Error(`No kind of event that rules are for: ${kind}`);
      return { kind, document: JSON.parse(document.toString('utf8')) as EventDocument };
    });
  });
}
