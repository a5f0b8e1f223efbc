/**
 * Owns: a second look at what is missing: where each was received, and whether it is lost at all:
 * rejected by an older release, or taken by retention since.
 */
import type { RawBatch } from '../../../schemas/generated/avro.ts';
import { letterId } from '../../../shared/domain/ids.ts';
import type { Ending } from '../../../shared/pipeline/outcome.ts';
import type { LogRecord } from '../../../shared/ports/log.ts';
import { codecOf } from '../../../shared/runtime/stage-worker.ts';
import type { Pipeline } from '../local/pipeline.ts';
import { isIn } from './downstream.ts';
import { type Fates, fateOf } from './fate.ts';
import type { IdTable } from './id-table.ts';
import {
  type Committed,
  decideRecord,
  isPast,
  LABELS,
  type NormalizerStage,
  placeText,
  type Recount,
  type Window,
} from './recount.ts';

export interface Example {
  /** An event or letter that was never written, or a document that is not in the store. */
  readonly what: 'event' | 'letter' | 'document';
  readonly id: string;
  readonly source: string;
  readonly cluster: string;
  readonly sender: string;
  /** topic/partition/offset of the record that tells of it. */
  readonly place: string;
  readonly time: number;
}

export interface SecondLook {
  readonly pipeline: Pick<Pipeline, 'read'>;
  readonly stage: NormalizerStage;
  readonly window: Window;
  readonly counted: Recount;
  /** Corrected here: `lost` becomes `expired` or `curable`. */
  readonly fates: Fates;
  /** Places of letters, and of records that gave letters. */
  readonly letters: { readonly seen: IdTable; readonly places: IdTable };
  readonly committed: Committed;
  isExpired(id: string, timeMs: number): boolean;
}

const MAX_EXAMPLES = 10;
/** Looked at already. */
const TOLD = 128;

function exampleOf(
  what: Example['what'],
  id: string,
  record: LogRecord,
  batch: Pick<RawBatch, 'source' | 'cluster' | 'sender' | 'senderId'> | undefined,
): Example {
  const { cluster = '', sender = '', senderId = '', source = '' } = batch ?? {};
  const who = senderId === '' ? sender : senderId;
  const place = placeText(record);
  return { what, id, source, cluster, sender: who, place, time: record.timestampMs };
}

/** Why an id is not where it must be. */
function reasonOf(look: SecondLook, id: string, record: LogRecord): 'lost' | 'expired' | 'curable' {
  const { offset, partition, timestampMs, topic } = record;
  const place = letterId(topic, partition, offset, null);
  if (look.letters.places.bitsOf(place) !== 0) return 'curable';
  return look.isExpired(id, timestampMs) ? 'expired' : 'lost';
}

function lookAtEvent(look: SecondLook, id: string, record: LogRecord): boolean {
  const { events } = look.counted;
  const before = events.mark(id, TOLD);
  if ((before & TOLD) !== 0 || fateOf(before) !== 'lost') return false;
  const reason = reasonOf(look, id, record);
  const fate = look.fates.get(LABELS[events.labelOf(id)] ?? 'none');
  if (reason === 'lost' || fate === undefined) return true;
  fate.lost--;
  fate[reason]++;
  return false;
}

/** Ids of one ending that are lost. */
function lostIn(
  look: SecondLook,
  record: LogRecord,
  ending: Ending<unknown>,
): readonly (readonly [what: 'event' | 'letter', id: string])[] {
  if (ending.kind === 'emit') {
    const items = ending.items as readonly { readonly id: string }[];
    return items.flatMap(({ id }) => (lookAtEvent(look, id, record) ? [['event', id]] : []));
  }
  if (ending.kind !== 'reject') return [];
  const { offset, partition, topic } = record;
  const id = letterId(topic, partition, offset, ending.part?.index ?? null);
  return look.letters.seen.bitsOf(id) === 0 ? [['letter', id]] : [];
}

/** Goes through audit.raw again; every id is looked at, some become examples. */
export async function lookAgain(look: SecondLook): Promise<readonly Example[]> {
  const examples: Example[] = [];
  const { committed, pipeline, stage, window } = look;
  for await (const record of pipeline.read('audit.raw', Math.max(0, window.since))) {
    if (!isIn(window, record.timestampMs) || !isPast(committed, record)) continue;
    const { batch, endings } = decideRecord(stage, record);
    for (const [what, id] of endings.flatMap((ending) => lostIn(look, record, ending))) {
      if (examples.length < MAX_EXAMPLES) examples.push(exampleOf(what, id, record, batch));
    }
  }
  return examples;
}

/** Some of the records of a topic whose documents are not in the store. */
export async function unstoredExamples(
  pipeline: Pick<Pipeline, 'read'>,
  topic: 'audit.events' | 'audit.findings',
  table: IdTable,
  window: Window,
): Promise<readonly Example[]> {
  const examples: Example[] = [];
  for await (const record of pipeline.read(topic, Math.max(0, window.since))) {
    const decoded = codecOf(topic).decode(record.value ?? Buffer.alloc(0));
    if (!decoded.ok || !isIn(window, record.timestampMs)) continue;
    const { cluster, id } = decoded.value;
    if (fateOf(table.bitsOf(id) & ~TOLD) !== 'unstored') continue;
    const source = 'source' in decoded.value ? decoded.value.source : '';
    const about = { cluster, source, sender: '', senderId: '' };
    examples.push(exampleOf('document', id, record, about));
    if (examples.length === MAX_EXAMPLES) break;
  }
  return examples;
}
