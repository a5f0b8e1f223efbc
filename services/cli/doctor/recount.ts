/**
 * Owns: what audit.raw must have given: the same pure stage as the normalizer's, over the same records.
 */
import type { AuditEvent, RawBatch } from '../../../schemas/generated/avro.ts';
import type { Fault } from '../../../shared/errors/fault.ts';
import { letterId } from '../../../shared/domain/ids.ts';
import { SOURCES, type SourceLabel, sourceLabel } from '../../../shared/domain/sources.ts';
import { type Ending, endings } from '../../../shared/pipeline/outcome.ts';
import type { Stage } from '../../../shared/pipeline/stage.ts';
import { readTick } from '../../../shared/pipeline/tick.ts';
import type { LogRecord } from '../../../shared/ports/log.ts';
import { codecOf } from '../../../shared/runtime/stage-worker.ts';
import type { Pipeline } from '../local/pipeline.ts';
import { type ChainCheck, type ChainReport, createChainCheck } from './chain-check.ts';
import { createIdTable, type IdTable } from './id-table.ts';

/** What is known of an id. */
export const BIT = {
  /** A record of audit.raw that is done gives it. */
  expected: 1,
  /** In the topic, and the indexer is past it. */
  written: 2,
  /** In the topic, and the indexer is not past it. */
  waiting: 4,
  stored: 8,
  /** In the dead letters of the indexer. */
  refused: 16,
  /** More than one record gives it. */
  repeated: 32,
  /** Belongs to the collection `activity`. */
  activity: 64,
} as const;

export const LABELS: readonly SourceLabel[] = [...SOURCES, 'replay', 'none'];

export interface Window {
  /** Of records' timestamps, ms since the epoch; `since` inclusive, `until` exclusive. */
  readonly since: number;
  readonly until: number;
  readonly nowMs: number;
}

/** Counts of one source. `items` is the sum of emitted, dropped and rejected. */
export interface Row {
  bodies: number;
  records: number;
  bytes: number;
  /** Records that the normalizer has not come to. */
  pending: number;
  items: number;
  emitted: number;
  /** Of what was emitted: the same event again. */
  repeats: number;
  readonly dropped: Record<string, number>;
  readonly rejected: Record<string, number>;
}

export interface Recount {
  readonly rows: ReadonlyMap<SourceLabel, Row>;
  readonly events: IdTable;
  /** Ids, by place, of the letters that the normalizer must have written. */
  readonly letters: IdTable;
  /** Ids of letters whose replay gave no letter. */
  readonly cured: IdTable;
  readonly chain: ChainReport;
}

export type NormalizerStage = Stage<RawBatch, AuditEvent>;

/** A record's endings as the normalizer gives them; none for a tick. */
export function decideRecord(
  stage: NormalizerStage,
  record: LogRecord,
): { readonly batch: RawBatch | undefined; readonly endings: readonly Ending<AuditEvent>[] } {
  if (readTick(record.headers) !== undefined) return { batch: undefined, endings: [] };
  const decoded = codecOf('audit.raw').decode(record.value ?? Buffer.alloc(0));
  if (!decoded.ok) return { batch: undefined, endings: [rejection(decoded.fault)] };
  const { offset, partition, timestampMs, topic } = record;
  const origin = { topic, partition, offset, timestampMs };
  const [outcome] = stage.apply([{ value: decoded.value, origin }]);
  if (outcome === undefined) throw new Error('The normalizer decided on nothing');
  return { batch: decoded.value, endings: endings(outcome) };
}

function rejection(fault: Fault): Ending<AuditEvent> {
  return { kind: 'reject', fault };
}

