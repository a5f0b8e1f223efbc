/**
 * Owns: the story of one record: received from whom, what it became, where that is now.
 */
import type { AuditEvent, RawBatch } from '../../../schemas/generated/avro.ts';
import { TOPICS } from '../../../schemas/topics.ts';
import { collectionOfKind } from '../../../shared/domain/collections.ts';
import { letterId } from '../../../shared/domain/ids.ts';
import type { Ending } from '../../../shared/pipeline/outcome.ts';
import type { LogRecord } from '../../../shared/ports/log.ts';
import { codecOf } from '../../../shared/runtime/stage-worker.ts';
import { timeText } from '../deadletter/format.ts';
import { readLetters } from '../deadletter/letters.ts';
import type { Pipeline } from '../local/pipeline.ts';
import {
  type Committed,
  decideRecord,
  isPast,
  type NormalizerStage,
  placeText,
} from './recount.ts';

export interface Step {
  readonly time: string;
  /** Where it stands: topic/partition/offset, or the store. */
  readonly where: string;
  /** A sentence. */
  readonly what: string;
  /** Id of the event, finding or letter that this step is about. */
  readonly id?: string;
}

export interface TraceParts {
  readonly pipeline: Omit<Pipeline, 'append' | 'tell' | 'close'>;
  readonly stage: NormalizerStage;
  readonly topicPrefix: string;
  readonly since: number;
}

/** What is looked for; grows as one leads to the other. */
interface Wanted {
  /** topic/partition/offset */
  readonly places: Set<string>;
  /** Ids of events, findings, letters. */
  readonly ids: Set<string>;
  readonly auditIds: Set<string>;
}

const PLACE = /^([A-Za-z0-9._-]+)\/(\d{1,6})\/(\d{1,19})$/;

/** An id may be of anything; a place is written topic/partition/offset. */
function wantedOf(record: string, prefix: string): Wanted {
  const place = PLACE.exec(record);
  const [, topic = ''] = place ?? [];
  const isShort = Object.hasOwn(TOPICS, topic) && prefix !== '';
  return {
    places: new Set(place === null ? [] : [isShort ? prefix + record : record]),
    ids: new Set([record]),
    auditIds: new Set([record]),
  };
}

interface Context extends TraceParts {
  readonly wanted: Wanted;
  readonly steps: Step[];
}

function say(context: Context, record: LogRecord, what: string, id?: string): void {
  const time = timeText(record.timestampMs);
  context.steps.push({ time, where: placeText(record), what, ...(id === undefined ? {} : { id }) });
}

async function followLetters({ pipeline, since, wanted }: Context): Promise<void> {
  for await (const letter of readLetters(pipeline, since)) {
    const { id, offset, partition, replayOf, topic } = letter;
    if (!wanted.ids.has(id)) continue;
    wanted.places.add(`${topic}/${partition}/${offset}`);
    if (replayOf !== null) wanted.ids.add(replayOf);
  }
}

/** A finding leads to its events; what is asked for by its place, to its id. */
async function followPlaces(
  { pipeline, since, wanted }: Context,
  topic: 'audit.events' | 'audit.findings',
): Promise<void> {
  for await (const record of pipeline.read(topic, since)) {
    const decoded = codecOf(topic).decode(record.value ?? Buffer.alloc(0));
    if (!decoded.ok) continue;
    const { id } = decoded.value;
    if (wanted.places.has(placeText(record))) wanted.ids.add(id);
    const events = 'events' in decoded.value ? decoded.value.events : [];
    if (wanted.ids.has(id)) for (const event of events) wanted.ids.add(event);
  }
}

function isEventWanted({ ids, auditIds }: Wanted, { auditId, id }: AuditEvent): boolean {
  return ids.has(id) || (auditId !== null && auditIds.has(auditId));
}

function receivedText(batch: RawBatch | undefined, isDone: boolean): string {
  if (batch === undefined) return 'Is in the topic, but is no record of ours';
  const { cluster, collectorId, part, parts, replayOf, sender, senderId, sequence, source } = batch;
  const who = senderId === '' ? sender : `${senderId} (${sender})`;
  const split = parts > 1 ? `, part ${part + 1} of ${parts}` : '';
  const again = replayOf === null ? '' : `; replay of dead letter ${replayOf}`;
  const next = isDone ? '' : '; the normalizer has not come to it';
  return `Received from ${who} as ${source} of cluster ${cluster} by collector ${collectorId}, number ${sequence}${split}${again}${next}`;
}

/** What an ending is in words, if it is of what is looked for, or all of the record is. */
function becameText(
  context: Context,
  ending: Ending<AuditEvent>,
  isAll: boolean,
): readonly [string, string?][] {
  const { wanted } = context;
  switch (ending.kind) {
    case 'emit':
      return ending.items
        .filter((event) => isAll || isEventWanted(wanted, event))
        .map((event) => {
          wanted.ids.add(event.id);
          return [`Gives the event ${event.id} (auditID ${event.auditId ?? 'none'})`, event.id];
        });
    case 'drop':
      return isAll ? [[`Has an item that is dropped: ${ending.reason}`]] : [];
    case 'reject':
      return isAll
        ? [[`Has an item that is rejected: ${ending.fault.code}, ${ending.fault.message}`]]
        : [];
    case 'divert':
      return [];
  }
}

