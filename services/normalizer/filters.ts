/**
 * Owns: what of the records the configuration does not want (`normalizer.filters`). The first filter
 * that matches decides; the same record meets the same end on every repeat and replay.
 * Does not own: what is never taken away (session-related.ts).
 */
import type { AuditEvent } from '../../schemas/generated/avro.ts';
import { anyOf, type Wildcard } from '../../shared/domain/wildcard.ts';
import type { DropReason } from '../../shared/pipeline/outcome.ts';
import type { JsonObject } from './read/leaf.ts';
import { isSessionRelated } from './session-related.ts';

/** As in the configuration. All that is given must match; a field that a record lacks matches nothing. */
export interface Filter {
  readonly name: string;
  readonly sources?: readonly string[] | undefined;
  readonly clusters?: readonly string[] | undefined;
  readonly namespaces?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly verbs?: readonly string[] | undefined;
  readonly users?: readonly string[] | undefined;
  readonly keepPercent: number;
}

export interface Unwanted {
  readonly reason: Extract<DropReason, 'filtered' | 'sampled'>;
  /** Name of the filter. */
  readonly filter: string;
}

/** Undefined: the record stays. */
export type Filtering = (event: AuditEvent, value: JsonObject) => Unwanted | undefined;

type Test = (event: AuditEvent) => boolean;

function matching(
  patterns: readonly string[] | undefined,
  fieldOf: (event: AuditEvent) => string | null,
): Test[] {
  if (patterns === undefined) return [];
  const matches: Wildcard = anyOf(patterns);
  return [
    (event) => {
      const value = fieldOf(event);
      return value !== null && matches(value);
    },
  ];
}

/** `pods`, `pods/log`. */
function resourceOf({ resource, subresource }: AuditEvent): string | null {
  return resource === null || subresource === null ? resource : `${resource}/${subresource}`;
}

function testOf(filter: Filter): Test {
  const { clusters, namespaces, resources, sources, users, verbs } = filter;
  const tests = [
    ...matching(sources, (event) => event.source),
    ...matching(clusters, (event) => event.cluster),
    ...matching(namespaces, (event) => event.namespace),
    ...matching(resources, resourceOf),
    ...matching(verbs, (event) => event.verb),
    // Who really sent it: acting as somebody else hides nobody.
    ...matching(users, (event) => event.userName),
  ];
  return (event) => tests.every((test) => test(event));
}

const SHARES = 0x1_0000_0000;

/** In [0, 100), spread evenly and fixed by the id, which holds times that only the server sets. */
function percentOf(id: string): number {
  return (Buffer.from(id.slice(0, 6), 'base64url').readUInt32BE(0) / SHARES) * 100;
}

/** Alerts and gaps in coverage always stay, and so does whatever may belong to a session. */
export function createFiltering(filters: readonly Filter[]): Filtering {
  const tested = filters.map((filter) => ({ filter, matches: testOf(filter) }));
  return (event, value) => {
    const found = tested.find(({ matches }) => matches(event));
    if (found === undefined || event.kind === 'alert' || event.kind === 'coverage')
      return undefined;
    const { keepPercent, name } = found.filter;
    if (keepPercent >= 100 || isSessionRelated(event, value)) return undefined;
    if (keepPercent === 0) return { reason: 'filtered', filter: name };
    return percentOf(event.id) < keepPercent ? undefined : { reason: 'sampled', filter: name };
  };
}
