/**
 * Owns: the normalizer's decision: one raw batch becomes its events in their one normal form; what is
 * no evidence is dropped with a reason, what can't be read is rejected with its own bytes.
 * Does not own: finding the records in a body (read/), what they mean (map/), what is told of the
 * batch as a whole (signals.ts).
 */
import type { AuditEvent, InventoryFact, RawBatch } from '../../schemas/generated/avro.ts';
import { createRedact, type Redact } from '../../shared/domain/redaction/redact.ts';
import { openBatch } from '../../shared/domain/sealing/batch.ts';
import type { SealKey } from '../../shared/domain/sealing/seal.ts';
import type { Fault } from '../../shared/errors/fault.ts';
import type { Ending, Outcome } from '../../shared/pipeline/outcome.ts';
import type { Envelope, Stage } from '../../shared/pipeline/stage.ts';
import { type Enrich, enrichWith } from './enrich/enrich.ts';
import type { BeginLearning, Learning } from './enrich/learned/learning.ts';
import { createOfflineLearning } from './enrich/learned/offline.ts';
import { createFiltering, type Filter, type Filtering } from './filters.ts';
import { type MapOptions, toEvent } from './map/to-event.ts';
import type { Read } from './read/leaf.ts';
import { readBody } from './read/read-body.ts';
import type { NormalizerOut } from './signals.ts';

export interface NormalizerOptions extends Omit<MapOptions, 'redact'> {
  /** Without it secrets are taken out too, without a hash. */
  readonly redact?: Redact;
  /** For what the collector sealed; without them it is rejected as it is. */
  readonly rawKeys?: readonly SealKey[];
  /** What is not wanted; nothing, where it is not given. */
  readonly filters?: readonly Filter[];
}

/** The end of the year 9999: what comes after has no RFC 3339 form. */
const LAST_MS = 253_402_300_799_999;

/**
 * The record as a whole is rejected, sealed as it is: to wait for the key would keep the partition from
 * every record behind it, which whoever can write one record could then do to all (docs/adr/0018).
 */
const SEALED: Readonly<Record<'unknown_key' | 'broken_seal', Fault>> = {
  unknown_key: { code: 'unknown_key', message: 'Encrypted with a key that is not configured here' },
  broken_seal: { code: 'broken_seal', message: 'Does not open with the key that it names' },
};

interface Deciding {
  readonly batch: RawBatch;
  readonly options: MapOptions;
  readonly filtering: Filtering | undefined;
}

function endingOf(read: Read, index: number, deciding: Deciding): Ending<AuditEvent> {
  if (read.kind === 'noise') return { kind: 'drop', reason: read.reason };
  if (read.kind === 'bad') {
    return { kind: 'reject', fault: read.fault, part: { index, bytes: read.bytes() } };
  }
  const { batch, filtering, options } = deciding;
  const event = toEvent(read, batch, options);
  const unwanted = filtering?.(event, read.value);
  if (unwanted === undefined) return { kind: 'emit', items: [event] };
  return { kind: 'drop', ...unwanted };
}

type Decide = (
  envelope: Envelope<RawBatch>,
  learning?: Pick<Learning, 'hear' | 'enrich'>,
) => Outcome<AuditEvent>;

function createDecide(options: NormalizerOptions): Decide {
  const { filters = [], rawKeys = [], redact = createRedact({}), ...rest } = options;
  const filtering = filters.length === 0 ? undefined : createFiltering(filters);
  return ({ value }, learning) => {
    if (value.receivedAt < 0 || value.receivedAt > LAST_MS) {
      return {
        kind: 'reject',
        fault: { code: 'corrupt_record', message: 'receivedAt is no time' },
      };
    }
    const opened = openBatch(rawKeys, value);
    if (!opened.ok) return { kind: 'reject', fault: SEALED[opened.why] };
    const { batch } = opened;
    const body = readBody(batch);
    if (!body.ok) {
      return { kind: 'reject', fault: body.fault, part: { index: batch.part, bytes: batch.body } };
    }
    if (body.items.length === 0) return { kind: 'drop', reason: 'empty' };
    const enrich = bothOf(rest.enrich, learning?.enrich);
    const deciding = { batch, options: { ...rest, redact, learning, enrich }, filtering };
    return { kind: 'split', parts: body.items.map((read, i) => endingOf(read, i, deciding)) };
  };
}

/** What was configured is believed before what was learnt. */
function bothOf(configured?: Enrich, learnt?: Enrich): Enrich | undefined {
  if (configured === undefined || learnt === undefined) return configured ?? learnt;
  return enrichWith([configured, learnt]);
}

const NAME = 'normalizer';

export function createNormalizerStage(options: NormalizerOptions): Stage<RawBatch, AuditEvent> {
  const decide = createDecide(options);
  return { name: NAME, apply: (batch) => batch.map((envelope) => decide(envelope)) };
}

/** What was learnt of a batch goes out with it; it is no ending of anything. */
function withLearnt(
  outcome: Outcome<AuditEvent>,
  learnt: readonly InventoryFact[],
): Outcome<AuditEvent | NormalizerOut> {
  if (outcome.kind !== 'split' || learnt.length === 0) return outcome;
  const extra = learnt.map((value) => ({ topic: 'audit.inventory', value }) as const);
  return { ...outcome, extra };
}

/**
 * The same, and what each batch teaches (docs/adr/0022). `begin` gives what one batch is told with
 * and what it teaches: with the same inventory, the same batch gives the same outcome.
 */
export function createLearningStage(
  options: NormalizerOptions,
  begin: BeginLearning,
): Stage<RawBatch, AuditEvent | NormalizerOut> {
  const decide = createDecide(options);
  const decideOn = (envelope: Envelope<RawBatch>) => {
    const learning = begin();
    const outcome = decide(envelope, learning);
    return withLearnt(outcome, learning.records(envelope.value.receivedAt));
  };
  return { name: NAME, apply: (batch) => batch.map(decideOn) };
}

/** For files: events as they are, and what completes them when all have been read. */
export interface OfflineNormalizer {
  readonly stage: Stage<RawBatch, AuditEvent>;
  completing(): (event: AuditEvent) => AuditEvent;
}

export function createOfflineNormalizer(options: NormalizerOptions): OfflineNormalizer {
  const decide = createDecide(options);
  const { completing, learning } = createOfflineLearning();
  const apply = (batch: readonly Envelope<RawBatch>[]) => batch.map((e) => decide(e, learning));
  return { stage: { name: NAME, apply }, completing };
}
