/**
 * Owns: where a request wants to write to, from the address that it posts to. Pure.
 */
import { SOURCES } from '../../../shared/domain/sources.ts';
import type { Ending } from './answers.ts';

export interface Target {
  readonly source: string;
  readonly cluster: string;
}

const CLUSTER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
const PATHS = SOURCES.map((source) => `/v1/${source}/{cluster}`).join(', ');

/** What is wrong with the address; undefined: nothing. */
export function wrongTarget({ source, cluster }: Target): Ending | undefined {
  if (!SOURCES.some((known) => known === source)) {
    return { kind: 'refused', reason: 'no_such_source', text: `No such source: post to ${PATHS}` };
  }
  if (CLUSTER_NAME.test(cluster)) return undefined;
  const text = 'A cluster name has letters, digits, dots, dashes and underscores, 253 at most';
  return { kind: 'refused', reason: 'bad_request', text };
}
