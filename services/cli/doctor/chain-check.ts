/**
 * Owns: whether audit.raw still is what the collectors wrote: each record against its own hash, each
 * one against the one before, and no number missing but those that are told of as refused. Pure.
 * What the chain can not show: that the newest records of a collector were taken away.
 */
import type { RawBatch } from '../../../schemas/generated/avro.ts';
import { isLinkTrue } from '../../../shared/domain/chain.ts';
import { FatalError } from '../../../shared/errors/fault.ts';

/** About 300 MB. */
const MAX_RECORDS = 1_000_000;
const MAX_EXAMPLES = 5;
/** A number may be missing for as long as its append may still be going on. */
const IN_FLIGHT_MS = 60_000;

export interface ChainReport {
  readonly collectors: number;
  readonly records: number;
  /** Answered 503, so that the sender came again. */
  readonly refused: number;
  /** The same record more than once. */
  readonly copies: number;
  /** Bytes, sequence or hash are not as they were written. */
  readonly altered: number;
  /** Does not follow the one before it. */
  readonly unlinked: number;
  /** Numbers that are neither there nor refused. */
  readonly gaps: number;
  readonly examples: readonly string[];
}

interface Link {
  readonly chain: string;
  readonly previous: string;
  readonly place: string;
  readonly timeMs: number;
}

interface Chain {
  readonly links: Map<number, Link>;
  readonly refused: Set<number>;
}

export interface ChainWindow {
  readonly since: number;
  readonly until: number;
  readonly nowMs: number;
}

export interface ChainCheck {
  /** `place`: topic/partition/offset; `timeMs`: the record's. */
  add(batch: RawBatch, place: string, timeMs: number): void;
  report(): ChainReport;
}

interface Faults {
  copies: number;
  altered: number;
  unlinked: number;
  gaps: number;
  refused: number;
  readonly examples: string[];
}

function note(
  faults: Faults,
  kind: 'altered' | 'unlinked' | 'gaps',
  n: number,
  text: string,
): void {
  faults[kind] += n;
  if (faults.examples.length < MAX_EXAMPLES) faults.examples.push(text);
}

/** Numbers between two records that nobody told of. */
function unexplained({ refused }: Chain, after: number, before: number): number {
  let told = 0;
  for (const sequence of refused) if (sequence > after && sequence < before) told++;
  return before - after - 1 - told;
}

function checkLinks(collector: string, chain: Chain, window: ChainWindow, faults: Faults): void {
  const sequences = [...chain.links.keys()].sort((a, b) => a - b);
  sequences.forEach((sequence, i) => {
    const link = chain.links.get(sequence) as Link;
    const isInside = link.timeMs >= window.since && link.timeMs < window.until;
    const previous = sequences[i - 1];
    if (previous === undefined || !isInside) return;
    const before = chain.links.get(previous) as Link;
    if (previous === sequence - 1) {
      if (link.previous === before.chain) return;
      note(faults, 'unlinked', 1, `${link.place} does not follow ${before.place} (${collector})`);
      return;
    }
    const missing = unexplained(chain, previous, sequence);
    if (missing === 0 || link.timeMs > window.nowMs - IN_FLIGHT_MS) return;
    const what = `${missing} missing between ${before.place} and ${link.place}`;
    note(faults, 'gaps', missing, `${what} (${collector}, sequences ${previous} to ${sequence})`);
  });
}

/** Bytes of a hash that are kept: two that differ only beyond are not found by looking for them. */
const KEPT_HASH_BYTES = 16;

function kept(hash: Buffer): string {
  return hash.toString('latin1', 0, KEPT_HASH_BYTES);
}

export function createChainCheck(window: ChainWindow): ChainCheck {
  const chains = new Map<string, Chain>();
  const faults: Faults = {
    ...{ copies: 0, altered: 0, unlinked: 0, gaps: 0 },
    refused: 0,
    examples: [],
  };
  let records = 0;
  return {
    add(batch, place, timeMs) {
      if (++records > MAX_RECORDS) {
        const message = `More than ${MAX_RECORDS} records in audit.raw: shorten the window`;
        throw new FatalError(message, { code: 'usage' });
      }
      const { collectorId, sequence } = batch;
      if (!isLinkTrue(batch, batch.body)) {
        note(faults, 'altered', 1, `${place} is not as ${collectorId} wrote it`);
        return;
      }
      const chain: Chain = chains.get(collectorId) ?? { links: new Map(), refused: new Set() };
      chains.set(collectorId, chain);
      for (const number of batch.refused) chain.refused.add(number);
      const link = { chain: kept(batch.chain), previous: kept(batch.previousChain), place, timeMs };
      const known = chain.links.get(sequence);
      if (known === undefined) chain.links.set(sequence, link);
      else if (known.chain === link.chain) faults.copies++;
      else
        note(faults, 'altered', 1, `${place} and ${known.place} have one number (${collectorId})`);
    },
    report() {
      for (const [id, chain] of chains) {
        checkLinks(id, chain, window, faults);
        for (const number of chain.refused) if (!chain.links.has(number)) faults.refused++;
      }
      return { collectors: chains.size, records, ...faults };
    },
  };
}
