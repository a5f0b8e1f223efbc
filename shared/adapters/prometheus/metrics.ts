/**
 * Owns: every metric of the product, in one place. Labels come from closed sets only.
 * `received = emitted + dropped + diverted + rejected` holds for each stage and source.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CoverageKind, CoverageState } from '../../domain/coverage.ts';
import { sourceLabel } from '../../domain/sources.ts';
import type { EnrichmentTelemetry } from '../../ports/enrichment.ts';
import type { RuleTelemetry } from '../../ports/rules.ts';
import { ENDLESS_ROOM, type Room } from '../../ports/room.ts';
import type { DoorTelemetry, InputTelemetry, StageTelemetry } from '../../ports/telemetry.ts';
import { doorMetrics } from './door.ts';
import { enrichmentMetrics } from './enrichment.ts';
import { ruleMetrics } from './rules.ts';

export interface Metrics {
  stage(name: string): StageTelemetry;
  /** `name` is a pattern or an entry's name of the configuration, so the labels are a closed set. */
  input(name: string): InputTelemetry;
  readonly door: DoorTelemetry;
  readonly enrichment: EnrichmentTelemetry;
  readonly rules: RuleTelemetry;
  /** One event about coverage was decided on. */
  coverage(kind: CoverageKind, state: CoverageState): void;
  /** Prometheus exposition text. */
  text(): Promise<string>;
}

/** Metrics of what the collector reads by itself. */
function inputMetrics(registry: Registry): (name: string) => InputTelemetry {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name: `podwitness_input_${name}_total`, help, labelNames, registers });
  const gauge = (name: string, help: string) =>
    new Gauge({
      ...{ name: `podwitness_input_${name}`, help, registers },
      labelNames: ['input'] as const,
    });
  const bytes = counter('read_bytes', 'Bytes of an input that the log has', ['input']);
  const records = counter('read_records', 'Lines or messages that they were', ['input']);
  const losses = counter('losses', 'Times that something was gone before it was read', [
    'input',
    'reason',
  ]);
  const lostBytes = counter('lost_bytes', 'Bytes gone before they were read, as far as known', [
    'input',
  ]);
  const lostMessages = counter('lost_messages', 'Messages gone before they were read', ['input']);
  const legacy = counter('legacy_files', 'Files in the old text format', ['input']);
  const lagBytes = gauge('lag_bytes', 'Bytes that wait to be read');
  const lagMessages = gauge('lag_messages', 'Messages that wait to be read');
  return (input) => ({
    read(byteCount, recordCount) {
      bytes.inc({ input }, byteCount);
      records.inc({ input }, recordCount);
    },
    lagBytes: (n) => lagBytes.set({ input }, n),
    lagMessages: (n) => lagMessages.set({ input }, n),
    lost(reason, known) {
      losses.inc({ input, reason });
      lostBytes.inc({ input }, known.bytes ?? 0);
      lostMessages.inc({ input }, known.messages ?? 0);
    },
    legacyFile: () => legacy.inc({ input }),
  });
}

function lagMetrics(
  registry: Registry,
  now: () => number,
): (stage: string) => Pick<StageTelemetry, 'inHand' | 'lag'> {
  const lag = new Gauge({
    name: 'podwitness_consumer_lag_records',
    help: 'Records that wait in a partition that this process works on',
    labelNames: ['stage', 'partition'] as const,
    registers: [registry],
  });
  const inHand = new Map<string, Map<number, number>>();
  new Gauge({
    name: 'podwitness_batch_age_seconds',
    help: 'Age of the oldest record in hand: it grows while a neighbour is down, or there is much to catch up with',
    labelNames: ['stage'] as const,
    registers: [registry],
    collect() {
      for (const [stage, times] of inHand) {
        const oldestMs = Math.min(...times.values());
        this.set({ stage }, times.size === 0 ? 0 : Math.max(0, now() - oldestMs) / 1000);
      }
    },
  });
  return (stage) => ({
    inHand(partition, timestampMs) {
      const times = inHand.get(stage) ?? new Map<number, number>();
      inHand.set(stage, times);
      if (timestampMs === undefined) times.delete(partition);
      else times.set(partition, timestampMs);
    },
    lag(partition, waiting) {
      const labels = { stage, partition: String(partition) };
      if (waiting === undefined) lag.remove(labels);
      else lag.set(labels, waiting);
    },
  });
}

