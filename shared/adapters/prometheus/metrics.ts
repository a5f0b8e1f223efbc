/**
 * Owns: every metric of the product, in one place. Labels come from closed sets only.
 * `received = emitted + dropped + diverted + rejected` holds for each stage.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { InputTelemetry, StageTelemetry } from '../../ports/telemetry.ts';

export interface Metrics {
  stage(name: string): StageTelemetry;
  /** `name` is a pattern or an entry's name of the configuration, so the labels are a closed set. */
  input(name: string): InputTelemetry;
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

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
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

  const received = counter('records_received', 'Records, or parts of records, decided on', [
    'stage',
  ]);
  const emitted = counter('records_emitted', 'Records that gave output', ['stage']);
  const dropped = counter('records_dropped', 'Records that were meant to end here', [
    'stage',
    'reason',
  ]);
  const diverted = counter('records_diverted', 'Records sent another way', ['stage', 'route']);
  const rejected = counter('records_rejected', 'Records sent to the dead letter', [
    'stage',
    'code',
  ]);
  const sent = counter('records_sent', 'Records written to output topics', ['stage']);
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

  return {
    input: inputMetrics(registry),
    stage: (stage) => ({
      received: (n) => received.inc({ stage }, n),
      emitted: (n) => emitted.inc({ stage }, n),
      dropped: (reason, n) => dropped.inc({ stage, reason }, n),
      diverted: (route, n) => diverted.inc({ stage, route }, n),
      rejected: (code, n) => rejected.inc({ stage, code }, n),
      sent: (n) => sent.inc({ stage }, n),
      retried: (code) => retried.inc({ stage, code }),
      batch(count, duration) {
        records.observe({ stage }, count);
        seconds.observe({ stage }, duration);
      },
    }),
    text: () => registry.metrics(),
  };
}
