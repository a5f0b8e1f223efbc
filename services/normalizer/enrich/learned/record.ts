/**
 * Owns: a timeline as the value of a record of audit.inventory, and back.
 */
import type { InventoryFact } from '../../../../schemas/generated/avro.ts';
import { type Change, clusterOf, type Observation, type Says } from './fact.ts';
import type { Timeline } from './timeline.ts';

/** `timeline` is not empty. */
export function inventoryFact(key: string, timeline: Timeline): InventoryFact {
  const body = timeline.map(({ atMs, change, says }) => [atMs, change, says]);
  return {
    key,
    cluster: clusterOf(key),
    time: timeline.at(-1)?.atMs ?? 0,
    body: Buffer.from(JSON.stringify(body)),
  };
}

const CHANGES: ReadonlySet<unknown> = new Set<Change>(['start', 'set', 'end']);

function isChange(value: unknown): value is Change {
  return CHANGES.has(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isSays(value: unknown): value is Says {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((v) => isText(v) || (Array.isArray(v) && v.every(isText)));
}

/** Of what Date takes, in milliseconds. */
const LAST_MS = 8_640_000_000_000_000;

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LAST_MS;
}

function observationOf(item: unknown): Observation | undefined {
  const [atMs, change, says] = Array.isArray(item) ? (item as readonly unknown[]) : [];
  if (!isTime(atMs) || !isChange(change) || !isSays(says)) return undefined;
  return { atMs, change, says };
}

/** Undefined: another release wrote it in another way. */
export function readTimeline({ body }: InventoryFact): Timeline | undefined {
  let list: unknown;
  try {
    list = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(list)) return undefined;
  const observations = list.map(observationOf);
  return observations.every((o) => o !== undefined) ? observations : undefined;
}
