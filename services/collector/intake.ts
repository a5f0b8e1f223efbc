/**
 * Owns: the one way into audit.raw, for what was posted and for what the collector fetches: the
 * chain over all that this process wrote, and the counts of what was taken.
 * Does not own: where a body comes from (webhook.ts, files, topics), what its records are (accept.ts).
 */
import type { OutRecord } from '../../shared/ports/log.ts';
import type { DoorTelemetry, StageTelemetry } from '../../shared/ports/telemetry.ts';
import { type AcceptParts, accept, type Request } from './accept.ts';
import { CHAIN_START } from '../../shared/domain/chain.ts';
import { addAll, createRefused } from './refused.ts';

export type IntakeRequest = Request;

export type Taken =
  | { readonly ok: true; readonly records: number; readonly isFallback?: boolean }
  /** One item is larger than the log takes, so nothing of the body was taken. */
  | { readonly ok: false; readonly largestBytes: number };

export interface Intake {
  /**
   * Resolves when the body is durable. Throws what the log throws: TransientError for "not now",
   * FatalError where a person must act; then the body may still be there, as with every lost answer.
   * `fallback` is taken where the log takes no item as large as one in `request`.
   */
  take(request: IntakeRequest, fallback?: IntakeRequest): Promise<Taken>;
}

export interface IntakeParts extends AcceptParts {
  readonly telemetry: StageTelemetry;
  readonly door: Pick<DoorTelemetry, 'took'>;
  /** Resolves when the records are durable. */
  append(records: readonly OutRecord[]): Promise<void>;
}

/** One for each process: the chain has no gap but the sequences that its records name as refused. */
export function createIntake(parts: IntakeParts): Intake {
  const { telemetry } = parts;
  const refused = createRefused();
  let chain = CHAIN_START;
  return {
    async take(request, fallback) {
      const told = refused.take();
      const wanted = accept(parts, request, chain, told);
      const isFallback = !wanted.ok && fallback !== undefined;
      const accepted = isFallback ? accept(parts, fallback, chain, told) : wanted;
      if (!accepted.ok) {
        addAll(refused, told);
        telemetry.received(1, request.source);
        telemetry.rejected('item_too_large', 1, request.source);
        return accepted;
      }
      const first = chain.sequence + 1;
      const { records, last } = accepted;
      chain = last;
      try {
        await parts.append(records);
      } catch (error) {
        addAll(refused, told);
        refused.add(first, last.sequence);
        throw error;
      }
      telemetry.received(1, request.source);
      telemetry.emitted(1, request.source);
      telemetry.sent(records.length);
      parts.door.took(accepted.items, accepted.isTorn, request.source);
      return { ok: true, records: records.length, ...(isFallback ? { isFallback } : {}) };
    },
  };
}