async function traceRaw(context: Context, committed: Committed): Promise<void> {
  const { pipeline, since, stage, wanted } = context;
  for await (const record of pipeline.read('audit.raw', since)) {
    const { batch, endings } = decideRecord(stage, record);
    const isReplay = batch?.replayOf != null && wanted.ids.has(batch.replayOf);
    const isAll = wanted.places.has(placeText(record)) || isReplay;
    const became = endings.flatMap((ending) => becameText(context, ending, isAll));
    if (!isAll && became.length === 0) continue;
    const { offset, partition, topic } = record;
    wanted.places.add(placeText(record));
    if (isAll) wanted.ids.add(letterId(topic, partition, offset, null));
    say(context, record, receivedText(batch, isPast(committed, record)));
    for (const [text, id] of became) say(context, record, text, id);
  }
}

async function traceEvents(context: Context): Promise<ReadonlyMap<string, string>> {
  const { pipeline, since, wanted } = context;
  const kinds = new Map<string, string>();
  const past = new Map<string, Committed>();
  for (const stage of ['detector', 'indexer.events']) {
    const positions = await pipeline.positions(stage, 'audit.events');
    past.set(stage, new Map(positions.map((p) => [p.partition, p.committed])));
  }
  for await (const record of pipeline.read('audit.events', since)) {
    const decoded = codecOf('audit.events').decode(record.value ?? Buffer.alloc(0));
    if (!decoded.ok || !isEventWanted(wanted, decoded.value)) continue;
    const { id, kind } = decoded.value;
    wanted.ids.add(id);
    kinds.set(id, kind);
    const late = [...past].filter(([, committed]) => !isPast(committed, record)).map(([s]) => s);
    const rest = late.length === 0 ? '' : `; not yet worked on by ${late.join(', ')}`;
    say(context, record, `Was written as event ${id}${rest}`, id);
  }
  return kinds;
}

async function traceFindings(context: Context): Promise<readonly string[]> {
  const { pipeline, since, wanted } = context;
  const found: string[] = [];
  for await (const record of pipeline.read('audit.findings', since)) {
    const decoded = codecOf('audit.findings').decode(record.value ?? Buffer.alloc(0));
    if (!decoded.ok) continue;
    const { events, id, level, ruleName } = decoded.value;
    if (!wanted.ids.has(id) && !events.some((event) => wanted.ids.has(event))) continue;
    if (!found.includes(id)) found.push(id);
    say(context, record, `Gave the finding ${id}: ${ruleName} (${level.toLowerCase()})`, id);
  }
  return found;
}

async function traceLetters(context: Context): Promise<void> {
  const { pipeline, since, steps, wanted } = context;
  for await (const letter of readLetters(pipeline, since)) {
    const { attempts, code, id, offset, partition, reason, receivedAt, stage, topic } = letter;
    const where = `${topic}/${partition}/${offset}`;
    if (!wanted.ids.has(id) && !wanted.places.has(where)) continue;
    const what = `Was rejected by ${stage}: ${code}, ${reason}; dead letter ${id}, try ${attempts}`;
    steps.push({ time: timeText(receivedAt), where, what, id });
  }
}

async function traceStore(
  { pipeline, steps }: Context,
  kinds: ReadonlyMap<string, string>,
  findings: readonly string[],
): Promise<void> {
  const asked = [
    ...[...kinds].map(([id, kind]) => [id, collectionOfKind(kind)] as const),
    ...findings.map((id) => [id, 'findings'] as const),
  ];
  for (const [id, collection] of asked) {
    const isThere = (await pipeline.existing(collection, [id])).has(id);
    const what = isThere
      ? `Is in the store among ${collection}`
      : `Is NOT in the store (${collection})`;
    steps.push({ time: '', where: 'store', what, id });
  }
}

/** The steps in the order of the pipeline; empty: nothing is known of it since then. */
export async function traceRecord(parts: TraceParts, record: string): Promise<readonly Step[]> {
  const context: Context = { ...parts, wanted: wantedOf(record, parts.topicPrefix), steps: [] };
  const positions = await parts.pipeline.positions('normalizer', 'audit.raw');
  await followLetters(context);
  await followPlaces(context, 'audit.findings');
  await followPlaces(context, 'audit.events');
  await traceRaw(context, new Map(positions.map((p) => [p.partition, p.committed])));
  const kinds = await traceEvents(context);
  const findings = await traceFindings(context);
  await traceLetters(context);
  await traceStore(context, kinds, findings);
  return context.steps;
}
