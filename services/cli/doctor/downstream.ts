/**
 * Owns: what is there of what must be: ids in the topics behind the normalizer, letters, documents.
 */
import type { DeadLetter } from '../../../schemas/generated/avro.ts';
import type { TopicName } from '../../../schemas/topics.ts';
import { type CollectionName, collectionOfKind } from '../../../shared/domain/collections.ts';
import { letterId } from '../../../shared/domain/ids.ts';
import { readTick } from '../../../shared/pipeline/tick.ts';
import { codecOf } from '../../../shared/runtime/stage-worker.ts';
import { readLetters } from '../deadletter/letters.ts';
import type { Pipeline } from '../local/pipeline.ts';
import { createIdTable, type IdTable } from './id-table.ts';
import { BIT, type Committed, isPast, LABELS, type Recount, type Window } from './recount.ts';

export function isIn({ since, until }: Window, timeMs: number): boolean {
  return timeMs >= since && timeMs < until;
}

const NONE = LABELS.indexOf('none');

export interface Marking {
  readonly topic: 'audit.events' | 'audit.findings';
  readonly table: IdTable;
  readonly window: Window;
  /** Of the indexer. */
  readonly committed: Committed;
}

/** Marks the ids of a topic, and for the event topic where their documents belong. */
export async function markTopic(
  pipeline: Pick<Pipeline, 'read'>,
  { committed, table, topic, window }: Marking,
): Promise<void> {
  const codec = codecOf(topic);
  for await (const record of pipeline.read(topic, Math.max(0, window.since))) {
    if (!isIn(window, record.timestampMs) || readTick(record.headers) !== undefined) continue;
    const decoded = codec.decode(record.value ?? Buffer.alloc(0));
    if (!decoded.ok) continue; // The indexer rejects it: it is among the letters.
    const kind = 'kind' in decoded.value ? decoded.value.kind : 'audit';
    const bit = isPast(committed, record) ? BIT.written : BIT.waiting;
    const collection = kind === 'audit' ? 0 : BIT.activity;
    table.mark(decoded.value.id, bit | collection, NONE);
  }
}

export interface LetterCount {
  readonly stage: string;
  readonly code: string;
  readonly source: string;
  count: number;
}

export interface Letters {
  /** Letters of the window, each once. */
  readonly counts: readonly LetterCount[];
  /** Of the normalizer, which would take them today, and nobody has replayed. */
  readonly curable: number;
  /** Ids of the places of records that gave letters, `letterId` without an index. */
  readonly places: IdTable;
  /** Ids of the letters' own places. */
  readonly seen: IdTable;
}

/** Topic and codec of the values that a stage of the indexer refuses. */
const REFUSERS: ReadonlyMap<string, 'audit.events' | 'audit.findings'> = new Map([
  ['indexer.events', 'audit.events'],
  ['indexer.findings', 'audit.findings'],
]);

interface LetterMarking {
  readonly recount: Recount;
  readonly findings: IdTable;
  readonly window: Window;
  readonly maxIds: number | undefined;
}

function countLetter(counts: Map<string, LetterCount>, { code, source, stage }: DeadLetter): void {
  const key = `${stage} ${code} ${source}`;
  const count = counts.get(key) ?? { stage, code, source, count: 0 };
  count.count++;
  counts.set(key, count);
}

/** What the indexer refused stands whole in its letter. */
function markRefused({ findings, recount }: LetterMarking, { bytes, stage }: DeadLetter): void {
  const refuser = REFUSERS.get(stage);
  if (refuser === undefined) return;
  const value = codecOf(refuser).decode(bytes);
  const table = refuser === 'audit.events' ? recount.events : findings;
  if (value.ok) table.mark(value.value.id, BIT.refused, NONE);
}

