/**
 * Owns: metrics of enrichment from local data.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EnrichmentTelemetry } from '../../ports/enrichment.ts';

export function enrichmentMetrics(registry: Registry): EnrichmentTelemetry {
  const registers = [registry];
  const labelNames = ['list'] as const;
  const prefix = 'podwitness_normalizer_enrichment';
  const loadedAt = new Gauge({
    name: `${prefix}_loaded_timestamp_seconds`,
    help: 'When the data that is in use was read',
    ...{ labelNames, registers },
  });
  const entries = new Gauge({
    name: `${prefix}_entries`,
    help: 'Entries of the data that is in use; of an mmdb, nodes',
    ...{ labelNames, registers },
  });
  const failures = new Counter({
    name: `${prefix}_reload_failures_total`,
    help: 'Times that a file had changed and could not be used; what was read before still is',
    ...{ labelNames, registers },
  });
  return {
    loaded(list, count, atSeconds) {
      entries.set({ list }, count);
      loadedAt.set({ list }, atSeconds);
      failures.inc({ list }, 0);
    },
    failed: (list) => failures.inc({ list }),
  };
}
