/**
 * Owns: what became of an id, by what is known of it. Pure.
 */
import type { SourceLabel } from '../../../shared/domain/sources.ts';
import type { IdTable } from './id-table.ts';
import { BIT, LABELS } from './recount.ts';

/** How many ids ended how. */
export interface Fate {
  /** In the store. */
  indexed: number;
  /** In the topic, the indexer is not there yet. */
  waiting: number;
  /** The store refused it: it is a dead letter. */
  refused: number;
  /** The indexer is past it, and the store does not have it. */
  unstored: number;
  /** Neither in the topic nor in the store, although the normalizer is past its record. */
  lost: number;
  /** As lost, but retention has taken the topic's records of that time. */
  expired: number;
  /** As lost, but rejected then: today's normalizer would take it. */
  curable: number;
}

export type FateName = keyof Fate;

export function noFate(): Fate {
  return {
    ...{ indexed: 0, waiting: 0, refused: 0, unstored: 0, lost: 0, expired: 0, curable: 0 },
  };
}

/** By the bits alone; `lost` may turn out to be expired or curable. */
export function fateOf(bits: number): FateName {
  if ((bits & BIT.stored) !== 0) return 'indexed';
  if ((bits & BIT.refused) !== 0) return 'refused';
  if ((bits & BIT.written) !== 0) return 'unstored';
  return (bits & BIT.waiting) === 0 ? 'lost' : 'waiting';
}

export type Fates = ReadonlyMap<SourceLabel, Fate>;

export function fatesOf(table: IdTable): Fates {
  const fates = new Map<SourceLabel, Fate>();
  for (const { bits, label } of table.entries()) {
    const name = LABELS[label] ?? 'none';
    const fate = fates.get(name) ?? noFate();
    fates.set(name, fate);
    fate[fateOf(bits)]++;
  }
  return fates;
}

export function sumOf(fates: Iterable<Fate>, name: FateName): number {
  let sum = 0;
  for (const fate of fates) sum += fate[name];
  return sum;
}
