/**
 * Owns: what a person is told of a simulation when it is made.
 */
import type { ClusterFiles } from './simulate.ts';

function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

export function summaryOf({ cluster, files, posts, truth }: ClusterFiles): string {
  const sessions = truth.flatMap((t) => (t.row === 'session' ? [t.kind] : []));
  const lines = truth.flatMap((t) => (t.row === 'line' ? [t.label] : []));
  const evasions = truth.flatMap((t) => (t.row === 'evasion' && t.leftTrace ? [t.evasion] : []));
  const { audit, falco, spo } = files;
  return [
    `${cluster}: ${audit.length} audit events, ${spo.length} SPO lines, ${falco.length} Falco alerts in ${posts.length} bodies`,
    `  sessions: ${counted(sessions)}`,
    `  lines:    ${counted(lines)}`,
    `  planted:  ${counted(evasions)}`,
  ].join('\n');
}
