/**
 * Owns: how enrichment from local data speaks of itself. Interfaces only.
 */

/** `list` is a part of the configuration, such as `inventory` or `networks/office`: a closed set. */
export interface EnrichmentTelemetry {
  /** It is in use as of now, in seconds since 1970. */
  loaded(list: string, entries: number, atSeconds: number): void;
  /** What stands in its file now can't be used; what was read before still is. */
  failed(list: string): void;
}
