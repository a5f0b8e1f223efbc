/**
 * Owns: where each collection is in Elasticsearch.
 */
import { COLLECTIONS, type CollectionName } from '../../domain/collections.ts';
import { FatalError } from '../../errors/fault.ts';

/** Data stream of an append collection, index of a latest one. */
export type Targets = Readonly<Record<CollectionName, string>>;

/** What data stream names allow in their last part: no dash, no capitals, at most 100 bytes. */
const NAMESPACE = /^[a-z0-9][a-z0-9._]{0,99}$/;

export const COLLECTION_NAMES = Object.keys(COLLECTIONS) as readonly CollectionName[];

export function targetsOf(namespace: string): Targets {
  if (!NAMESPACE.test(namespace)) {
    throw new FatalError(`Not a namespace for data streams: ${JSON.stringify(namespace)}`, {
      code: 'invalid_config',
    });
  }
  return {
    events: `logs-kubernetes.audit_logs-${namespace}`,
    activity: `logs-podwitness.activity-${namespace}`,
    findings: `logs-podwitness.findings-${namespace}`,
    sessions: `podwitness-sessions-${namespace}`,
    alerts: `podwitness-alerts-${namespace}`,
  };
}
