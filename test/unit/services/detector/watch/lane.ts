/**
 * Owns: a lane in memory for the tests of the watch on coverage: the edge's own reading, in batches
 * as they are given, with the state as an ordered map.
 */
import type { Signal } from '../../../../../schemas/generated/avro.ts';
import { type Coverage, coverageIds } from '../../../../../shared/domain/coverage.ts';
import { endings } from '../../../../../shared/pipeline/outcome.ts';
import type { Envelope, Tick } from '../../../../../shared/pipeline/stage.ts';
import type { Lane, StateReader, StateWrite } from '../../../../../shared/ports/log.ts';
import { createCoverageWatch } from '../../../../../services/detector/watch/edge/load.ts';
import type { CoverageSettings } from '../../../../../services/detector/watch/settings.ts';

export type Input = Signal | Tick;

/** A Friday, at the full hour. */
export const START_MS = Date.UTC(2026, 10, 20, 12);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const SETTINGS: CoverageSettings = {
  ...{ silenceMs: 15 * MINUTE, silenceFactor: 3, establishedMs: HOUR, forgetMs: 24 * HOUR },
  ...{ windowMs: 5 * MINUTE, fallingPercent: 20, minWindowRecords: 100 },
  ...{ lateMs: 5 * MINUTE, lateBatches: 5, lateForMs: 5 * MINUTE, maxSkewMs: MINUTE },
  ...{ gapAllowanceMs: 5 * MINUTE, maxTracked: 10_000 },
};

export interface BatchFacts {
  readonly cluster?: string;
  readonly source?: string;
  readonly sender?: string;
  readonly records?: number;
  readonly newest?: number | null;
  readonly hash?: string;
}

let hashes = 0;

export function batch(timeMs: number, facts: BatchFacts = {}): Signal {
  const { cluster = 'prod-eu', records = 10, sender = '10.0.0.7', source = 'audit' } = facts;
  const { hash = `h${hashes++}`, newest = timeMs - SECOND } = facts;
  return {
    ...{ kind: 'source', key: `${cluster}/${source}`, cluster, time: timeMs },
    body: Buffer.from(JSON.stringify({ what: 'batch', source, sender, records, newest, hash })),
  };
}

export function numbered(
  timeMs: number,
  sequence: number,
  { collector = 'c1', cluster = 'prod-eu', refused = [] as readonly number[] } = {},
): Signal {
  return {
    ...{ kind: 'collector', key: collector, cluster, time: timeMs },
    body: Buffer.from(JSON.stringify({ what: 'sequence', sequence, refused })),
  };
}

/** As services/collector/inputs writes it. */
export function lost(
  timeMs: number,
  input: string,
  facts: Readonly<Record<string, string | number>>,
): Signal {
  const body = Buffer.from(JSON.stringify({ what: 'lost', ...facts }));
  const key = `prod-eu/audit/${input}`;
  return { kind: 'source', key, cluster: 'prod-eu', time: timeMs, body };
}

export function tick(timeMs: number): Tick {
  return { kind: 'tick', timeMs };
}

/** Ticks from one time to another, both within. */
export function ticks(fromMs: number, toMs: number, everyMs = 10 * SECOND): readonly Tick[] {
  return Array.from({ length: Math.floor((toMs - fromMs) / everyMs) + 1 }, (_, i) =>
    tick(fromMs + i * everyMs),
  );
}

/** Inputs of several, by their times; those of one time in the order given. */
export function byTime(...inputs: readonly (readonly Input[])[]): readonly Input[] {
  const timeOf = (input: Input): number => ('timeMs' in input ? input.timeMs : input.time);
  return inputs.flat().sort((a, b) => timeOf(a) - timeOf(b));
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export interface TestLane {
  take(inputs: readonly Input[]): Promise<readonly Coverage[]>;
  /** In the order of keys, values as text. */
  state(): readonly (readonly [string, string])[];
}

export function createLane(settings: Partial<CoverageSettings> = {}): TestLane {
  const state = new Map<string, Buffer>();
  const reader: StateReader = {
    getMany: async (keys) => keys.map((key) => state.get(key)),
    async *scan(prefix) {
      const keys = [...state.keys()].filter((key) => key.startsWith(prefix)).sort(compareBytes);
      for (const key of keys) yield [key, state.get(key) as Buffer] as const;
    },
  };
  const lane: Lane = {
    ...{ topic: 'audit.signals', partition: 0, state: reader },
    signal: new AbortController().signal,
    commit: async () => {},
  };
  const apply = (write: StateWrite): void => {
    if (write.kind === 'put') state.set(write.key, write.value);
    else state.delete(write.key);
  };
  const decide = createCoverageWatch({ ...SETTINGS, ...settings });
  let offset = 0n;
  return {
    async take(inputs) {
      const envelopes = inputs.map((value): Envelope<Input> => {
        const origin = { topic: 'audit.signals', partition: 0, offset: offset++, timestampMs: 0 };
        return { value, origin };
      });
      const { outcomes, writes } = await decide(lane, envelopes)();
      if (outcomes.length !== inputs.length) throw new Error('Not one outcome for each input');
      for (const write of writes) apply(write);
      return outcomes
        .flatMap((outcome) => endings(outcome))
        .flatMap((ending) => (ending.kind === 'emit' ? ending.items : []));
    },
    state: () =>
      [...state]
        .map(([key, value]) => [key, value.toString('utf8')] as const)
        .sort(([a], [b]) => compareBytes(a, b)),
  };
}

/** All in one batch. */
export async function taken(
  inputs: readonly Input[],
  settings: Partial<CoverageSettings> = {},
): Promise<readonly Coverage[]> {
  return createLane(settings).take(inputs);
}

/** `silent begin 10.0.0.7` */
export function labels(events: readonly Coverage[]): readonly string[] {
  return events.map(({ cluster, kind, sender, source, state }) =>
    [kind, state, sender ?? source ?? cluster].join(' '),
  );
}

export function idsOf(events: readonly Coverage[]): readonly string[] {
  return events.map((event) => coverageIds(event).id);
}

/** Batches of one sender, regularly, from one time to before another. */
export function regular(
  fromMs: number,
  toMs: number,
  { everyMs = MINUTE, ...facts }: BatchFacts & { readonly everyMs?: number } = {},
): readonly Signal[] {
  return Array.from({ length: Math.ceil((toMs - fromMs) / everyMs) }, (_, i) =>
    batch(fromMs + i * everyMs, facts),
  );
}