/** Marks what the letters tell: which of those that must be there are, and what the indexer refused. */
export async function markLetters(
  pipeline: Pick<Pipeline, 'read'>,
  marking: LetterMarking,
): Promise<Letters> {
  const { maxIds, recount, window } = marking;
  const counts = new Map<string, LetterCount>();
  const seen = createIdTable(maxIds);
  const places = createIdTable(maxIds);
  let curable = 0;
  for await (const letter of readLetters(pipeline, Math.max(0, window.since))) {
    const { id, index, offset, partition, receivedAt, stage, topic } = letter;
    const place = letterId(topic, partition, offset, index);
    if (!isIn(window, receivedAt) || seen.mark(place, BIT.written) !== 0) continue;
    countLetter(counts, letter);
    markRefused(marking, letter);
    if (stage !== 'normalizer') continue;
    places.mark(letterId(topic, partition, offset, null), BIT.written);
    const isExpected = recount.letters.bitsOf(place) !== 0;
    if (!isExpected && recount.cured.bitsOf(id) === 0) curable++;
  }
  return { counts: [...counts.values()], curable, places, seen };
}

const IDS_A_QUESTION = 1000;

/** Asks the store for every id, and marks those that it has. */
export async function markStored(
  pipeline: Pick<Pipeline, 'existing'>,
  table: IdTable,
  collectionOf: (bits: number) => CollectionName,
): Promise<void> {
  const asked = new Map<CollectionName, string[]>();
  const ask = async (collection: CollectionName, ids: readonly string[]): Promise<void> => {
    for (const id of await pipeline.existing(collection, ids)) table.mark(id, BIT.stored);
  };
  for (const { bits, id } of table.entries()) {
    const collection = collectionOf(bits);
    const ids = asked.get(collection) ?? [];
    asked.set(collection, ids);
    ids.push(id);
    if (ids.length === IDS_A_QUESTION) await ask(collection, ids.splice(0));
  }
  for (const [collection, ids] of asked) if (ids.length > 0) await ask(collection, ids);
}

export function eventCollection(bits: number): CollectionName {
  return collectionOfKind((bits & BIT.activity) === 0 ? 'audit' : 'process');
}

export interface Doubles {
  readonly looked: number;
  /** Ids that more than one document has. */
  readonly found: readonly string[];
}

/** Each is a search: 60 ms in the embedded store. */
const LOOKED_FOR_DOUBLES = 50;

/** Looks for ids with more than one document, first among those that came more than once. */
export async function findDoubles(
  pipeline: Pick<Pipeline, 'copies'>,
  table: IdTable,
): Promise<Doubles> {
  const repeated: [string, CollectionName][] = [];
  const others: [string, CollectionName][] = [];
  for (const { bits, id } of table.entries()) {
    if ((bits & BIT.stored) === 0) continue;
    const list = (bits & BIT.repeated) === 0 ? others : repeated;
    if (list.length < LOOKED_FOR_DOUBLES) list.push([id, eventCollection(bits)]);
  }
  const looked = [...repeated, ...others].slice(0, LOOKED_FOR_DOUBLES);
  const found: string[] = [];
  for (const [id, collection] of looked) {
    if ((await pipeline.copies(collection, id)) > 1) found.push(id);
  }
  return { looked: looked.length, found };
}

export interface Head {
  readonly offset: bigint;
  readonly timeMs: number;
}

/** More than the partitions' first pages hold together. */
const MAX_HEAD_RECORDS = 20_000;

/** The oldest record of each partition that is still there. */
export async function headsOf(
  pipeline: Pick<Pipeline, 'read'>,
  topic: TopicName,
  partitions: number,
): Promise<ReadonlyMap<number, Head>> {
  const heads = new Map<number, Head>();
  let records = 0;
  for await (const { offset, partition, timestampMs } of pipeline.read(topic, 'beginning')) {
    if (!heads.has(partition)) heads.set(partition, { offset, timeMs: timestampMs });
    if (heads.size === partitions || ++records > MAX_HEAD_RECORDS) break;
  }
  return heads;
}
