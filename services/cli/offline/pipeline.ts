/**
 * Owns: the stages over bodies in memory, without a log: the same decisions as live, in an order
 * that depends on the content alone. Pure.
 */
import type { AuditEvent, Finding, RawBatch } from '../../../schemas/generated/avro.ts';
import { rawBatch } from '../../../schemas/raw-batch.ts';
import { endings } from '../../../shared/pipeline/outcome.ts';
import type { Envelope, Stage } from '../../../shared/pipeline/stage.ts';

export interface OfflineStages {
  readonly normalizer: Stage<RawBatch, AuditEvent>;
  readonly detector: Stage<AuditEvent, Finding>;
}

export interface OfflineResult {
  /** By time, then id: the order of the files does not matter. */
  readonly events: readonly AuditEvent[];
  readonly findings: readonly Finding[];
}

export interface Offline {
  /** Takes one body; returns how many events it held and how many parts could not be read. */
  add(body: Buffer): { readonly events: number; readonly rejected: number };
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

export function createOffline(stages: OfflineStages, cluster: string): Offline {
  const byId = new Map<string, AuditEvent>();
  const keep = (event: AuditEvent): void => {
    const known = byId.get(event.id);
    if (known === undefined || isFuller(event, known)) byId.set(event.id, event);
  };
  return {
    add(body) {
      let events = 0;
      let rejected = 0;
      const outcomes = stages.normalizer.apply([
        envelope(rawBatch({ source: 'audit', cluster, body })),
      ]);
      for (const ending of outcomes.flatMap((o) => endings(o))) {
        if (ending.kind === 'reject') rejected++;
        if (ending.kind !== 'emit') continue;
        for (const event of ending.items) {
          events++;
          keep(event);
        }
      }
      return { events, rejected };
    },
    result() {
      const events = [...byId.values()].sort(byTimeAndId);
      const outcomes = stages.detector.apply(events.map(envelope));
      const found = outcomes
        .flatMap((o) => endings(o))
        .flatMap((ending) => (ending.kind === 'emit' ? ending.items : []));
      return { events, findings: firstById(found) };
    },
  };
}
