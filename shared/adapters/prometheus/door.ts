/**
 * Owns: metrics of the front door, and of what the collector took.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import { sourceLabel } from '../../domain/sources.ts';
import type { DoorTelemetry } from '../../ports/telemetry.ts';

export function doorMetrics(registry: Registry): DoorTelemetry {
  const registers = [registry];
  const refused = new Counter({
    name: 'podwitness_collector_refused_total',
    help: 'Requests that were not taken; 503 ones are sent again, of the others the batch is lost',
    labelNames: ['reason'] as const,
    registers,
  });
  const connections = new Counter({
    name: 'podwitness_http_connections_refused_total',
    help: 'Connections closed at once, beyond http.maxConnections or http.maxConnectionsPerAddress',
    registers,
  });
  const packed = new Counter({
    name: 'podwitness_collector_kept_packed_total',
    help: 'Bodies that could not be unpacked, kept as they came; they end as dead letters',
    registers,
  });
  const items = new Counter({
    name: 'podwitness_collector_items_total',
    help: 'Items of lists and lines that the log has; a body that is neither counts as one',
    labelNames: ['source'] as const,
    registers,
  });
  const torn = new Counter({
    name: 'podwitness_collector_torn_bodies_total',
    help: 'Of the bodies that the log has: those that end before the list or object that they begin',
    labelNames: ['source'] as const,
    registers,
  });
  const stale = new Gauge({
    name: 'podwitness_reload_failed',
    help: '1: what stands in the files can not be used, and what was read before still is',
    labelNames: ['file'] as const,
    registers,
  });
  return {
    refused: (reason) => refused.inc({ reason }),
    connectionRefused: () => connections.inc(),
    keptPacked: () => packed.inc(),
    took(count, isTorn, source) {
      const labels = { source: sourceLabel(source) };
      items.inc(labels, count);
      torn.inc(labels, isTorn ? 1 : 0);
    },
    reloaded: (file, isGood) => stale.set({ file }, isGood ? 0 : 1),
  };
}
