/**
 * Owns: metrics of the front door.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
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
    reloaded: (file, isGood) => stale.set({ file }, isGood ? 0 : 1),
  };
}
