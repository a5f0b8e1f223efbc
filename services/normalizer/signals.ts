/**
 * Owns: what the normalizer tells the watch on coverage of each raw batch, besides its events: that
 * a source's sender sent so much of such an age, and which number the collector gave it. Two small
 * records per batch, none per event. Pure.
 * Does not own: what follows from them (services/detector/watch).
 */
import type { AuditEvent, InventoryFact, RawBatch, Signal } from '../../schemas/generated/avro.ts';
import { endings, type Ending, extraOf, type Outcome } from '../../shared/pipeline/outcome.ts';
import type { Stage } from '../../shared/pipeline/stage.ts';

/** What the normalizer writes, each with its topic. */
export type NormalizerOut =
  | { readonly topic: 'audit.events'; readonly value: AuditEvent }
  | { readonly topic: 'audit.signals'; readonly value: Signal }
  | { readonly topic: 'audit.inventory'; readonly value: InventoryFact };

/** What a stage may give: its events with or without their topic. */
type Item = AuditEvent | NormalizerOut;
type Endings = readonly Ending<Item>[];

/** The end of the year 9999, as in stage.ts. */
const LAST_MS = 253_402_300_799_999;
const HASH_BYTES = 9;
/** These push from a cloud's own addresses, any of many: an address says nothing there. */
const CLOUD_PUSH: ReadonlySet<string> = new Set(['firehose', 'pubsub']);

/**
 * Who sends, as finely as it can be told: two API servers with one token are two, since one of them
 * may stop.
 */
export function senderOf({ sender, senderId, source }: RawBatch): string {
  if (CLOUD_PUSH.has(source)) return senderId === '' ? 'cloud' : senderId;
  if (senderId === '') return sender === '' ? 'unknown' : sender;
  return sender === '' ? senderId : `${senderId}@${sender}`;
}

function eventOf(item: Item): AuditEvent | undefined {
  if (!('topic' in item)) return item;
  return item.topic === 'audit.events' ? item.value : undefined;
}

interface Summary {
  readonly records: number;
  readonly rejected: number;
  readonly oldest: number | null;
  readonly newest: number | null;
}

function summaryOf(parts: Endings): Summary {
  let records = 0;
  let rejected = 0;
  let oldest = Number.POSITIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  for (const ending of parts) {
    if (ending.kind === 'reject') rejected++;
    if (ending.kind !== 'emit') continue;
    for (const item of ending.items) {
      const event = eventOf(item);
      if (event === undefined || event.kind === 'coverage') continue;
      const { time } = event;
      records++;
      oldest = Math.min(oldest, time);
      newest = Math.max(newest, time);
    }
  }
  const isDated = records > 0;
  return {
    ...{ records, rejected },
    ...{ oldest: isDated ? oldest : null, newest: isDated ? newest : null },
  };
}

function json(body: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(JSON.stringify(body));
}

/** Keyed by cluster and source: only where all senders of a source meet can it be seen to be silent. */
function sourceSignal(batch: RawBatch, parts: Endings): Signal {
  const { bodySha256, cluster, collectorId, part, receivedAt, source } = batch;
  const hash = `${bodySha256.subarray(0, HASH_BYTES).toString('base64url')}.${part}`;
  const about = { what: 'batch', source, sender: senderOf(batch), collectorId, hash };
  return {
    ...{ kind: 'source', key: `${cluster}/${source}`, cluster, time: receivedAt },
    body: json({ ...about, receivedAt, ...summaryOf(parts) }),
  };
}

function collectorSignal({
  cluster,
  collectorId,
  receivedAt,
  refused,
  sequence,
}: RawBatch): Signal {
  return {
    ...{ kind: 'collector', key: collectorId, cluster, time: receivedAt },
    body: json({ what: 'sequence', sequence, refused, receivedAt }),
  };
}

/**
 * Signals of one batch. None where its time is not known (offline). A dead letter that is sent again
 * is no life sign of its sender; its number still is one of a collector's.
 */
export function signalsOf(batch: RawBatch, parts: Endings): readonly Signal[] {
  const { collectorId, receivedAt, replayOf, sequence } = batch;
  if (receivedAt <= 0 || receivedAt > LAST_MS) return [];
  return [
    ...(replayOf === null ? [sourceSignal(batch, parts)] : []),
    ...(sequence > 0 && collectorId !== '' ? [collectorSignal(batch)] : []),
  ];
}

function withTopic(item: Item): NormalizerOut {
  return 'topic' in item ? item : { topic: 'audit.events', value: item };
}

function asOut(ending: Ending<Item>): Ending<NormalizerOut> {
  return 'items' in ending ? { ...ending, items: ending.items.map(withTopic) } : ending;
}

function decided(batch: RawBatch, outcome: Outcome<Item>, tells: boolean): Outcome<NormalizerOut> {
  const parts = endings(outcome);
  const signals = tells ? signalsOf(batch, parts) : [];
  const extra = [
    ...extraOf(outcome).map(withTopic),
    ...signals.map((value): NormalizerOut => ({ topic: 'audit.signals', value })),
  ];
  return { kind: 'split', parts: parts.map(asOut), extra };
}

/** The stage with its outputs by topic; with signals where `tells`. Every ending stays what it was. */
export function withSignals(
  stage: Stage<RawBatch, Item>,
  tells: boolean,
): Stage<RawBatch, NormalizerOut> {
  return {
    name: stage.name,
    apply(batch) {
      const outcomes = stage.apply(batch);
      return batch.map(({ value }, i) => {
        const outcome = outcomes[i];
        if (outcome === undefined) throw new Error(`Stage ${stage.name} did not decide on all`);
        return decided(value, outcome, tells);
      });
    },
  };
}
