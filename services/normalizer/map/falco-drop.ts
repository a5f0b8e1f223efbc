/**
 * Owns: what Falco says of itself when it did not see everything, as an event about coverage.
 * Does not own: the form of such events (shared/domain/coverage.ts).
 */
import { COLLECTIONS } from '../../../shared/domain/collections.ts';
import { type Coverage, coverageDocument, coverageIds } from '../../../shared/domain/coverage.ts';
import type { JsonObject } from '../read/leaf.ts';
import { place, type Where } from './activity.ts';
import { field, type Fields, flatFields } from './falco-fields.ts';
import { compact, object, text } from './fields.ts';
import { ingestOf } from './ingest.ts';
import type { Around, Mapped } from './mapped.ts';

/** Rules that Falco has built in (userspace/falco/event_drops.cpp, process_events.cpp). */
const DROPS: ReadonlyMap<string, string> = new Map([
  ['Falco internal: syscall event drop', 'buffer_full'],
  ['Falco internal: timeouts notification', 'timeouts'],
]);

/** Why Falco is blind; undefined: it does not say so. Old releases have no source. */
export function dropOf({ rule, source }: JsonObject): string | undefined {
  if (source !== undefined && source !== 'internal') return undefined;
  return typeof rule === 'string' ? DROPS.get(rule) : undefined;
}

export interface Drop {
  readonly id: string;
  readonly value: JsonObject;
  readonly fields: Fields;
  readonly where: Where;
  readonly recorded: string | undefined;
  readonly drop: string;
}

function messageOf({ drop, fields, where }: Drop): string {
  const on = place({ node: where.node });
  if (drop === 'timeouts') return `Falco ${on} has got no system calls for a while`;
  const dropped = field(fields, 'n_drops');
  return `Falco ${on} dropped ${dropped ?? 'some'} system calls: what they did was not looked at`;
}

export function mapDrop(found: Drop, around: Around): Mapped {
  const { drop, fields, id, recorded, value, where } = found;
  const timestamp = recorded ?? around.fallback;
  const timeMs = Date.parse(timestamp);
  const coverage: Coverage = {
    ...{ kind: 'sensor_drop', state: 'once', level: 'medium', cluster: around.cluster },
    ...{ source: around.source, key: id, reason: drop, message: messageOf(found) },
    ...(where.node === undefined ? {} : { sender: where.node }),
    // Part of its id, which must not depend on when it came.
    beginMs: recorded === undefined ? 0 : timeMs,
    ...{ timeMs, sinceMs: timeMs },
  };
  const { dataset } = COLLECTIONS.activity;
  const document = coverageDocument(coverage, { dataset, namespace: around.dataStreamNamespace });
  return {
    ...{ id: coverageIds(coverage).id, kind: 'coverage', timestamp },
    partial: around.isCut || around.isShortened,
    facts: { node: where.node },
    document: {
      ...document,
      host: where.node === undefined ? undefined : { name: where.node },
      rule: { name: text(value['rule']), ruleset: 'falco' },
      falco: compact({
        source: text(value['source']),
        priority: text(value['priority']),
        output: text(value['output']),
        output_fields: flatFields(fields),
      }),
      podwitness: {
        ...object(document['podwitness']),
        partial: around.isCut || around.isShortened ? true : undefined,
        redaction: around.redaction,
        ingest: ingestOf(around),
      },
    },
  };
}
