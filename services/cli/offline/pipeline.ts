/**
 * Owns: the stages over bodies in memory, without a log: the same decisions as live, in an order
 * that depends on the content alone. Pure.
 */
import type { AuditEvent, Finding, Session, Signal } from '../../../schemas/generated/avro.ts';
import { rawBatch } from '../../../schemas/raw-batch.ts';
import { endings } from '../../../shared/pipeline/outcome.ts';
import type { Envelope, Stage } from '../../../shared/pipeline/stage.ts';
import type { DetectorOut } from '../../detector/stage.ts';
import type { SessionsRecord } from '../../detector/worker.ts';
import type { OfflineNormalizer } from '../../normalizer/stage.ts';

export interface OfflineStages {
  /** Its stage gives events as they are; what all of them teach is added when all are read. */
  readonly normalizer: OfflineNormalizer;
  readonly detector: Stage<AuditEvent, DetectorOut>;
  /** What the detector's signals come to, when all have been told. */
  sessions(signals: readonly Signal[]): readonly SessionsRecord[];
}

export interface OfflineResult {
  /** By time, then id: the order of the files does not matter. */
  readonly events: readonly AuditEvent[];
  readonly findings: readonly Finding[];
  readonly sessions: readonly Session[];
}

/** What a body held: events, and by reason what was known to be none and what could not be read. */
export interface Added {
  readonly events: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
}

export interface Offline {
  /** Takes one body. */
  add(body: Buffer): Added;
  result(): OfflineResult;
}

const NOWHERE = { topic: '', partition: 0, offset: 0n, timestampMs: 0 };

function envelope<T>(value: T): Envelope<T> {
  return { value, origin: NOWHERE };
}

function byTimeAndId<T extends { readonly time: number; readonly id: string }>(a: T, b: T): number {
  return a.time - b.time || (a.id < b.id ? -1 : Number(a.id > b.id));
}

/** Whether `a` stands for both: the fuller one (a truncated copy has no bodies), whatever came first. */
function isFuller(a: AuditEvent, b: AuditEvent): boolean {
  const longer = a.document.length - b.document.length;
  return longer > 0 || (longer === 0 && Buffer.compare(a.document, b.document) > 0);
}

function firstById<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  const first = new Map<string, T>();
  for (const item of items) if (!first.has(item.id)) first.set(item.id, item);
  return [...first.values()];
}

function count(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

export function createOffline(stages: OfflineStages, cluster: string): Offline {
  const byId = new Map<string, AuditEvent>();
  const keep = (event: AuditEvent): void => {
    const known = byId.get(event.id);
    if (known === undefined || isFuller(event, known)) byId.set(event.id, event);
  };
  return {
    add(body) {
      let events = 0;
      const dropped: Record<string, number> = {};
      const rejected: Record<string, number> = {};
      const outcomes = stages.normalizer.stage.apply([
        envelope(rawBatch({ source: 'logs', cluster, body })),
      ]);
      for (const ending of outcomes.flatMap((o) => endings(o))) {
        if (ending.kind === 'reject') count(rejected, ending.fault.code);
        if (ending.kind === 'drop') count(dropped, ending.reason);
        if (ending.kind !== 'emit') continue;
        for (const event of ending.items) {
          events++;
          keep(event);
        }
      }
      return { events, dropped, rejected };
    },
    result() {
      const complete = stages.normalizer.completing();
      const events = [...byId.values()].sort(byTimeAndId).map((event) => complete(event));
      const outcomes = stages.detector.apply(events.map(envelope));
      const told = outcomes
        .flatMap((o) => endings(o))
        .flatMap((ending) => (ending.kind === 'emit' ? ending.items : []));
      const signals = told.flatMap((one) => (one.topic === 'audit.signals' ? [one.value] : []));
      const records = [...told, ...stages.sessions(signals)];
      const found = records.flatMap((one) => (one.topic === 'audit.findings' ? [one.value] : []));
      const sessions = records.flatMap((one) =>
        one.topic === 'audit.sessions' ? [one.value] : [],
      );
      return {
        events,
        findings: firstById(found).toSorted(byTimeAndId),
        sessions: sessions.toSorted(byTimeAndId),
      };
    },
  };
}