function emptyRow(): Row {
  return {
    ...{ bodies: 0, records: 0, bytes: 0, pending: 0, items: 0, emitted: 0, repeats: 0 },
    dropped: {},
    rejected: {},
  };
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** How far beside the window records are read, so that no number seems missing at its edges. */
const CHAIN_MARGIN_MS = 120_000;

export type Committed = ReadonlyMap<number, bigint>;

export function isPast(committed: Committed, { offset, partition }: LogRecord): boolean {
  return offset < (committed.get(partition) ?? 0n);
}

export function placeText({ offset, partition, topic }: LogRecord): string {
  return `${topic}/${partition}/${offset}`;
}

export interface RecountParts {
  readonly pipeline: Pick<Pipeline, 'read'>;
  readonly stage: NormalizerStage;
  readonly window: Window;
  /** Of the normalizer, taken before. */
  readonly committed: Committed;
  readonly maxIds?: number;
}

interface Tally {
  readonly rows: Map<SourceLabel, Row>;
  readonly events: IdTable;
  readonly letters: IdTable;
  readonly cured: IdTable;
  readonly chain: ChainCheck;
}

function rowOf(rows: Map<SourceLabel, Row>, label: SourceLabel): Row {
  const row = rows.get(label) ?? emptyRow();
  rows.set(label, row);
  return row;
}

function countEnding(
  tally: Tally,
  label: SourceLabel,
  record: LogRecord,
  ending: Ending<AuditEvent>,
): void {
  const row = rowOf(tally.rows, label);
  row.items++;
  if (ending.kind === 'drop') add(row.dropped, ending.reason);
  if (ending.kind === 'reject') {
    add(row.rejected, ending.fault.code);
    const { offset, partition, topic } = record;
    const id = letterId(topic, partition, offset, ending.part?.index ?? null);
    tally.letters.mark(id, BIT.expected, LABELS.indexOf(label));
  }
  if (ending.kind !== 'emit') return;
  row.emitted++;
  for (const { id, kind } of ending.items) {
    const collection = kind === 'audit' ? 0 : BIT.activity;
    const before = tally.events.mark(id, BIT.expected | collection, LABELS.indexOf(label));
    if (before === 0) continue;
    row.repeats++;
    tally.events.mark(id, BIT.repeated);
  }
}

function countRow(row: Row, batch: RawBatch | undefined, isDone: boolean): void {
  row.records++;
  row.bytes += batch?.body.length ?? 0;
  if ((batch?.part ?? 0) === 0) row.bodies++;
  if (!isDone) row.pending++;
}

function countRecord(tally: Tally, parts: RecountParts, record: LogRecord): void {
  const { committed, stage, window } = parts;
  if (readTick(record.headers) !== undefined) return;
  const isInside = record.timestampMs >= window.since && record.timestampMs < window.until;
  const isDone = isPast(committed, record);
  const decided = isInside && isDone ? decideRecord(stage, record) : undefined;
  const batch = decided === undefined ? batchOf(record) : decided.batch;
  if (batch !== undefined) tally.chain.add(batch, placeText(record), record.timestampMs);
  if (!isInside) return;
  const replayOf = batch?.replayOf ?? null;
  const label = sourceLabel(replayOf === null ? batch?.source : 'replay');
  countRow(rowOf(tally.rows, label), batch, isDone);
  if (decided === undefined) return;
  for (const ending of decided.endings) countEnding(tally, label, record, ending);
  const isCured = decided.endings.every(({ kind }) => kind !== 'reject');
  if (replayOf !== null && isCured) tally.cured.mark(replayOf, BIT.expected);
}

function batchOf(record: LogRecord): RawBatch | undefined {
  const decoded = codecOf('audit.raw').decode(record.value ?? Buffer.alloc(0));
  return decoded.ok ? decoded.value : undefined;
}

/** Reads the window of audit.raw once. */
export async function recount(parts: RecountParts): Promise<Recount> {
  const { maxIds, pipeline, window } = parts;
  const tally: Tally = {
    rows: new Map(),
    events: createIdTable(maxIds),
    letters: createIdTable(maxIds),
    cured: createIdTable(maxIds),
    chain: createChainCheck(window),
  };
  const from = Math.max(0, window.since - CHAIN_MARGIN_MS);
  for await (const record of pipeline.read('audit.raw', from)) {
    if (record.timestampMs >= from && record.timestampMs < window.until + CHAIN_MARGIN_MS) {
      countRecord(tally, parts, record);
    }
  }
  return { ...tally, chain: tally.chain.report() };
}
