/**
 * Owns: what a right on the log is, as Kafka's ACLs say it.
 * Does not own: which worker needs which (shared/runtime/access.ts), granting (adapters/kafka).
 */
export type LogOperation = 'Read' | 'Write' | 'Describe' | 'DescribeConfigs';

/** Rights of one principal on one resource, or on all whose names start with `name`. */
export interface LogRight {
  readonly principal: string;
  readonly resource: 'Topic' | 'Group' | 'TransactionalId' | 'Cluster';
  readonly name: string;
  readonly isPrefix: boolean;
  readonly operations: readonly LogOperation[];
}
