/**
 * Owns: records as the events that rules see, through the real normalizer, and events as they are
 * stored, taken as they are.
 */
import type { AuditEvent } from '../../../schemas/generated/avro.ts';
import { COLLECTIONS } from '../../../shared/domain/collections.ts';
import { COVERAGE_DATASET } from '../../../shared/domain/coverage.ts';
import type { Stage } from '../../../shared/pipeline/stage.ts';
import type { NormalEvent } from '../../detector/rules/kit/event.ts';
import { EVENT_KINDS, type EventKind } from '../../detector/rules/model.ts';
import type { DetectorOut } from '../../detector/stage.ts';
import { createOfflineNormalizer } from '../../normalizer/stage.ts';
import { createOffline, type Offline } from '../offline/pipeline.ts';

type Local = Readonly<Record<string, unknown>>;

/** The rules are asked apart from the stages. */
const NO_DETECTOR: Stage<AuditEvent, DetectorOut> = {
  name: 'detector',
  apply: (batch) => batch.map(() => ({ kind: 'drop', reason: 'no_match' })),
};

/** @param local what enrichment adds to each event, as a part of its document */
export function openOffline(local?: Local): Offline {
  const normalizer = createOfflineNormalizer({
    dataStreamNamespace: 'default',
    ...(local !== undefined && { enrich: () => local }),
  });
  return createOffline({ normalizer, detector: NO_DETECTOR, sessions: () => [] }, 'default');
}

/** By time, then id. */
export function eventsOf(offline: Offline): readonly NormalEvent[] {
  return offline.result().events.flatMap(({ document, id, kind }) => {
    const known = EVENT_KINDS.find((one) => one === kind);
    return known === undefined ? [] : [{ id, kind: known, document: parse(document) }];
  });
}

function parse(document: Buffer): NormalEvent['document'] {
  return JSON.parse(document.toString('utf8')) as NormalEvent['document'];
}

/** The events of one record: a JSON value, or a line of text as it is. */
export function eventsOfRecord(record: unknown, local?: Local): readonly NormalEvent[] {
  const offline = openOffline(local);
  offline.add(Buffer.from(typeof record === 'string' ? record : JSON.stringify(record)));
  return eventsOf(offline);
}

const KIND_OF: ReadonlyMap<unknown, EventKind> = new Map<unknown, EventKind>([
  [COLLECTIONS.events.dataset, 'audit'],
  ['podwitness.process', 'process'],
  ['falco.alerts', 'alert'],
  [COVERAGE_DATASET, 'coverage'],
]);

/** A document as `query events` prints it; undefined: it is none. */
export function storedEvent(value: unknown): NormalEvent | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const document = value as NormalEvent['document'];
  const { dataset, id } = (document['event'] ?? {}) as Readonly<Record<string, unknown>>;
  const kind = KIND_OF.get(dataset);
  const isStored = typeof id === 'string' && document['ecs'] !== undefined;
  return isStored && kind !== undefined ? { id, kind, document } : undefined;
}