/** The counts that add up: `received` is the sum of the others, per stage and source. */
function recordMetrics(
  registry: Registry,
): (
  stage: string,
) => Pick<StageTelemetry, 'received' | 'emitted' | 'dropped' | 'diverted' | 'rejected'> {
  const counter = <L extends string>(name: string, help: string, more: readonly L[]) =>
    new Counter<L | 'stage' | 'source'>({
      name: `podwitness_records_${name}_total`,
      help,
      labelNames: ['stage', 'source', ...more],
      registers: [registry],
    });
  const received = counter('received', 'Records, or parts of records, decided on', []);
  const emitted = counter('emitted', 'Records that gave output', []);
  const dropped = counter('dropped', 'Records that were meant to end here', ['reason']);
  const diverted = counter('diverted', 'Records sent another way', ['route']);
  const rejected = counter('rejected', 'Records sent to the dead letter', ['code']);
  return (stage) => {
    const of = (source: string | undefined) => ({ stage, source: sourceLabel(source) });
    return {
      received: (n, source) => received.inc(of(source), n),
      emitted: (n, source) => emitted.inc(of(source), n),
      dropped: (reason, n, source) => dropped.inc({ ...of(source), reason }, n),
      diverted: (route, n, source) => diverted.inc({ ...of(source), route }, n),
      rejected: (code, n, source) => rejected.inc({ ...of(source), code }, n),
    };
  };
}

/** `now` and `room`, of the data folder's disk, are asked when the text is. */
export function createMetrics(
  now: () => number,
  room: Pick<Room, 'freeBytes'> = ENDLESS_ROOM,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'podwitness_disk_free_bytes',
    help: 'Bytes that may still be written to the disk of the data folder',
    registers: [registry],
    collect() {
      this.set(room.freeBytes());
    },
  });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name: `podwitness_${name}_total`, help, labelNames, registers: [registry] });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({
      name: `podwitness_${name}`,
      help,
      labelNames: ['stage'] as const,
      buckets,
      registers: [registry],
    });

  const sent = counter('records_sent', 'Records written to output topics', ['stage']);
  const filtered = counter('records_filtered', 'Of what was dropped: by the filter of that name', [
    'stage',
    'filter',
  ]);
  const retried = counter('retries', 'Tries that a sick neighbour made fail', ['stage', 'code']);
  const seconds = histogram(
    'batch_seconds',
    'Time from delivery of a batch to its commit',
    [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
  );
  const records = histogram(
    'batch_records',
    'Records in a batch',
    [1, 10, 50, 100, 500, 1000, 2000, 5000],
  );
  const accounts = recordMetrics(registry);
  const lags = lagMetrics(registry, now);

  const coverage = counter('coverage_events', 'Events about what may be missing', [
    'kind',
    'state',
  ]);

  return {
    coverage: (kind, state) => coverage.inc({ kind, state }),
    input: inputMetrics(registry),
    door: doorMetrics(registry),
    enrichment: enrichmentMetrics(registry),
    rules: ruleMetrics(registry),
    stage: (stage) => ({
      ...accounts(stage),
      ...lags(stage),
      sent: (n) => sent.inc({ stage }, n),
      filtered: (filter, n) => filtered.inc({ stage, filter }, n),
      retried: (code) => retried.inc({ stage, code }),
      batch(count, duration) {
        records.observe({ stage }, count);
        seconds.observe({ stage }, duration);
      },
    }),
    text: () => registry.metrics(),
  };
}
