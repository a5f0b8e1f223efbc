/**
 * Owns: index patterns of a rule to the kinds of records that it is matched with.
 */
import { wildcard } from '../../../../shared/domain/wildcard.ts';
import type { EventKind } from '../model.ts';

/**
 * Data streams that rules name, and our records of the same. Elastic's container sensor (cloud_defend)
 * sees what node lines and alerts tell, too, under the same ECS names.
 */
const STREAMS: readonly (readonly [stream: string, kind: EventKind])[] = [
  ['logs-kubernetes.audit_logs', 'audit'],
  ['logs-falco.alerts', 'alert'],
  ['logs-podwitness.process', 'process'],
  ['logs-cloud_defend.process', 'process'],
  ['logs-cloud_defend.alerts', 'alert'],
];

/** @param patterns as `logs-kubernetes.audit_logs-*`; empty: no event of ours */
export function kindsOf(patterns: readonly string[]): readonly EventKind[] {
  const plain = patterns.map(withoutCluster).filter((pattern) => !pattern.startsWith('-'));
  const kinds = STREAMS.filter(([stream]) => plain.some((pattern) => isFor(pattern, stream)));
  return [...new Set(kinds.map(([, kind]) => kind))];
}

/** Any namespace will do: what the stream's own is, is told when it is written. */
function isFor(pattern: string, stream: string): boolean {
  return pattern.startsWith(`${stream}-`) || wildcard(pattern)(`${stream}-default`);
}

/** `eu:logs-*`: of another cluster of Elasticsearch. */
function withoutCluster(pattern: string): string {
  const trimmed = pattern.trim();
  return trimmed.slice(trimmed.indexOf(':') + 1);
}

const SOURCE = /^\s*from\s+([^|]*?)(?:\bmetadata\b|\||$)/i;

/** What an ES|QL query reads from; empty where it does not begin with FROM. */
export function sourcesOf(query: string): readonly string[] {
  const withoutComments = query.replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  const [, sources = ''] = SOURCE.exec(withoutComments) ?? [];
  return sources
    .split(',')
    .map((source) => source.trim().replaceAll('"', ''))
    .filter((source) => source !== '');
}
