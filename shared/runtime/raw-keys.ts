/**
 * Owns: the keys of audit.raw as a configuration names them.
 * Does not own: what is done with them (shared/domain/sealing).
 */
import type { Config } from '../config/load.ts';
import { sealKey, type SealKey } from '../domain/sealing/seal.ts';

/** The one that is used first, then those of before; none where nothing is configured. */
export function rawKeys({ secrets }: Config): readonly SealKey[] {
  const now = secrets['collector.raw.keyFile'];
  const before = secrets['collector.raw.previousKeyFiles'] ?? [];
  return [...(now === undefined ? [] : [now]), ...before].map((secret) => sealKey(secret.reveal()));
}
