/**
 * Owns: every metric of the product, in one place. Labels come from closed sets only.
 * `received = emitted + dropped + diverted + rejected` holds for each stage.
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { StageTelemetry } from '../../ports/telemetry.ts';

export interface Metrics {
  stage(name: string): StageTelemetry;
  /** Prometheus exposition text. */
  text(): Promise<string>;
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
