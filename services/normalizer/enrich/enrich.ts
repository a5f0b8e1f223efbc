/**
 * Owns: adding to a document what is known beside the record: who owns the cluster, where an address
 * is, which workload a pod belongs to. What the record itself says always stays.
 * Does not own: where that is read from (the files beside this one).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import type { Facts, Kind } from '../map/mapped.ts';
import { merged } from '../map/merged.ts';

/** A document that is about to be written, with what of it can be asked cheaply. */
export interface Subject {
  readonly kind: Kind;
  readonly cluster: string;
  /** `@timestamp`, milliseconds since 1970. */
  readonly timeMs: number;
  readonly facts: Facts;
  readonly document: JsonObject;
}

/** What to add, as a part of a document; undefined: nothing is known. Pure, total and cheap. */
export type Enrich = (subject: Subject) => JsonObject | undefined;

/** All of them, in this order; the first that knows a field says what it is. */
export function enrichWith(enrichers: readonly Enrich[]): Enrich {
  return (subject) =>
    enrichers.reduce<JsonObject | undefined>((known, enrich) => {
      const more = enrich(subject);
      if (more === undefined) return known;
      return known === undefined ? more : merged(known, more);
    }, undefined);
}
