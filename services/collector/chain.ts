/**
 * Owns: nothing; the chain is also checked and continued elsewhere (shared/domain/chain.ts).
 */
// biome-ignore lint/performance/noBarrelFile: one name for the collector's own files.
export { CHAIN_START, type Link, nextLink, sha256 } from '../../shared/domain/chain.ts';
